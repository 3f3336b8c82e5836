package consul.launcher.config;

import consul.launcher.json.JsonException;
import consul.launcher.json.JsonNode;
import java.util.Optional;

/// Whether a text is the JSON object that Consul expects of a configuration file. Says where it isn't and in what
/// way, but never shows a piece of it, because it may hold keys and tokens.
public final class LocalConfigSyntax {

    private LocalConfigSyntax() {}

    /// What is wrong first, as `line 3, column 7: …`, counted from 1; empty if nothing is.
    public static Optional<String> check(String text) {
        if (text.isBlank()) {
            return Optional.of("line 1, column 1: there is nothing but white space");
        }
        return isObject(text) ? Optional.empty() : JsonFault.find(text);
    }

    private static boolean isObject(String text) {
        try {
            return JsonNode.parse(text).isObject();
        } catch (JsonException e) {
            return false;
        }
    }
}
