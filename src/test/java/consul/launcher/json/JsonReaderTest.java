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
