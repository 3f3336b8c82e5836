package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.Recorder.Call;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What Consul gets of each signal that is sent to the launcher or its group and then once more: rule 25.
///
/// A supervised Consul gets a QUIT whatever else is going on, for a USR2, as an init hands it on. So two of them, one
/// after the other, show that the launcher has dealt with everything that was sent before.
@Execution(ExecutionMode.CONCURRENT)
final class SignalsProcessIT {

    @AutoClose
    private final Scenario scenario = Scenario.create();

    @ParameterizedTest
    @CsvSource({
        "TERM, TERM",
        "INT, INT",
        "HUP, HUP HUP",
        "USR1, USR1 USR1",
        "USR2, QUIT QUIT",
    })
    @DisplayName(
            "rule 25: a supervised Consul gets a signal to the launcher once, and a stop once however often it is sent")
    void passesASignalToTheProcessOn(String signal, String expected) {
        superviseAndSend(expected, launcher -> launcher.signal(signal), launcher -> launcher.signal(signal));
    }

    @ParameterizedTest
    @CsvSource({
        "TERM, TERM",
        "INT, INT",
        "HUP, HUP HUP",
        "USR1, USR1 USR1",
        "USR2, QUIT QUIT",
    })
    @DisplayName(
            "rule 25: a supervised Consul gets a signal to the launcher's group once, and a stop once however often")
    void passesASignalToTheGroupOn(String signal, String expected) {
        superviseAndSend(expected, launcher -> launcher.signalGroup(signal), launcher -> launcher.signalGroup(signal));
    }

    /// As an init that signals its group, and then an operator who doesn't.
    @ParameterizedTest
    @CsvSource({"TERM, INT, TERM", "INT, TERM, INT", "HUP, TERM, HUP TERM", "TERM, HUP, TERM", "INT, USR1, INT"})
    @DisplayName("rule 25: after a stop nothing else reaches a supervised Consul, before it everything")
    void passesTwoSignalsOn(String first, String second, String expected) {
        superviseAndSend(expected, launcher -> launcher.signalGroup(first), launcher -> launcher.signal(second));
    }

    private void superviseAndSend(String expected, Consumer<Running> first, Consumer<Running> second) {
        scenario.with("CONSUL_LAUNCHER_INIT", "shell").programs().waitsForSignals("consul");
        List<String> signals = new ArrayList<>(List.of(expected.split(" ", -1)));

        try (Running launcher = scenario.start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            first.accept(launcher);
            consul.awaitSignals(1);
            second.accept(launcher);
            consul.awaitSignals(signals.size());
            for (int i = 0; i < 2; i++) {
                launcher.signal("USR2");
                signals.add("QUIT");
                consul.awaitSignals(signals.size());
            }

            assertEquals(signals, consul.signals());
            consul.end(3);
            assertEquals(3, launcher.await().exitCode());
        }
    }

    /// Rule 28, B14. Consul gets none of them: Go's runtime would drop them, a recorder would note a USR2.
    @ParameterizedTest
    @ValueSource(strings = {"USR2", "ALRM", "VTALRM", "IO", "PWR", "PROF", "XCPU"})
    @DisplayName("rule 28: a signal that Consul ignores ends neither a supervised Consul nor its launcher")
    void ignoresWhatConsulIgnores(String signal) {
        scenario.with("CONSUL_LAUNCHER_INIT", "none").programs().waitsForSignals("consul");

        try (Running launcher = scenario.start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            launcher.signal(signal);
            launcher.signalGroup(signal);
            launcher.signal("USR1");
            consul.awaitSignals(1);
            consul.end(3);

            assertEquals(3, launcher.await().exitCode());
            assertEquals(List.of("USR1"), consul.signals());
        }
    }

