package consul.launcher.agent;

import java.util.Locale;

/// Cuts an HCL 1 text, or JSON as HCL reads it, into tokens: one at a time, the current one is looked at by [#kind()]
/// and [#text()].
final class HclScanner {

    enum Kind {
        IDENTIFIER,
        STRING,
        /// A number, `true` or `false`.
        LITERAL,
        /// In JSON only.
        NULL,
        ASSIGN,
        /// In JSON only.
        COLON,
        COMMA,
        OPEN_OBJECT,
        CLOSE_OBJECT,
        OPEN_LIST,
        CLOSE_LIST,
        END
    }

    private final String input;
    private final boolean json;
    private int at;
    private int start;
    private Kind kind = Kind.END;
    private String text = "";

    HclScanner(String input) {
        this(input, false);
    }

    private HclScanner(String input, boolean json) {
        this.input = input;
        this.json = json;
    }

    static HclScanner ofJson(String input) {
        return new HclScanner(input, true);
    }

    Kind kind() {
        return kind;
    }

    /// A string without its quotes and escapes; else as written.
    String text() {
        return text;
    }

    /// The current token's place with what is wrong about it.
    ConfigurationSyntaxException error(String what) {
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < start; i++) {
            if (input.charAt(i) == '\n') {
                line++;
                lineStart = i + 1;
            }
        }
        return new ConfigurationSyntaxException("line " + line + ", column " + (start - lineStart + 1) + ": " + what);
    }

    void next() throws ConfigurationSyntaxException {
        skipSpaceAndComments();
        start = at;
        if (at == input.length()) {
            set(Kind.END, "");
            return;
        }
        char c = input.charAt(at);
        switch (c) {
            case '=', '<', ':' -> {
                if (json != (c == ':')) {
                    throw error("an unexpected character");
                } else if (c == '<') {
                    heredoc();
                } else {
                    symbol(json ? Kind.COLON : Kind.ASSIGN);
                }
            }
            case ',' -> symbol(Kind.COMMA);
            case '{' -> symbol(Kind.OPEN_OBJECT);
            case '}' -> symbol(Kind.CLOSE_OBJECT);
            case '[' -> symbol(Kind.OPEN_LIST);
            case ']' -> symbol(Kind.CLOSE_LIST);
            case '"' -> string();
            default -> word(c);
        }
    }

    private void set(Kind newKind, String newText) {
        kind = newKind;
        text = newText;
    }

    private void symbol(Kind symbol) {
        set(symbol, "");
        at++;
    }

    private void skipSpaceAndComments() throws ConfigurationSyntaxException {
        while (at < input.length()) {
            char c = input.charAt(at);
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                at++;
            } else if (json) {
                return;
            } else if (c == '#' || input.startsWith("//", at)) {
                int lineEnd = input.indexOf('\n', at);
                at = lineEnd < 0 ? input.length() : lineEnd;
            } else if (input.startsWith("/*", at)) {
                start = at;
                int end = input.indexOf("*/", at + 2);
                if (end < 0) {
                    throw error("a comment is not closed by */");
                }
                at = end + 2;
            } else {
                return;
            }
        }
    }

    private void word(char first) throws ConfigurationSyntaxException {
        boolean identifier = Character.isLetter(first) || first == '_';
        if (!identifier && !isDigit(first) && first != '-' && first != '.') {
            throw error("an unexpected character");
        }
        at++;
        while (at < input.length() && isWordPart(input.charAt(at))) {
            // The sign of an exponent belongs to the number: 1e+3.
            at++;
        }
        String word = input.substring(start, at);
        if (word.equals("true") || word.equals("false")) {
            set(Kind.LITERAL, word);
        } else if (json && word.equals("null")) {
            set(Kind.NULL, "");
        } else if (identifier && json) {
            throw error("a word without quotes");
        } else if (identifier) {
            set(Kind.IDENTIFIER, word);
        } else if (isNumber(word) && !(json && hasLeadingZero(word))) {
            set(Kind.LITERAL, word);
        } else {
            throw error("a number that can't be read");
        }
    }

    private boolean isWordPart(char c) {
        char before = input.charAt(at - 1);
        boolean exponentSign = c == '+' && (before == 'e' || before == 'E') && isDigit(input.charAt(start));
        return Character.isLetter(c) || Character.isDigit(c) || c == '_' || c == '-' || c == '.' || exponentSign;
    }

    private static boolean isNumber(String word) {
        String digits = word.startsWith("-") ? word.substring(1) : word;
        try {
            if (digits.toLowerCase(Locale.ROOT).startsWith("0x")) {
                Long.parseUnsignedLong(digits.substring(2), 16);
                return true;
            }
            char last = digits.isEmpty() ? ' ' : digits.charAt(digits.length() - 1);
            if (!isDigit(last) && last != '.') {
                return false;
            }
            Double.parseDouble(digits);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static boolean hasLeadingZero(String word) {
        int first = word.startsWith("-") ? 1 : 0;
        return word.length() > first + 1 && word.charAt(first) == '0' && isDigitOrX(word.charAt(first + 1));
    }

    private static boolean isDigitOrX(char c) {
        return isDigit(c) || c == 'x' || c == 'X';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /// Outside JSON a quote inside `${…}` doesn't end the string; what stands there is kept as it is.
    private void string() throws ConfigurationSyntaxException {
        StringBuilder value = new StringBuilder();
        int braces = 0;
        at++;
        while (at < input.length()) {
            char c = input.charAt(at);
            if (braces == 0 && c == '"') {
                at++;
                set(Kind.STRING, value.toString());
                return;
            }
            if (braces == 0 && c == '\n') {
                break;
            }
            if (braces == 0 && c == '\\') {
                escape(value);
                continue;
            }
            if (!json && (braces > 0 ? c == '{' : input.startsWith("${", at))) {
                braces++;
                if (c == '$') {
                    value.append(c);
                    at++;
                    c = '{';
                }
            } else if (braces > 0 && c == '}') {
                braces--;
            }
            value.append(c);
            at++;
        }
        throw error("a string is not closed by \" on its line");
    }

    private void escape(StringBuilder value) throws ConfigurationSyntaxException {
        char c = at + 1 < input.length() ? input.charAt(at + 1) : ' ';
        at += 2;
        switch (c) {
            case 'a' -> value.append('\u0007');
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'n' -> value.append('\n');
            case 'r' -> value.append('\r');
            case 't' -> value.append('\t');
            case 'v' -> value.append('\u000b');
            case '\\', '"' -> value.append(c);
            case 'x' -> number(value, 2, 16);
            case 'u' -> number(value, 4, 16);
            case 'U' -> number(value, 8, 16);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                at--;
                number(value, 3, 8);
            }
            default -> throw error("a string with a backslash that escapes nothing");
        }
    }

    private void number(StringBuilder value, int digits, int radix) throws ConfigurationSyntaxException {
        int codePoint = -1;
        if (at + digits <= input.length()) {
            try {
                codePoint = Integer.parseUnsignedInt(input, at, at + digits, radix);
            } catch (NumberFormatException e) {
                codePoint = -1;
            }
        }
        if (!Character.isValidCodePoint(codePoint)) {
            throw error("a string with an escaped number that is no character");
        }
        value.appendCodePoint(codePoint);
        at += digits;
    }

    /// `<<END` or `<<-END`. The indentation that the second form takes off is kept: no value that matters has lines.
    private void heredoc() throws ConfigurationSyntaxException {
        int lineEnd = input.indexOf('\n', at);
        if (!input.startsWith("<<", at) || lineEnd < 0) {
            throw error("expected a text that starts with << and a word");
        }
        String end = input.substring(at + (input.startsWith("<<-", at) ? 3 : 2), lineEnd)
                .stripTrailing();
        int first = lineEnd + 1;
        int line = first;
        // Go's HCL sees the closing word only where a line break follows.
        for (int next = input.indexOf('\n', line); next >= 0 && !end.isEmpty(); next = input.indexOf('\n', line)) {
            if (input.substring(line, next).strip().equals(end)) {
                set(Kind.STRING, input.substring(first, line));
                at = next;
                return;
            }
            line = next + 1;
        }
        throw error("a text that starts with << is not closed by its word");
    }
}
