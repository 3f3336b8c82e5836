package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.contract.Scenario.Outcome;
import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.Recorder.Call;
import consul.launcher.testkit.Running;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How Consul lives and ends: rules 24 to 26 in their simple form.
@Execution(ExecutionMode.CONCURRENT)
final class LifeProcessIT {

    @AutoClose
    private final Scenario scenario = Scenario.create();

    @ParameterizedTest
    @CsvSource({
        "supervise, 0",
        "supervise, 1",
        "supervise, 42",
        "supervise, 126",
        "supervise, 127",
        "supervise, 255",
        "exec, 0",
        "exec, 1",
        "exec, 137",
        "exec, 255"
    })
    @DisplayName("rule 24: the exit code is Consul's own")
    void passesTheExitCodeOn(String mode, int exitCode) {
        scenario.with("CONSUL_LAUNCHER_MODE", mode);
        scenario.programs().does("consul", "exit " + exitCode + "\n");

        assertEquals(exitCode, scenario.run("agent", "-dev").exitCode());
    }

    @ParameterizedTest
    @CsvSource({
        "supervise, HUP, 129",
        "supervise, INT, 130",
        "supervise, QUIT, 131",
        "supervise, ILL, 132",
        "supervise, TRAP, 133",
        "supervise, ABRT, 134",
        "supervise, BUS, 135",
        "supervise, FPE, 136",
        "supervise, KILL, 137",
        "supervise, USR1, 138",
        "supervise, SEGV, 139",
        "supervise, USR2, 140",
        "supervise, PIPE, 141",
        "supervise, ALRM, 142",
        "supervise, TERM, 143",
        "supervise, SYS, 159",
        "exec, HUP, 129",
        "exec, QUIT, 131",
        "exec, KILL, 137",
        "exec, SEGV, 139",
        "exec, TERM, 143"
    })
    @DisplayName("rule 24: 128+n when a signal ended Consul")
    void tellsTheSignalThatEndedConsul(String mode, String signal, int exitCode) {
        scenario.with("CONSUL_LAUNCHER_MODE", mode);
        // Not the shell itself: that of some images ignores QUIT.
        scenario.programs().does("consul", """
                ulimit -c 0
                while kill -s %s $$; do sleep 0.05; done >/dev/null 2>&1 &
                exec sleep 600
                """.formatted(signal));

        assertEquals(exitCode, scenario.run("agent", "-dev").exitCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"exec", "Exec", " EXEC\n"})
    @DisplayName("rule 24: in exec mode Consul is the process that was started")
    void becomesConsul(String mode) {
        Outcome outcome = scenario.with("CONSUL_LAUNCHER_MODE", mode).run("agent", "-dev");

        assertEquals(outcome.launcherPid(), outcome.consul().pid());
    }

    @Test
    @DisplayName("rule 24: Consul's streams are the launcher's, and stdout has nothing but Consul's")
    void handsItsStreamsOver() {
        scenario.programs().does("consul", "echo '==> Starting'; echo oops >&2; exit 0\n");

        Outcome outcome = scenario.with("CONSUL_BIND_INTERFACE", "lo").run("agent", "-dev");

        assertEquals("==> Starting\n", outcome.stdout());
        assertTrue(outcome.stderrLines().contains("oops"), outcome::toString);
    }

    /// Whoever starts a process by glibc's posix_spawn, as the JVM of this test does, has it ignore signals 32 and 33;
    /// only the system call can put an end to that, and perl has it.
    private static final String HEEDS_ALL_SIGNALS = """
            my $rt_sigaction = `uname -m` =~ /x86_64/ ? 13 : 134;
            my $default = "\\0" x 64;
            for my $signal (32, 33) {
                syscall($rt_sigaction, $signal, $default, 0, 8) == 0 or die $!;
            }
            exec @ARGV;
            """;

    @ParameterizedTest
    @ValueSource(strings = {"supervise", "exec"})
    @DisplayName("rule 24: Consul starts with none of the C library's own signals ignored either")
    void startsConsulWithTheSignalsOfTheCLibrary(String mode) {
        Call consul = scenario.with("CONSUL_LAUNCHER_MODE", mode)
                .startedBy("perl", "-e", HEEDS_ALL_SIGNALS)
                .run("agent", "-dev")
                .consul();

        assertEquals(0, Long.parseUnsignedLong(consul.field("SigIgn"), 16) & 0x1_8000_0000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"supervise", "exec"})
    @DisplayName("rule 24: Consul starts with no signal blocked or ignored and no descriptor but the standard ones")
    void startsConsulCleanly(String mode) {
        Call consul =
                scenario.with("CONSUL_LAUNCHER_MODE", mode).run("agent", "-dev").consul();

        assertEquals(0, standardSignals(consul.field("SigBlk")), "blocked signals");
        assertEquals(ignoredByAShell(), standardSignals(consul.field("SigIgn")), "ignored signals");
        assertEquals(
                List.of("0", "1", "2"),
                consul.descriptors().stream()
                        .map(line -> line.split(" ", -1)[0])
                        .toList(),
                consul.descriptors()::toString);
    }

