package consul.launcher.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A list that is read element by element, so that a large one is never in memory as a whole.
final class JsonReaderTest {

    private static List<String> elements(String text) throws JsonException {
        JsonReader reader = new JsonReader(text);
        assertTrue(reader.beginsList(), text);
        List<String> elements = new ArrayList<>();
        while (reader.hasElement(elements.isEmpty())) {
            elements.add(reader.value().toString());
        }
        return elements;
    }

    @Test
    void readsElementByElement() throws JsonException {
        assertEquals(List.of(), elements(" [ ] "));
        assertEquals(List.of("a"), elements("[\"a\"]"));
        assertEquals(List.of("a", "{b=true}", "[]", "null"), elements("\n[\"a\" , {\"b\":true},[],null ]\n"));
    }

    /// F13: as nodes they take twenty times as much memory as the text.
    @ParameterizedTest
    @ValueSource(strings = {"1", "[]", "{\"a\":[1]}", "[[],[],[]]"})
    void refusesMoreValuesThanADocumentOfConsulHas(String value) {
        String text = "[" + (value + ",").repeat(60_000) + value + "]";

        JsonException whole = assertThrows(JsonException.class, () -> new JsonReader(text).document());
        JsonException list = assertThrows(JsonException.class, () -> elements(text));

        assertEquals("more than 50000 values", whole.getMessage());
        assertEquals("more than 50000 elements", list.getMessage());
    }

    @Test
    void readsAListOfMoreValuesElementByElement() throws JsonException {
        assertEquals(
                10_000,
                elements("[" + "[1,1,1,1,1,1,1,1,1],".repeat(9_999) + "[]]").size());
    }

    @Test
    void tellsWhatIsNoList() {
        assertFalse(new JsonReader("{}").beginsList());
        assertFalse(new JsonReader("").beginsList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]", "[1]]", "[1] 2", "[] []", "[}", "[1}", "[1:2]"
            })
    void refusesWhatIsNoListToItsEnd(String text) {
        assertThrows(JsonException.class, () -> elements(text));
    }
}
