package consul.launcher.consul;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/// Documents of the API. Loaded only by who needs more of an answer than its text.
public final class Json {

    private static final ObjectMapper MAPPER = new ObjectMapper();

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
            return new ApiAnswer.Ok<>(MAPPER.readTree(text));
        } catch (JsonProcessingException e) {
            return new ApiAnswer.Refused<>(200, "not JSON: " + e.getOriginalMessage());
        }
    }
}
