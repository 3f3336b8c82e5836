package consul.launcher.consul;

import consul.launcher.json.JsonException;
import consul.launcher.json.JsonNode;

/// Documents of the API. Loaded only by who needs more of an answer than its text.
public final class Json {

    private Json() {}

    /// The answer as a tree; an answer that is no JSON is refused.
    public static ApiAnswer<JsonNode> read(ApiAnswer<String> answer) {
        return switch (answer) {
            case ApiAnswer.Ok<String> ok -> parse(ok.value());
            case ApiAnswer.Unreachable<String> unreachable -> new ApiAnswer.Unreachable<>(unreachable.why());
            case ApiAnswer.Denied<String> denied -> new ApiAnswer.Denied<>(denied.rule());
            case ApiAnswer.Refused<String> refused -> new ApiAnswer.Refused<>(refused.status(), refused.text());
        };
    }

    private static ApiAnswer<JsonNode> parse(String text) {
        try {
            return new ApiAnswer.Ok<>(JsonNode.parse(text));
        } catch (JsonException e) {
            return new ApiAnswer.Refused<>(200, "not JSON: " + e.getMessage());
        }
    }
}
