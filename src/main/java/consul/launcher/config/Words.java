package consul.launcher.config;

import java.util.ArrayList;
import java.util.List;

/// Splits a variable's text into words as a person means them: at white space, but never inside quotes or inside a
/// go-sockaddr template. Nothing is expanded: no globs, no variables.
public final class Words {

    private Words() {}

    /// Splits the text. Single quotes keep everything, double quotes keep all but `\"` and `\\`, a backslash outside
    /// quotes is a character like any other, and `{{ … }}` is kept whole, quotes included.
    ///
    /// @throws IllegalArgumentException if a quote or a template is not closed; the message says which
    public static List<String> split(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (text.startsWith("{{", at)) {
                int end = text.indexOf("}}", at);
                if (end < 0) {
                    throw new IllegalArgumentException("the template that starts with {{ is not closed by }}");
                }
                word.append(text, at, end + 2);
                at = end + 2;
                inWord = true;
            } else if (c == '\'' || c == '"') {
                at = quoted(text, at, word);
                inWord = true;
            } else if (isSpace(c)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
                at++;
            } else {
                word.append(c);
                at++;
                inWord = true;
            }
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }

    /// Appends what stands between the quote at `start` and its partner; returns the index behind the partner.
    private static int quoted(String text, int start, StringBuilder word) {
        char quote = text.charAt(start);
        int at = start + 1;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == quote) {
                return at + 1;
            }
            if (quote == '"' && c == '\\' && at + 1 < text.length() && isEscapable(text.charAt(at + 1))) {
                at++;
                c = text.charAt(at);
            }
            word.append(c);
            at++;
        }
        throw new IllegalArgumentException("the quote " + quote + " is not closed");
    }

    private static boolean isEscapable(char c) {
        return c == '"' || c == '\\';
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\u000b';
    }
}
