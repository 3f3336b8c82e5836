package consul.launcher.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads JSON (RFC 8259), whole or a list element by element.
public final class JsonReader {

    /// Consul's documents are a few levels deep; a thread's stack isn't endless.
    private static final int DEEPEST = 100;

    /// The most values of a document, or of an element of a list that is read element by element, and the most such
    /// elements. Consul's largest has some thousands; a value takes up to 80 bytes, and a supervisor has 32 MB.
    private static final int MOST_VALUES = 50_000;

    private final String text;
    private int at;
    private int depth;
    private int values;
    private int elements;

    public JsonReader(String text) {
        this.text = text;
    }

    /// The only value.
    ///
    /// @throws JsonException if the text isn't one value and nothing more
    public JsonNode document() throws JsonException {
        JsonNode value = value();
        end();
        return value;
    }

    /// Whether a list begins here.
    public boolean beginsList() {
        return skip('[');
    }

    /// Whether another element comes, to be had by [#value]; if not, the list and the text have ended.
    ///
    /// @param first whether it would be the first
    /// @throws JsonException if neither an element nor the end comes
    public boolean hasElement(boolean first) throws JsonException {
        if (skip(']')) {
            end();
            return false;
        }
        if (!first) {
            expect(',');
        }
        values = 0;
        if (++elements > MOST_VALUES) {
            throw new JsonException("more than " + MOST_VALUES + " elements");
        }
        return true;
    }

    /// The value that begins here.
    ///
    /// @throws JsonException if none does, or it is cut off or nested deeper than 100 levels
    public JsonNode value() throws JsonException {
        blanks();
        if (at == text.length()) {
            throw unexpected();
        }
        if (++values > MOST_VALUES) {
            throw new JsonException("more than " + MOST_VALUES + " values");
        }
        return switch (text.charAt(at)) {
            case '{' -> object();
            case '[' -> list();
            case '"' -> new JsonNode(string());
            case 't' -> word("true", Boolean.TRUE);
            case 'f' -> word("false", Boolean.FALSE);
            case 'n' -> nothing();
            default -> number();
        };
    }

    private JsonNode object() throws JsonException {
        deeper();
        Map<String, JsonNode> members = new LinkedHashMap<>();
        expect('{');
        if (!skip('}')) {
            do {
                blanks();
                String name = string();
                expect(':');
                members.put(name, value());
            } while (skip(','));
            expect('}');
        }
        depth--;
        return new JsonNode(members);
    }

    private JsonNode list() throws JsonException {
        deeper();
        List<JsonNode> elements = new ArrayList<>();
        expect('[');
        if (!skip(']')) {
            do {
                elements.add(value());
            } while (skip(','));
            expect(']');
        }
        depth--;
        return new JsonNode(elements);
    }

    private void deeper() throws JsonException {
        if (++depth > DEEPEST) {
            throw new JsonException("more than " + DEEPEST + " levels");
        }
    }

    private String string() throws JsonException {
        if (at == text.length() || text.charAt(at) != '"') {
            throw unexpected();
        }
        int start = ++at;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                return text.substring(start, at++);
            }
            if (c == '\\') {
                return escaped(start);
            }
            if (c < ' ') {
                throw unexpected();
            }
            at++;
        }
        throw unexpected();
    }

    private String escaped(int start) throws JsonException {
        StringBuilder string = new StringBuilder(text.substring(start, at));
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return string.toString();
            }
            if (c < ' ') {
                throw unexpected();
            }
            at++;
            string.append(c == '\\' ? escape() : c);
        }
        throw unexpected();
    }

    private char escape() throws JsonException {
        if (at == text.length()) {
            throw unexpected();
        }
        char c = text.charAt(at);
        char meant = switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw unexpected();
        };
        at++;
        return meant;
    }

    /// Stays on the last digit.
    private char unicode() throws JsonException {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            at++;
            int digit = at < text.length() && text.charAt(at) < 128 ? Character.digit(text.charAt(at), 16) : -1;
            if (digit < 0) {
                throw unexpected();
            }
            code = code * 16 + digit;
        }
        return (char) code;
    }

    private JsonNode word(String word, Boolean meaning) throws JsonException {
        skipWord(word);
        return new JsonNode(meaning);
    }

    private JsonNode nothing() throws JsonException {
        skipWord("null");
        return JsonNode.MISSING;
    }

    private void skipWord(String word) throws JsonException {
        if (!text.startsWith(word, at)) {
            throw unexpected();
        }
        at += word.length();
    }

    private JsonNode number() throws JsonException {
        int start = at;
        skipHere('-');
        if (!skipHere('0')) {
            digits();
        }
        if (skipHere('.')) {
            digits();
        }
        if (skipHere('e') || skipHere('E')) {
            if (!skipHere('+')) {
                skipHere('-');
            }
            digits();
        }
        return new JsonNode(new JsonNode.Digits(text.substring(start, at)));
    }

    private void digits() throws JsonException {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw unexpected();
        }
    }

    private void end() throws JsonException {
        blanks();
        if (at < text.length()) {
            throw unexpected();
        }
    }

    private void expect(char c) throws JsonException {
        if (!skip(c)) {
            throw unexpected();
        }
    }

    private boolean skip(char c) {
        blanks();
        return skipHere(c);
    }

    private boolean skipHere(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    /// Where, and never what: it may hold a secret.
    private JsonException unexpected() {
        return new JsonException(at >= text.length() ? "it ends too early" : "it is no JSON at character " + (at + 1));
    }
}