    /// F18. Faster than a process can be started, to the whole group, as dumb-init sends them: any process of the
    /// launcher's own that stood in the group would die. A kernel keeps one signal of a kind at most, so fewer may
    /// arrive.
    @Test
    @DisplayName(
            "rule 25: many reloads at once and then a stop all arrive, and no process of the launcher's dies of them")
    void passesABurstOn() {
        scenario.programs().waitsForSignals("consul");

        try (Running launcher = scenario.start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            String burst = "i=0; while [ $i -lt 60 ]; do kill -HUP -$1; sleep 0.002; i=$((i + 1)); done";
            assertEquals(
                    0,
                    Running.run("sh", "-c", burst, "sh", Long.toString(launcher.pid()))
                            .exitCode());
            consul.awaitSignals(1);
            launcher.signalGroup("USR1");
            Eventually.until(
                    "what was sent last: " + consul.signals(),
                    Running.PATIENCE,
                    () -> consul.signals().contains("USR1"));
            launcher.signalGroup("HUP");
            launcher.signalGroup("TERM");
            Eventually.until(
                    "the stop: " + consul.signals(),
                    Running.PATIENCE,
                    () -> consul.signals().contains("TERM"));
            consul.end(3);

            Running.Finished finished = launcher.await();
            assertEquals(3, finished.exitCode());
            assertFalse(finished.stderr().contains("[ERROR]"), finished::toString);
            assertFalse(finished.stderr().contains("WARNING"), finished::toString);
        }
    }

    /// Ctrl-Z. Consul's group is no terminal's, so it isn't stopped by a TSTP of its own.
    @Test
    @DisplayName("rule 25: a TSTP stops Consul with its launcher, and a CONT continues both")
    void stopsAndContinuesBoth() {
        scenario.programs().waitsForSignals("consul");

        try (Running launcher = scenario.start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            launcher.signal("TSTP");
            Eventually.until(
                    "both to be stopped", Running.PATIENCE, () -> isStopped(launcher.pid()) && isStopped(consul.pid()));
            launcher.signal("CONT");
            launcher.signal("TERM");
            consul.awaitSignals(1);
            consul.end(3);

            assertEquals(3, launcher.await().exitCode());
            assertEquals(List.of("TERM"), consul.signals());
        }
    }

    private static boolean isStopped(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "stat"))
                    .contains(") T ");
        } catch (IOException e) {
            return false;
        }
    }

    /// There, nobody stands between.
    @ParameterizedTest
    @CsvSource({
        "TERM, process",
        "INT, process",
        "HUP, process",
        "USR1, process",
        "USR2, process",
        "QUIT, process",
        "TERM, group",
        "INT, group",
        "HUP, group",
        "USR1, group",
        "USR2, group",
        "QUIT, group",
    })
    @DisplayName("rule 25: a Consul in the launcher's place gets each signal as often as it is sent")
    void isConsul(String signal, String target) {
        scenario.with("CONSUL_LAUNCHER_MODE", "exec").programs().waitsForSignals("consul");

        try (Running consul = scenario.start("agent", "-dev")) {
            Call call = scenario.programs().awaitReady("consul", consul);
            for (int i = 1; i <= 2; i++) {
                if (target.equals("group")) {
                    consul.signalGroup(signal);
                } else {
                    consul.signal(signal);
                }
                call.awaitSignals(i);
            }
            call.end(3);

            assertEquals(3, consul.await().exitCode());
            assertEquals(List.of(signal, signal), call.signals());
        }
    }

    /// A JVM can't catch QUIT, and no init is here to send it as USR2, which the launcher then has no use for.
    @ParameterizedTest
    @CsvSource({"QUIT, process", "QUIT, group", "USR2, process", "USR2, group"})
    @DisplayName("rule 25: without an init, QUIT ends neither a supervised Consul nor its launcher, nor does USR2")
    void staysWithAQuitWithoutInit(String signal, String target) {
        scenario.with("CONSUL_LAUNCHER_INIT", "none").programs().waitsForSignals("consul");

        try (Running launcher = scenario.start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            if (target.equals("group")) {
                launcher.signalGroup(signal);
            } else {
                launcher.signal(signal);
            }
            launcher.signal("HUP");
            consul.awaitSignals(1);
            launcher.signal("TERM");
            consul.awaitSignals(2);
            consul.end(3);

            assertEquals(3, launcher.await().exitCode());
            assertEquals(List.of("HUP", "TERM"), consul.signals());
        }
    }
}
