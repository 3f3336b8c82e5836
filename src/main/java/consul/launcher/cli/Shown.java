package consul.launcher.cli;

import consul.launcher.agent.Flag;
import consul.launcher.agent.Masked;
import java.util.ArrayList;
import java.util.List;

/// Flags as people may see them: secrets masked, words with spaces in quotes, one text per flag.
final class Shown {

    private Shown() {}

    static List<String> flags(List<Flag> flags) {
        List<String> masked = Masked.arguments(flags);
        List<String> shown = new ArrayList<>(flags.size());
        int at = 0;
        for (Flag flag : flags) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < flag.words().size(); i++) {
                text.append(i == 0 ? "" : " ");
                word(text, masked.get(at++));
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
