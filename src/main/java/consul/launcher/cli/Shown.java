package consul.launcher.cli;

import consul.launcher.agent.Flag;
import consul.launcher.agent.Masked;
import java.util.ArrayList;
import java.util.List;

/// Words as people may see them: secrets masked, those with spaces in quotes.
final class Shown {

    private Shown() {}

    /// A command in one line.
    static String command(List<String> words) {
        StringBuilder text = new StringBuilder();
        for (String word : Masked.words(words)) {
            text.append(text.isEmpty() ? "" : " ");
            word(text, word);
        }
        return text.toString();
    }

    /// One text per flag.
    static List<String> flags(List<Flag> flags) {
        List<String> shown = new ArrayList<>(flags.size());
        for (List<String> words : Masked.perFlag(flags)) {
            StringBuilder text = new StringBuilder();
            for (String word : words) {
                text.append(text.isEmpty() ? "" : " ");
                word(text, word);
            }
            shown.add(text.toString());
        }
        return shown;
    }

    private static void word(StringBuilder text, String word) {
        boolean plain = !word.isEmpty();
        for (int i = 0; i < word.length() && plain; i++) {
            char c = word.charAt(i);
            plain = c > ' ' && c != '"' && c != '\'';
        }
        if (plain) {
            text.append(word);
        } else {
            text.append('\'').append(word).append('\'');
        }
    }
}
