package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import consul.launcher.testkit.Recorder.Call;
import consul.launcher.testkit.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
