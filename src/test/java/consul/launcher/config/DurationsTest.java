package consul.launcher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({"25, PT25S", "25s, PT25S", "2m, PT2M", "500ms, PT0.5S", "1h, PT1H", "24h, PT24H", "007s, PT7S"})
    void readsWhatPeopleWrite(String text, Duration expected) {
        assertEquals(Optional.of(expected), Durations.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "0s",
                "-1s",
                "s",
                "25 s",
                "25S",
                "1.5s",
                "1d",
                "25h",
                "1441m",
                "9999999999",
                "1m30s",
                "٣s"
            })
    void refusesEverythingElse(String text) {
        assertEquals(Optional.empty(), Durations.parse(text));
    }
}
