package consul.launcher.agent;

import consul.launcher.config.MaskedUrl;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A command line as it may be shown: gossip keys, `-hcl` fragments, tokens, passwords and cloud credentials are
/// replaced by `***`, in words of their own and inside of longer ones, such as a shell's script. Rather hides too much
/// than too little: it doesn't matter whether Consul would read a word as a flag.
public final class Masked {

    private static final String HIDDEN = "***";

    private static final List<String> SECRET_NAMES = List.of("secret", "token", "passw", "credential");

    private Masked() {}

    /// The words of all flags.
    public static List<String> arguments(List<Flag> flags) {
        List<String> words = new ArrayList<>();
        for (Flag flag : flags) {
            words.addAll(flag.words());
        }
        return words(words);
    }

    /// The words of all flags, those of one flag together.
    public static List<List<String>> perFlag(List<Flag> flags) {
        List<String> words = arguments(flags);
        List<List<String>> shown = new ArrayList<>(flags.size());
        int at = 0;
        for (Flag flag : flags) {
            shown.add(words.subList(at, at + flag.words().size()));
            at += flag.words().size();
        }
        return shown;
    }

    /// The words of any command.
    public static List<String> words(List<String> words) {
        List<String> shown = new ArrayList<>(words.size());
        boolean hidesNext = false;
        for (String word : words) {
            boolean isFlag = word.length() > 1 && word.charAt(0) == '-';
            int equals = isFlag ? word.indexOf('=') : -1;
            boolean hidesValue = isFlag && isSecretFlag(name(word, equals)) && !isSwitch(word);
            if (hidesNext && !hidesValue) {
                shown.add(HIDDEN);
            } else if (hidesValue && equals > 0) {
                shown.add(word.substring(0, equals + 1) + HIDDEN);
            } else {
                shown.add(MaskedUrl.inText(pairs(flags(word))));
            }
            hidesNext = hidesValue && equals < 0;
        }
        return shown;
    }

    /// A fragment that only turns something on or off, such as the launcher's own.
    private static boolean isSwitch(String word) {
        return word.equals("-hcl=leave_on_terminate=true") || word.equals("-hcl=leave_on_terminate=false");
    }

    private static String name(String flag, int equals) {
        return flag.substring(flag.startsWith("--") ? 2 : 1, equals < 0 ? flag.length() : Math.max(equals, 2))
                .toLowerCase(Locale.ROOT);
    }

    private static boolean isSecretFlag(String name) {
        return name.equals("encrypt") || name.equals("hcl") || isSecretName(name);
    }

    /// Hides what follows secret flags inside of a word: in a shell's script, or in a value that took a flag for a part
    /// of it.
    private static String flags(String word) {
        StringBuilder shown = new StringBuilder(word.length());
        int done = 0;
        for (int dash = word.indexOf('-'); dash >= 0; dash = word.indexOf('-', Math.max(dash + 1, done))) {
            int nameEnd = dash;
            while (nameEnd < word.length() && " =\t\n".indexOf(word.charAt(nameEnd)) < 0) {
                nameEnd++;
            }
            boolean begins = dash == 0 || " \t\n\"'=".indexOf(word.charAt(dash - 1)) >= 0;
            if (!begins || nameEnd == word.length() || nameEnd == dash + 1) {
                continue;
            }
            String name = name(word.substring(dash, nameEnd), -1);
            if (isSecretFlag(name) && !isSwitch(word.substring(dash))) {
                int value = nameEnd + 1;
                // A fragment without quotes has blanks of its own.
                int end = name.equals("hcl") && !isQuoted(word, value) ? word.length() : valueEnd(word, value);
                shown.append(word, done, value).append(HIDDEN);
                done = end;
            }
        }
        return shown.append(word, done, word.length()).toString();
    }

    /// Hides the values of secret keys in `key=value` and `key: value`, quoted or not.
    private static String pairs(String word) {
        StringBuilder shown = new StringBuilder(word.length());
        int done = 0;
        for (int at = separator(word, 0); at >= 0; at = separator(word, Math.max(at + 1, done))) {
            if (isSecretKey(key(word, at))) {
                shown.append(word, done, at + 1).append(HIDDEN);
                done = valueEnd(word, at + 1);
            }
        }
        return shown.append(word, done, word.length()).toString();
    }

    /// The next equals sign or colon; -1 if there is none.
    private static int separator(String word, int from) {
        for (int i = from; i < word.length(); i++) {
            if (word.charAt(i) == '=' || word.charAt(i) == ':') {
                return i;
            }
        }
        return -1;
    }

    /// The key in front of an equals sign or colon, without dashes: back to a blank, another separator or a quote.
    private static String key(String word, int separator) {
        int end = separator;
        while (end > 0 && " \"'".indexOf(word.charAt(end - 1)) >= 0) {
            end--;
        }
        int start = end;
        while (start > 0 && " \t\n=:\"',;{".indexOf(word.charAt(start - 1)) < 0) {
            start--;
        }
        return word.substring(start, end).toLowerCase(Locale.ROOT);
    }

    /// Behind a value in quotes, else at the next blank.
    private static int valueEnd(String word, int from) {
        int at = valueStart(word, from);
        if (isQuoted(word, from)) {
            char quote = word.charAt(at);
            for (at++; at < word.length() && word.charAt(at) != quote; at++) {
                if (word.charAt(at) == '\\') {
                    at++;
                }
            }
            return Math.min(at + 1, word.length());
        }
        while (at < word.length() && " \t\n".indexOf(word.charAt(at)) < 0) {
            at++;
        }
        return at;
    }

    private static int valueStart(String word, int from) {
        int at = from;
        while (at < word.length() && word.charAt(at) == ' ') {
            at++;
        }
        return at;
    }

    private static boolean isQuoted(String word, int from) {
        int at = valueStart(word, from);
        return at < word.length() && (word.charAt(at) == '"' || word.charAt(at) == '\'');
    }

    private static boolean isSecretKey(String key) {
        return isSecretName(key) || key.endsWith("encrypt") || (key.contains("key") && !key.equals("tag_key"));
    }

    private static boolean isSecretName(String name) {
        for (String part : SECRET_NAMES) {
            if (name.contains(part)) {
                return true;
            }
        }
        return false;
    }
}
