package consul.launcher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TruthTest {

    /// The whole of strconv.ParseBool.
    @Test
    void takesWhatGoTakes() {
        for (String yes : List.of("1", "t", "T", "TRUE", "true", "True")) {
            assertEquals(Optional.of(true), Truth.ofGo(yes), yes);
        }
        for (String no : List.of("0", "f", "F", "FALSE", "false", "False")) {
            assertEquals(Optional.of(false), Truth.ofGo(no), no);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tRUE", " true", "yes", "on", "2", "no"})
    void refusesWhatGoRefuses(String text) {
        assertEquals(Optional.empty(), Truth.ofGo(text));
    }

    @ParameterizedTest
    @CsvSource({"true, true", "tRUE, true", "False, false", "1,", "t,", "' true',", "'',"})
    void takesWhatTheAwsSdksTake(String text, Boolean expected) {
        assertEquals(Optional.ofNullable(expected), Truth.ofAws(text));
    }

    @ParameterizedTest
    @CsvSource({"true, true", "1, true", "false, false", "0, false", "t,", "yes,", "'',"})
    void takesWordsAndDigitsOfTheLaunchersOwn(String word, Boolean expected) {
        assertEquals(Optional.ofNullable(expected), Truth.ofLauncher(word));
    }
}