    /// What the recorder's own shell ignores: busybox's ignores QUIT.
    private static long ignoredByAShell() {
        Running.Finished grep = Running.run(
                "env", "--default-signal", "sh", "-c", "while read -r line; do echo \"$line\"; done </proc/$$/status");
        String ignored = grep.stdout()
                .lines()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElseThrow();
        return standardSignals(ignored.substring("SigIgn:".length()).strip());
    }

    /// Signals 1 to 31: the C library keeps two of those above for itself.
    private static long standardSignals(String mask) {
        return Long.parseUnsignedLong(mask, 16) & 0x7fff_ffffL;
    }

    @ParameterizedTest
    @CsvSource({
        "supervise, TERM",
        "supervise, INT",
        "supervise, HUP",
        "supervise, USR1",
        "exec, TERM",
        "exec, INT",
        "exec, HUP",
        "exec, USR1",
        "exec, QUIT"
    })
    @DisplayName("rule 25: a signal to the launcher reaches Consul exactly once")
    void passesSignalsOn(String mode, String signal) {
        scenario.with("CONSUL_LAUNCHER_MODE", mode);
        scenario.programs().waitsForSignals("consul");

        try (Running launcher = scenario.start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            launcher.signal(signal);
            consul.awaitSignals(1);

            assertHasNoMoreSignals(List.of(signal), consul, launcher);
        }
    }

    @ParameterizedTest
    @CsvSource({"supervise, TERM", "supervise, INT", "supervise, HUP", "exec, TERM"})
    @DisplayName("rule 25: a signal to the whole group reaches Consul exactly once")
    void doesNotDoubleSignalsToTheGroup(String mode, String signal) {
        scenario.with("CONSUL_LAUNCHER_MODE", mode);
        scenario.programs().waitsForSignals("consul");

        try (Running launcher = scenario.start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            launcher.signalGroup(signal);
            consul.awaitSignals(1);

            assertHasNoMoreSignals(List.of(signal), consul, launcher);
        }
    }

    @Test
    @DisplayName("rule 25: a stop that is sent again and again reaches a supervised Consul once")
    void passesAStopOnOnce() {
        scenario.programs().waitsForSignals("consul");

        try (Running launcher = scenario.start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            launcher.signal("TERM");
            consul.awaitSignals(1);
            launcher.signal("TERM");
            launcher.signal("INT");
            launcher.signalGroup("TERM");

            assertHasNoMoreSignals(List.of("TERM"), consul, launcher);
        }
    }

    /// Lets Consul end and shows that it noted these signals and no more until then. A signal that the test sends to
    /// Consul itself stands at the end: when it was noted, a copy of the first one, sent at the same time, was
    /// noted too.
    private static void assertHasNoMoreSignals(List<String> signals, Call consul, Running launcher) {
        consul.signal("USR2");
        consul.awaitSignals(signals.size() + 1);
        consul.end(3);
        assertEquals(3, launcher.await().exitCode());
        List<String> all = new ArrayList<>(signals);
        all.add("USR2");
        assertEquals(all, consul.signals());
    }

    @Test
    @DisplayName("rule 25: a stop that Consul doesn't catch ends the launcher with 128+n")
    void endsWithTheSignalsCode() {
        scenario.programs().does("consul", ": >\"$record/ready\"; exec sleep 60\n");

        try (Running launcher = scenario.start("agent", "-dev")) {
            scenario.programs().awaitReady("consul", launcher);
            launcher.signal("TERM");

            Running.Finished finished = launcher.await();
            assertEquals(143, finished.exitCode());
            assertFalse(finished.stderr().contains("[ERROR]"), finished::toString);
        }
    }

    @Test
    @DisplayName("rule 26: a stop of a server is a signal to Consul and nothing else: the launcher calls no leave")
    void doesNotLeaveByItself() {
        scenario.programs().waitsForSignals("consul");

        try (Running launcher =
                scenario.start("agent", "-server", "-bootstrap-expect=1", "-node=n1", "-advertise=10.1.2.3")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            launcher.signal("TERM");
            consul.awaitSignals(1);
            consul.end(1);

            assertEquals(1, launcher.await().exitCode());
            assertEquals(List.of("TERM"), consul.signals());
            assertEquals(1, scenario.programs().calls("consul").size());
        }
    }

    @Test
    @DisplayName("rule 25: a launcher that was stopped leaves no Consul behind")
    void leavesNothingBehind() {
        scenario.programs().does("consul", ": >\"$record/ready\"; exec sleep 60\n");

        try (Running launcher = scenario.start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            launcher.signal("INT");
            launcher.await();

            Eventually.until(
                    "Consul to be gone",
                    Running.PATIENCE,
                    () -> ProcessHandle.of(consul.pid()).isEmpty());
            assertFalse(launcher.isAlive());
        }
    }
}
