package consul.launcher.agent;

import consul.launcher.config.Environment;
import consul.launcher.config.LocalConfigSyntax;
import consul.launcher.config.Problem;
import java.util.List;
import java.util.Optional;

/// Checks the text of `CONSUL_LOCAL_CONFIG` in the format in which Consul will read `local.json`: JSON, unless
/// `-config-format=hcl` is given (rule 9).
public final class LocalConfigCheck {

    private LocalConfigCheck() {}

    /// What is wrong with the text, for an agent.
    ///
    /// @param arguments what follows `agent`
    public static Optional<Problem> forAgent(String text, List<String> arguments) {
        if (text.indexOf(Environment.UNREADABLE) >= 0) {
            return Optional.of(Environment.notUtf8("CONSUL_LOCAL_CONFIG"));
        }
        return format(arguments).equals("hcl") ? hcl(text) : json(text);
    }

    /// The same for a command that may start an agent of its own, with arguments that can't be known: HCL is taken too.
    ///
    /// @param arguments the command's own flags
    public static Optional<Problem> forOther(String text, List<String> arguments) {
        boolean maybeHcl = format(arguments).isEmpty()
                && text.indexOf(Environment.UNREADABLE) < 0
                && !text.stripLeading().startsWith("{");
        return maybeHcl && hcl(text).isEmpty() ? Optional.empty() : forAgent(text, arguments);
    }

    private static String format(List<String> arguments) {
        return AgentArguments.parse(arguments).last("config-format").orElse("");
    }

    private static Optional<Problem> json(String text) {
        return LocalConfigSyntax.check(text)
                .map(what -> new Problem("CONSUL_LOCAL_CONFIG is not valid JSON: " + what, "give one JSON object"));
    }

    private static Optional<Problem> hcl(String text) {
        try {
            HclConfiguration.read(text, "CONSUL_LOCAL_CONFIG");
            return Optional.empty();
        } catch (ConfigurationSyntaxException e) {
            return Optional.of(new Problem("CONSUL_LOCAL_CONFIG is not valid HCL: " + e.what(), "correct it"));
        }
    }
}
