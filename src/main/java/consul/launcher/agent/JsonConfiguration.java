package consul.launcher.agent;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import consul.launcher.config.LocalConfigSyntax;
import java.io.IOException;
import java.io.UncheckedIOException;

/// Reads a JSON configuration text. A class of its own, loaded only where there is one, because the parser costs
/// milliseconds before Consul starts.
final class JsonConfiguration {

    private final JsonParser parser;
    private final String source;
    private final ConfigurationValues values = new ConfigurationValues();

    private JsonConfiguration(JsonParser parser, String source) {
        this.parser = parser;
        this.source = source;
    }

    /// @param source the name that its values are said to come from
    static ConfigurationValues read(String text, String source) throws ConfigurationSyntaxException {
        try (JsonParser parser = new JsonFactory().createParser(text)) {
            JsonConfiguration json = new JsonConfiguration(parser, source);
            json.document();
            return json.values;
        } catch (JacksonException e) {
            throw new ConfigurationSyntaxException(LocalConfigSyntax.explain(e));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    private void document() throws IOException, ConfigurationSyntaxException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new ConfigurationSyntaxException("line 1, column 1: expected { to open a JSON object");
        }
        object("");
        if (parser.nextToken() != null) {
            throw new ConfigurationSyntaxException(LocalConfigSyntax.afterEnd(parser.currentTokenLocation()));
        }
    }

    private void object(String path) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = ConfigurationValues.path(path, parser.currentName());
            JsonToken token = parser.nextToken();
            if (!ConfigurationValues.keeps(key)) {
                parser.skipChildren();
            } else if (token == JsonToken.START_OBJECT) {
                object(key);
            } else if (token == JsonToken.START_ARRAY) {
                array(key);
            } else if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
                values.put(key, parser.getText(), source);
            }
        }
    }

    /// Consul takes a list with one object for the object.
    private void array(String path) throws IOException {
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == JsonToken.START_OBJECT) {
                object(path);
            } else if (token.isStructStart()) {
                parser.skipChildren();
            } else if (token != JsonToken.VALUE_NULL) {
                values.append(path, parser.getText(), source);
            }
        }
    }
}
