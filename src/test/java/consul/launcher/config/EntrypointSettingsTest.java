package consul.launcher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntrypointSettingsTest {

    private final List<Problem> problems = new ArrayList<>();

    private EntrypointSettings from(String name, String value) {
        return EntrypointSettings.from(new Environment(Map.of(name, value)), problems::add);
    }

    @ParameterizedTest
    @CsvSource({
        "exec, EXEC",
        "Exec, EXEC",
        "' EXEC\n', EXEC",
        "supervise, SUPERVISE",
        "Supervise, SUPERVISE",
        "'', SUPERVISE"
    })
    void readsTheModeInAnyCase(String text, EntrypointSettings.Mode expected) {
        assertEquals(expected, from("CONSUL_LAUNCHER_MODE", text).mode());
        assertEquals(List.of(), problems);
    }

    @ParameterizedTest
    @CsvSource({"10, PT10S", "'10S\n', PT10S", "1500ms, PT1.5S", "2M, PT2M"})
    void readsTheStopTimeout(String text, Duration expected) {
        assertEquals(expected, from("CONSUL_STOP_TIMEOUT", text).stopTimeout());
        assertEquals(List.of(), problems);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "25h", "ten", " ", "1 s"})
    void refusesAStopTimeoutThatIsNone(String text) {
        assertEquals(Duration.ofSeconds(25), from("CONSUL_STOP_TIMEOUT", text).stopTimeout());
        assertEquals(
                List.of("CONSUL_STOP_TIMEOUT is '" + text + "'"),
                problems.stream().map(Problem::what).toList());
    }

    @Test
    void refusesAModeThatIsNone() {
        assertEquals(
                EntrypointSettings.Mode.SUPERVISE,
                from("CONSUL_LAUNCHER_MODE", "Fork").mode());
        assertEquals(
                List.of(new Problem("CONSUL_LAUNCHER_MODE is 'Fork'", "set it to supervise (the default) or exec")),
                problems);
    }
}
