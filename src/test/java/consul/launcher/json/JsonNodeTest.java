package consul.launcher.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonNodeTest {

    private static final ObjectMapper JACKSON =
            new ObjectMapper().enable(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final String DOCUMENT = """
            {"a": {"b": [1, "two", true, null, {"c": -3.5e+2}]}, "text": "x", "yes": "true", "n": "12", "zero": 0,
             "big": 99999999999999999999, "none": null, "e": "\\u00fC\\n\\"\\\\\\/\\b\\f\\r\\t\\ud83d\\ude00ü"}
            """;

    private final JsonNode document = parsed(DOCUMENT);

    private static JsonNode parsed(String text) {
        try {
            return JsonNode.parse(text);
        } catch (JsonException e) {
            throw new AssertionError(text, e);
        }
    }

    @Test
    void findsMembers() {
        assertEquals("x", document.path("text").asText());
        assertEquals("", document.path("nowhere").path("deeper").asText());
        assertEquals("", document.path("none").asText());
        assertEquals("ü\n\"\\/\b\f\r\t😀ü", document.path("e").asText());
    }

    @Test
    void readsNumbersAlsoWhereTheyAreTexts() {
        assertEquals(12, document.path("n").asLong());
        assertEquals(0, document.path("zero").asInt());
        assertEquals(0, document.path("text").asLong());
        assertEquals(0, document.path("big").asLong());
        assertEquals("99999999999999999999", document.path("big").asText());
    }

    @Test
    void readsFlagsAlsoWhereTheyAreTexts() {
        assertTrue(document.path("yes").asBoolean());
        assertFalse(document.path("text").asBoolean());
        assertFalse(document.path("nowhere").asBoolean());
    }

    @Test
    void goesThroughLists() {
        List<String> texts = new ArrayList<>();
        document.path("a").path("b").forEach(node -> texts.add(node.asText()));

        assertEquals(List.of("1", "two", "true", "", ""), texts);
        assertFalse(document.path("text").iterator().hasNext());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{a:1}",
                "[1,]",
                "[1 2]",
                "[,]",
                "\"",
                "\"\\",
                "\"\\x\"",
                "\"\\u00g0\"",
                "\"\\u00\"",
                "\"\\u００４１\"",
                "\"a\nb\"",
                "tru",
                "nul",
                "truee",
                "1 2",
                "01",
                "-",
                "1.",
                ".5",
                "1e",
                "+1",
                "{} {}",
                "]",
                "'a'",
                "NaN",
                "\uFEFF{}"
            })
    void refusesWhatIsNoJson(String text) {
        assertThrows(JsonException.class, () -> JsonNode.parse(text));
    }

    @Test
    void doesNotFollowEveryDepth() {
        assertThrows(JsonException.class, () -> JsonNode.parse("[".repeat(100_000)));
        assertThrows(JsonException.class, () -> JsonNode.parse("{\"a\":".repeat(100_000)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{}", "[{}]", "{\"a\": [{}]}"})
    void takesAnyNumberOfValuesBesideEachOther(String value) {
        JsonNode list = parsed("[" + (value + ",").repeat(1000) + "[]]");

        int count = 0;
        for (JsonNode element : list) {
            assertTrue(element.isArray() || element.isObject());
            count++;
        }
        assertEquals(1001, count);
    }

    /// Nobody may learn a secret from a log that quotes it.
    @Test
    void tellsWhereAndNotWhat() {
        JsonException e = assertThrows(JsonException.class, () -> JsonNode.parse("{\"token\": secret}"));

        assertEquals("it is no JSON at character 11", e.getMessage());
    }

    @Test
    void tellsThatItWasCutOff() {
        JsonException e = assertThrows(JsonException.class, () -> JsonNode.parse("{\"token\": \"secr"));

        assertEquals("it ends too early", e.getMessage());
    }

    /// Whatever becomes of a document on its way, both take it or neither does.
    @ParameterizedTest
    @CsvSource({"1", "2", "3"})
    void agreesWithJackson(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 3000; i++) {
            StringBuilder text = new StringBuilder(DOCUMENT.strip());
            for (int j = random.nextInt(3); j >= 0; j--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 -> text.insert(at, DOCUMENT.charAt(random.nextInt(DOCUMENT.length())));
                    default -> text.setCharAt(at, (char) random.nextInt(1, 128));
                }
            }
            assertEquals(isJsonForJackson(text.toString()), isJson(text.toString()), text::toString);
        }
    }

    private static boolean isJson(String text) {
        try {
            JsonNode.parse(text);
            return true;
        } catch (JsonException e) {
            return false;
        }
    }

    private static boolean isJsonForJackson(String text) {
        try {
            return !JACKSON.readTree(text).isMissingNode();
        } catch (JsonProcessingException e) {
            return false;
        }
    }
}
