package consul.launcher.aws;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Reads the strings at the top of one JSON object, as EC2's documents are. Not Jackson: any parser of its
/// costs 20 ms and more before Consul runs, for four short strings. What is no whole JSON object has no strings
/// at all.
final class FlatJson {

    private static final String NUMBER = "+-.0123456789eE";

    private final String text;
    private int at;

    private FlatJson(String text) {
        this.text = text;
    }

    /// The members whose values are strings; values of other types are passed over. Escapes stay as they are:
    /// no value that is looked for has any. Empty if the text isn't one object, or has a member twice.
    static Optional<Map<String, String>> strings(String text) {
        FlatJson json = new FlatJson(text);
        Map<String, String> strings = new HashMap<>();
        return json.object(strings) ? Optional.of(strings) : Optional.empty();
    }

    private boolean object(Map<String, String> strings) {
        if (!next('{')) {
            return false;
        }
        if (next('}')) {
            return atEnd();
        }
        do {
            int name = at;
            if (!string()) {
                return false;
            }
            String key = lastString(name);
            if (!next(':')) {
                return false;
            }
            blanks();
            int value = at;
            if (string()) {
                if (strings.put(key, lastString(value)) != null) {
                    return false;
                }
            } else if (!nested() && !literal()) {
                return false;
            }
        } while (next(','));
        return next('}') && atEnd();
    }

    /// The string that was passed over last; blanks before it are skipped.
    private String lastString(int from) {
        return text.substring(text.indexOf('"', from) + 1, at - 1);
    }

    private boolean string() {
        blanks();
        if (at >= text.length() || text.charAt(at) != '"') {
            return false;
        }
        for (int i = at + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                at = i + 1;
                return true;
            } else if (c < ' ') {
                return false;
            }
        }
        return false;
    }

    /// An array or object, passed over by counting brackets.
    private boolean nested() {
        if (at >= text.length() || (text.charAt(at) != '[' && text.charAt(at) != '{')) {
            return false;
        }
        int depth = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                if (!string()) {
                    return false;
                }
                continue;
            }
            at++;
            if (c == '[' || c == '{') {
                depth++;
            } else if ((c == ']' || c == '}') && --depth == 0) {
                return true;
            }
        }
        return false;
    }

    private boolean literal() {
        return word("null") || word("true") || word("false") || number();
    }

    private boolean word(String word) {
        if (!text.startsWith(word, at)) {
            return false;
        }
        at += word.length();
        return true;
    }

    private boolean number() {
        int start = at;
        while (at < text.length() && NUMBER.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at > start;
    }

    private boolean next(char wanted) {
        blanks();
        if (at < text.length() && text.charAt(at) == wanted) {
            at++;
            return true;
        }
        return false;
    }

    private boolean atEnd() {
        blanks();
        return at == text.length();
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }
}
