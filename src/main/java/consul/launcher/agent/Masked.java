package consul.launcher.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A command line as it may be shown: gossip keys, `-hcl` fragments, tokens, passwords and cloud credentials are
/// replaced by `***`. Rather hides too much than too little: it doesn't matter whether Consul would read a word as a
/// flag.
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
                shown.add(pairs(word));
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

    /// Hides the values of secret keys in `provider=… key=value` strings, quoted or not.
    private static String pairs(String word) {
        int equals = word.indexOf('=');
        if (equals < 0) {
            return word;
        }
        StringBuilder shown = new StringBuilder(word.length());
        int at = 0;
        while (equals >= 0) {
            int valueEnd = valueEnd(word, equals + 1);
            shown.append(word, at, equals + 1);
            if (isSecretKey(key(word, equals))) {
                shown.append(HIDDEN);
                at = valueEnd;
                equals = word.indexOf('=', valueEnd);
            } else {
                at = equals + 1;
                equals = word.indexOf('=', at);
            }
        }
        return shown.append(word, at, word.length()).toString();
    }

    /// The key in front of an equals sign: back to a space, another equals sign or a quote.
    private static String key(String word, int equals) {
        int end = equals;
        while (end > 0 && (word.charAt(end - 1) == ' ' || word.charAt(end - 1) == '"')) {
            end--;
        }
        int start = end;
        while (start > 0 && " =\"'".indexOf(word.charAt(start - 1)) < 0) {
            start--;
        }
        return word.substring(start, end).toLowerCase(Locale.ROOT);
    }

    /// Behind a value in double quotes, else at the next space.
    private static int valueEnd(String word, int from) {
        int at = from;
        while (at < word.length() && word.charAt(at) == ' ') {
            at++;
        }
        if (at < word.length() && word.charAt(at) == '"') {
            for (at++; at < word.length() && word.charAt(at) != '"'; at++) {
                if (word.charAt(at) == '\\') {
                    at++;
                }
            }
            return Math.min(at + 1, word.length());
        }
        while (at < word.length() && word.charAt(at) != ' ') {
            at++;
        }
        return at;
    }

    private static boolean isSecretKey(String key) {
        return isSecretName(key) || key.equals("encrypt") || (key.contains("key") && !key.equals("tag_key"));
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
