package consul.launcher.process;

import java.util.Map;

/// Says an execution in shell, for the starter script that becomes it: the starter keeps its PID, no JVM is left
/// behind, and the user's arguments never pass through Java at all, since the script refers to the starter's own
/// `$@`. So any byte is safe in them.
public final class ExecScript {

    private ExecScript() {}

    /// @param execution what to become
    /// @param given how many arguments the starter has; the last of them are the execution's tail
    public static String of(Execution execution, int given) {
        StringBuilder script = new StringBuilder();
        for (Map.Entry<String, String> variable : execution.environment().entrySet()) {
            script.append("export ").append(variable.getKey()).append('=');
            quote(script, variable.getValue());
            script.append('\n');
        }
        script.append("shift ").append(given - execution.tail().size()).append('\n');
        script.append("exec");
        for (String word : execution.leading()) {
            script.append(' ');
            quote(script, word);
        }
        return script.append(" \"$@\"\n").toString();
    }

    /// In single quotes nothing is special but the single quote itself.
    private static void quote(StringBuilder script, String word) {
        script.append('\'');
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c == '\'') {
                script.append("'\\''");
            } else {
                script.append(c);
            }
        }
        script.append('\'');
    }
}
