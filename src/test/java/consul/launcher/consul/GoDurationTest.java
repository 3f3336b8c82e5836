package consul.launcher.consul;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GoDurationTest {

    @ParameterizedTest
    @CsvSource({
        "0, PT0S",
        "0s, PT0S",
        "15.5ms, PT0.0155S",
        "1m30.5s, PT1M30.5S",
        "72h3m0.5s, PT72H3M0.5S",
        "120ns, PT0.00000012S",
        "42us, PT0.000042S",
        "42\u00b5s, PT0.000042S",
        "42\u03bcs, PT0.000042S"
    })
    void readsWhatGoPrints(String text, Duration duration) {
        assertEquals(Optional.of(duration), GoDuration.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "never", "12", "ms", "1x", "1..5s", "-1s", "1s2", "99999999999999999999999s", "9999999999h"})
    void refusesWhatGoDoesNotPrint(String text) {
        assertEquals(Optional.empty(), GoDuration.parse(text));
    }
}
