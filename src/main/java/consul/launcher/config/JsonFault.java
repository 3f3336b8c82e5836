package consul.launcher.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/// Where and in what way a text isn't the JSON object that it should be. By Jackson, which knows better than our own
/// reader what a person meant, and costs milliseconds and megabytes: loaded only for a text that is wrong.
final class JsonFault {

    private JsonFault() {}

    /// What is wrong first, as `line 3, column 7: …`, counted from 1; empty if nothing is.
    static Optional<String> find(String text) {
        try (JsonParser parser = new JsonFactory().createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.of(place(parser.currentTokenLocation()) + ": expected { to open a JSON object");
            }
            int depth = 1;
            while (depth > 0) {
                JsonToken token = parser.nextToken();
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            }
            if (parser.nextToken() != null) {
                return Optional.of(afterEnd(parser.currentTokenLocation()));
            }
            return Optional.empty();
        } catch (JacksonException e) {
            return Optional.of(explain(e));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    /// Where and why the parser gave up, without its own message, which quotes the text.
    private static String explain(JacksonException e) {
        // Limits of the parser come without a place.
        JsonLocation location = e.getLocation();
        return location == null ? "nested or long beyond any configuration" : place(location) + ": " + reason(e);
    }

    private static String afterEnd(JsonLocation location) {
        return place(location) + ": something follows the object's closing }";
    }

    private static String place(JsonLocation location) {
        return "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static String reason(JacksonException e) {
        if (e instanceof JsonEOFException) {
            return "the text ends before everything opened is closed";
        }
        String message = e.getOriginalMessage();
        if (message.startsWith("Unrecognized token")) {
            return "a word without quotes";
        }
        if (message.startsWith("Illegal unquoted character")) {
            return "a line break or another control character inside a string";
        }
        if (message.contains("was expecting comma")) {
            return "expected a comma, or the closing bracket";
        }
        if (message.contains("was expecting double-quote to start field name")) {
            return "expected a key in double quotes";
        }
        if (message.contains("was expecting a colon")) {
            return "expected a colon after the key";
        }
        if (message.startsWith("Unexpected close marker")) {
            return "a closing bracket that closes nothing";
        }
        if (message.contains("escape")) {
            return "a backslash that escapes nothing JSON knows";
        }
        return "not valid JSON";
    }
}
