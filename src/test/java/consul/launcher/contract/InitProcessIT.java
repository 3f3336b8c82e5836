package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import consul.launcher.contract.Scenario.Outcome;
import consul.launcher.testkit.Recorder.Call;
import consul.launcher.testkit.Running;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The launcher as process 1, as a container has it, with each init that an image may have: rules 24 and 25.
@NeedsRoot
@Execution(ExecutionMode.CONCURRENT)
final class InitProcessIT {

    @AutoClose
    private final Scenario scenario = Scenario.create();

    private Scenario asInit(String init, String mode) {
        if (!init.equals("none")) {
            if (!Scenario.isOnPath(init)) {
                System.err.println("SKIPPED for want of " + init);
            }
            Assumptions.assumeTrue(Scenario.isOnPath(init), init);
            scenario.withRealProgram(init);
        }
        return scenario.asInit().with("CONSUL_LAUNCHER_MODE", mode);
    }

    @ParameterizedTest
    @CsvSource({"dumb-init, supervise", "dumb-init, exec", "tini, supervise", "tini, exec", "none, supervise"})
    @DisplayName("rule 24: orphans are reaped, and the exit code is Consul's own")
    void reapsOrphans(String init, String mode) {
        scenario.programs().does("consul", """
                (sleep 0.1 & echo $! >"$record/orphan")
                orphan=$(cat "$record/orphan")
                for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
                    [ -e "/proc/$orphan" ] || exit 42
                    sleep 0.1
                done
                exit 9
                """);

        Outcome outcome = asInit(init, mode).run("agent", "-dev");

        assertEquals(42, outcome.exitCode(), outcome::toString);
        assertEquals(
                List.of("agent", "-data-dir=" + scenario.data()), outcome.argv().subList(0, 2), "started once");
    }

    @ParameterizedTest
    @CsvSource({
        "dumb-init, supervise, TERM",
        "dumb-init, supervise, INT",
        "dumb-init, supervise, HUP",
        "dumb-init, supervise, USR1",
        "dumb-init, supervise, QUIT",
        "dumb-init, exec, TERM",
        "dumb-init, exec, QUIT",
        "tini, supervise, TERM",
        "tini, supervise, INT",
        "tini, exec, QUIT",
        "none, supervise, TERM",
        "none, supervise, HUP",
        "none, supervise, USR1",
        "none, supervise, QUIT",
        "none, exec, TERM",
    })
    @DisplayName("rule 25: a signal to the container reaches Consul exactly once")
    void passesSignalsOn(String init, String mode, String signal) {
        scenario.programs().waitsForSignals("consul");

        try (Running container = asInit(init, mode).start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", container);
            Scenario.signalInit(container, signal);
            consul.awaitSignals(1);
            consul.end(3);

            assertEquals(3, container.await().exitCode());
            assertEquals(List.of(signal), consul.signals());
        }
    }
}
