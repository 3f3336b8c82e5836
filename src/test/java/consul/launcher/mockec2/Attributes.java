package consul.launcher.mockec2;

import java.util.LinkedHashMap;
import java.util.Map;

/// Names and values as a command line or a control request gives them. Every one must be used: a misspelt name is an
/// error, not a default.
final class Attributes {

    private final Map<String, String> left;

    Attributes(Map<String, String> values) {
        this.left = new LinkedHashMap<>(values);
    }

    /// @param text `id=i-1,address=127.0.0.11,tag:Name=consul`; a value holds no comma
    static Attributes parse(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("'" + part + "' in '" + text + "': name=value is expected");
            }
            values.put(part.substring(0, equals), part.substring(equals + 1));
        }
        return new Attributes(values);
    }

    String take(String name, String otherwise) {
        String value = left.remove(name);
        return value == null ? otherwise : value;
    }

    String require(String name) {
        String value = left.remove(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }

    int number(String name, int otherwise) {
        String value = take(name, "");
        try {
            return value.isEmpty() ? otherwise : Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + "=" + value + ": a number is expected", e);
        }
    }

    /// All `tag:K=V`.
    Map<String, String> takeTags() {
        Map<String, String> tags = new LinkedHashMap<>();
        for (String name : left.keySet().toArray(String[]::new)) {
            if (name.startsWith("tag:")) {
                tags.put(name.substring("tag:".length()), take(name, ""));
            }
        }
        return tags;
    }

    void expectNothingLeft() {
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("unknown: " + String.join(", ", left.keySet()));
        }
    }
}
