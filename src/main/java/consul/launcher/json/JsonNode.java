package consul.launcher.json;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A value in a document. What isn't there is a node too, of no kind. Not Jackson's, whose 400 classes
/// would be the largest part of what an idle launcher has in memory.
public final class JsonNode implements Iterable<JsonNode> {

    /// A number, as it was written.
    record Digits(String text) {}

    /// What is null, or isn't there.
    public static final JsonNode MISSING = new JsonNode(null);

    /// A string, [Digits], boolean, list or map; null for what is null or isn't there.
    private final @Nullable Object value;

    JsonNode(@Nullable Object value) {
        this.value = value;
    }

    /// @throws JsonException if the text isn't one value
    public static JsonNode parse(String text) throws JsonException {
        return new JsonReader(text).document();
    }

    /// The text's object; a text that is none is [#MISSING].
    public static JsonNode object(String text) {
        try {
            JsonNode node = parse(text);
            return node.isObject() ? node : MISSING;
        } catch (JsonException e) {
            return MISSING;
        }
    }

    /// The member of an object; [#MISSING] where there is none.
    public JsonNode path(String name) {
        return value instanceof Map<?, ?> map && map.get(name) instanceof JsonNode node ? node : MISSING;
    }

    /// A string, or what a number or a boolean was written as; empty for everything else.
    public String asText() {
        return value instanceof String || value instanceof Digits || value instanceof Boolean
                ? value instanceof Digits digits ? digits.text() : value.toString()
                : "";
    }

    /// A whole number, or a string that holds one; 0 for everything else.
    public long asLong() {
        try {
            return Long.parseLong(asText());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /// The same; 0 for what is no int, too.
    public int asInt() {
        long number = asLong();
        return number == (int) number ? (int) number : 0;
    }

    /// Whether it is true, as a boolean or a string.
    public boolean asBoolean() {
        return asText().equals("true");
    }

    /// Whether it is null, or isn't there.
    public boolean isMissing() {
        return value == null;
    }

    public boolean isObject() {
        return value instanceof Map;
    }

    public boolean isArray() {
        return value instanceof List;
    }

    public boolean isTextual() {
        return value instanceof String;
    }

    public boolean isBoolean() {
        return value instanceof Boolean;
    }

    /// The members of an object.
    @SuppressWarnings("unchecked") // as JsonReader made it
    public Set<Map.Entry<String, JsonNode>> properties() {
        return value instanceof Map<?, ?> map ? ((Map<String, JsonNode>) map).entrySet() : Set.of();
    }

    /// The elements of a list.
    @Override
    @SuppressWarnings("unchecked") // as JsonReader made it
    public Iterator<JsonNode> iterator() {
        return value instanceof List<?> list
                ? ((List<JsonNode>) list).iterator()
                : List.<JsonNode>of().iterator();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JsonNode node && Objects.equals(value, node.value);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(value);
    }

    @Override
    public String toString() {
        return String.valueOf(value);
    }
}
