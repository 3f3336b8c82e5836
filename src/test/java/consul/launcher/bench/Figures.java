package consul.launcher.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// What one part measured, by name; kept in a file, so that the document can be made from parts measured one by one.
final class Figures {

    private final Map<String, String> values = new LinkedHashMap<>();

    void put(String key, String value) {
        values.put(key, value);
    }

    void put(String key, long value) {
        put(key, Long.toString(value));
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    /// @throws IllegalStateException if it wasn't measured
    String get(String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalStateException(
                    "the figure " + key + " wasn't measured; those that were: " + values.keySet());
        }
        return value;
    }

    double number(String key) {
        return Double.parseDouble(get(key));
    }

    void write(Path file) {
        StringBuilder text = new StringBuilder();
        values.forEach((key, value) ->
                text.append(key).append('=').append(value.replace("\n", "\\n")).append('\n'));
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Empty if there is no such file.
    static Figures read(Path file) {
        Figures figures = new Figures();
        try {
            if (Files.exists(file)) {
                for (String line : Files.readAllLines(file)) {
                    int equals = line.indexOf('=');
                    figures.put(
                            line.substring(0, equals),
                            line.substring(equals + 1).replace("\\n", "\n"));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return figures;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        values.forEach((key, value) ->
                text.append("    ").append(key).append("  ").append(value).append('\n'));
        return text.toString();
    }
}
