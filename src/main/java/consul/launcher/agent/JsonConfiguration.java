package consul.launcher.agent;

import consul.launcher.config.LocalConfigSyntax;
import consul.launcher.json.JsonException;
import consul.launcher.json.JsonNode;
import java.util.Map;

/// Reads a JSON configuration text.
final class JsonConfiguration {

    private final String source;
    private final ConfigurationValues values = new ConfigurationValues();

    private JsonConfiguration(String source) {
        this.source = source;
    }

    /// @param source the name that its values are said to come from
    static ConfigurationValues read(String text, String source) throws ConfigurationSyntaxException {
        JsonConfiguration json = new JsonConfiguration(source);
        json.object("", document(text));
        return json.values;
    }

    private static JsonNode document(String text) throws ConfigurationSyntaxException {
        String why = "no JSON object";
        try {
            JsonNode document = JsonNode.parse(text);
            if (document.isObject() || document.isMissing()) {
                return document;
            }
        } catch (JsonException e) {
            why = String.valueOf(e.getMessage());
        }
        throw new ConfigurationSyntaxException(LocalConfigSyntax.check(text).orElse(why));
    }

    private void object(String path, JsonNode object) {
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            String key = ConfigurationValues.path(path, member.getKey());
            JsonNode value = member.getValue();
            if (!ConfigurationValues.keeps(key)) {
                continue;
            }
            if (value.isObject()) {
                object(key, value);
            } else if (value.isArray()) {
                list(key, value);
            } else if (!value.isMissing()) {
                values.put(key, value.asText(), source);
            }
        }
    }

    /// Consul takes a list with one object for the object.
    private void list(String path, JsonNode list) {
        for (JsonNode element : list) {
            if (element.isObject()) {
                object(path, element);
            } else if (!element.isArray() && !element.isMissing()) {
                values.append(path, element.asText(), source);
            }
        }
    }
}
