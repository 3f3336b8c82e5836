package consul.launcher.config;

import consul.launcher.json.JsonException;
import consul.launcher.json.JsonNode;
import java.util.Optional;

/// Whether a text is the JSON object that Consul expects of a configuration file; it takes `null` too, for nothing.
/// Says where it isn't and in what
/// way, but never shows a piece of it, because it may hold keys and tokens.
public final class LocalConfigSyntax {

    /// Where the text of `CONSUL_LOCAL_CONFIG` goes, in the configuration directory.
    public static final String FILE = "local.json";

    /// What launchers up to 0.1.0 kept beside it; nothing of Consul's.
    public static final String OLD_MARKER = ".local.json.launcher";

    private LocalConfigSyntax() {}

    /// What is wrong first, as `line 3, column 7: …`, counted from 1; empty if nothing is.
    public static Optional<String> check(String text) {
        if (text.isBlank()) {
            return Optional.of("line 1, column 1: there is nothing but white space");
        }
        return isConfiguration(text) ? Optional.empty() : JsonFault.find(text);
    }

    private static boolean isConfiguration(String text) {
        try {
            JsonNode document = JsonNode.parse(text);
            return document.isObject() || document.isMissing();
        } catch (JsonException e) {
            return false;
        }
    }
}
