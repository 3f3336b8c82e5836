package consul.launcher.contract;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.Recorder.Call;
import consul.launcher.testkit.Running;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Consul in the launcher's place: it finds what a shell would have given it, and nothing of the launcher is left.
@Execution(ExecutionMode.CONCURRENT)
final class BecomeProcessIT {

    /// Sets variables whose bytes are no text, are empty, or have names that the starter might have used itself.
    private static final String EXPORT = """
            BYTES=$(printf 'a\\377\\200\\001b'); EMPTY=; home=h; java=j; cache=c; decision=d; asked=a; word=w; self=s
            export BYTES EMPTY home java cache decision asked word self
            exec "$@"
            """;

    private static final Set<String> EXPORTED = Set.of(
            "BYTES=a\u00ff\u0080\u0001b",
            "EMPTY=",
            "home=h",
            "java=j",
            "cache=c",
            "decision=d",
            "asked=a",
            "word=w",
            "self=s");

    @AutoClose
    private final Scenario scenario = Scenario.create();

    @ParameterizedTest
    @ValueSource(strings = {"exec", "supervise"})
    @DisplayName("rule 24: every variable reaches Consul byte for byte, whatever its name")
    void keepsEveryVariable(String mode) {
        scenario.with("CONSUL_LAUNCHER_MODE", mode)
                .with("CONSUL_DISABLE_PERM_MGMT", "1")
                .startedBy("sh", "-c", EXPORT, "sh");
        Set<String> before =
                environment(scenario.run("/bin/sh", "-c", "exec consul").consul());
        scenario.programs().forget();

        Set<String> after = environment(scenario.run("agent", "-dev").consul());

        assertTrue(after.containsAll(EXPORTED), after::toString);
        assertEquals(before, after);
    }

    /// One character per byte.
    private static Set<String> environment(Call call) {
        Set<String> environment = new TreeSet<>();
        for (byte[] variable : call.rawEnvironment()) {
            environment.add(new String(variable, ISO_8859_1));
        }
        // A shell may note where it is.
        environment.removeIf(variable ->
                variable.startsWith("_=") || variable.startsWith("OLDPWD=") || variable.startsWith("SHLVL="));
        return environment;
    }

    @ParameterizedTest
    @ValueSource(strings = {"trap '' HUP", "trap '' USR1 PIPE", ":"})
    @DisplayName("rule 25: blocked and ignored signals are those of a process that a shell started")
    void keepsTheSignalMask(String setup) {
        scenario.with("CONSUL_LAUNCHER_MODE", "exec").startedBy("sh", "-c", setup + "; exec \"$@\"", "sh");
        Call consul = scenario.run("agent", "-dev").consul();
        scenario.programs().forget();

        String program = scenario.programs().bin().resolve("consul").toString();
        assertEquals(
                0,
                Running.run("env", "--default-signal", "sh", "-c", setup + "; exec " + program)
                        .exitCode());
        Call byShell = scenario.programs().calls("consul").getFirst();

        for (String mask : List.of("SigBlk", "SigIgn", "SigCgt")) {
            assertEquals(byShell.field(mask), consul.field(mask), mask);
        }
    }

    @Test
    @DisplayName("rule 24: no process of the launcher is left when Consul runs")
    void leavesNothingOfTheLauncher() {
        scenario.with("CONSUL_LAUNCHER_MODE", "exec").programs().waitsForSignals("consul");

        try (Running launcher = scenario.start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);

            assertEquals(launcher.pid(), consul.pid());
            List<String> programs = ProcessHandle.of(launcher.pid()).stream()
                    .flatMap(process ->
                            java.util.stream.Stream.concat(java.util.stream.Stream.of(process), process.descendants()))
                    .map(process -> process.info().command().orElse(""))
                    .filter(program -> program.endsWith("/java"))
                    .toList();
            assertEquals(List.of(), programs);
            consul.end(0);
            assertEquals(0, launcher.await().exitCode());
        }
    }
}
