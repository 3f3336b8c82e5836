package consul.launcher.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import consul.launcher.config.Environment;
import consul.launcher.config.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SettingsTest {

    private final List<Problem> problems = new ArrayList<>();

    private Settings from(Map<String, String> variables) {
        return Settings.from(new Environment(variables), problems::add);
    }

    @Test
    void advisesByDefaultAfterAMinuteAndGivesUpHalfAMinuteAtMost() {
        Settings expected = new Settings(Mode.ADVISE, Duration.ofSeconds(60), Duration.ofSeconds(30), Optional.empty());
        assertEquals(expected, from(Map.of()));
        assertEquals(List.of(), problems);
    }

    @Test
    void readsTheVariables() {
        Settings settings = from(Map.of(
                "CONSUL_QUORUM_RECOVERY", "auto",
                "CONSUL_QUORUM_RECOVERY_CONFIRM", "10s",
                "CONSUL_QUORUM_RECOVERY_MAX_LOSS", "5m",
                "TAG_KEY", "consul",
                "TAG_VALUE", "prod"));
        assertEquals(
                new Settings(Mode.AUTO, Duration.ofSeconds(10), Duration.ofMinutes(5), Optional.of("consul=prod")),
                settings);
        assertEquals(List.of(), problems);
    }

    /// As every variable of the launcher's own.
    @Test
    void readsTheVariablesInAnyCase() {
        Settings settings = from(Map.of(
                "CONSUL_QUORUM_RECOVERY", " Auto\n",
                "CONSUL_QUORUM_RECOVERY_CONFIRM", "15000MS",
                "CONSUL_QUORUM_RECOVERY_MAX_LOSS", "Any "));
        assertEquals(new Settings(Mode.AUTO, Duration.ofSeconds(15), Settings.ANY_LOSS, Optional.empty()), settings);
        assertEquals(List.of(), problems);
    }

    @Test
    void boundsTheTimesFromBelowOnly() {
        Settings settings =
                from(Map.of("CONSUL_QUORUM_RECOVERY_CONFIRM", "48h", "CONSUL_QUORUM_RECOVERY_MAX_LOSS", "0"));
        assertEquals(Duration.ofDays(2), settings.confirmation());
        assertEquals(Duration.ZERO, settings.maxLoss());
        assertEquals(List.of(), problems);
        from(Map.of("CONSUL_QUORUM_RECOVERY_CONFIRM", "9999ms"));
        assertEquals(1, problems.size(), problems.toString());
    }

    @Test
    void allowsAnyLossOnRequest() {
        assertEquals(
                Settings.ANY_LOSS,
                from(Map.of("CONSUL_QUORUM_RECOVERY_MAX_LOSS", "any")).maxLoss());
    }

    @Test
    void collectsEveryProblem() {
        Settings settings = from(Map.of(
                "CONSUL_QUORUM_RECOVERY", "yes",
                "CONSUL_QUORUM_RECOVERY_CONFIRM", "9s",
                "CONSUL_QUORUM_RECOVERY_MAX_LOSS", "-1s"));
        assertEquals(3, problems.size(), problems.toString());
        assertEquals(from(Map.of()), settings);
    }

    @Test
    void knowsWhatIsNoTime() {
        for (String text : List.of("s", "1.5s", "10 s", "10d", "99999999999", "-5", "1h30m")) {
            problems.clear();
            from(Map.of("CONSUL_QUORUM_RECOVERY_MAX_LOSS", text));
            assertEquals(1, problems.size(), text);
        }
    }

    @Test
    void needsBothHalvesOfTheTag() {
        assertEquals(Optional.empty(), from(Map.of("TAG_KEY", "consul")).tag());
    }

    @Test
    void refusesAConfirmationTimeShorterThanAnElection() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Settings(Mode.AUTO, Duration.ofSeconds(9), Duration.ZERO, Optional.empty()));
    }
}
