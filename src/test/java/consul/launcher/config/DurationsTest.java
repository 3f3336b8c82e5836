package consul.launcher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "25, PT25S",
        "25s, PT25S",
        "2m, PT2M",
        "500ms, PT0.5S",
        "1h, PT1H",
        "24h, PT24H",
        "007s, PT7S",
        "0, PT0S",
        "0ms, PT0S",
        "25h, PT25H",
        "999999999h, PT999999999H"
    })
    void readsWhatPeopleWrite(String text, Duration expected) {
        assertEquals(Optional.of(expected), Durations.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1s", "s", "25 s", "25S", "1.5s", "1d", "9999999999", "1m30s", "٣s", "any"})
    void refusesEverythingElse(String text) {
        assertEquals(Optional.empty(), Durations.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1ms", "25s", "1440m", "24h"})
    void takesATimeoutOfADayAtMost(String text) {
        assertEquals(Durations.parse(text), Durations.timeout(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0ms", "86401", "1441m", "25h", "s"})
    void refusesATimeoutThatIsNoneOrLonger(String text) {
        assertEquals(Optional.empty(), Durations.timeout(text));
    }
}
