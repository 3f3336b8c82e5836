package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.contract.Scenario.Outcome;
import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.Recorder.Call;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A supervised Consul's life in its hard cases: rules 24 and 25.
@Execution(ExecutionMode.CONCURRENT)
final class SuperviseProcessIT {

    @AutoClose
    private final Scenario scenario = Scenario.create();

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    @DisplayName("rule 25: while Consul stops, nothing that would make it give up its leave gets through")
    void dropsWhatWouldAbortALeave(String stop) {
        scenario.programs().waitsForSignals("consul");

        try (Running launcher = scenario.start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            launcher.signal(stop);
            consul.awaitSignals(1);
            launcher.signal("HUP");
            launcher.signalGroup("HUP");
            launcher.signal("USR1");
            launcher.signal("INT");
            launcher.signal("TERM");
            // The last of the launcher's own: when it ends, it has dealt with all that came before.
            consul.end(5);

            assertEquals(5, launcher.await().exitCode());
            assertEquals(List.of(stop), consul.signals());
        }
    }

    @Test
    @DisplayName("rule 25: signals arrive in their order, a reload before the stop that follows it")
    void keepsTheOrder() {
        scenario.programs().waitsForSignals("consul");

        try (Running launcher = scenario.start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            List<String> sent = List.of("HUP", "USR1", "TERM");
            for (int i = 0; i < sent.size(); i++) {
                launcher.signal(sent.get(i));
                consul.awaitSignals(i + 1);
            }
            consul.end(0);

            assertEquals(0, launcher.await().exitCode());
            assertEquals(sent, consul.signals());
        }
    }

    @Test
    @DisplayName("rule 24: a Consul that ignores its stop is killed before the container is, and the log says so")
    void killsWhatIgnoresItsStop() {
        scenario.with("CONSUL_STOP_TIMEOUT", "1500ms").programs().does("consul", """
                trap '' TERM INT HUP
                : >"$record/ready"
                while :; do sleep 1; done
                """);

        try (Running launcher = scenario.start("agent", "-dev")) {
            scenario.programs().awaitReady("consul", launcher);
            launcher.signal("TERM");
            Running.Finished finished = launcher.await();

            assertEquals(137, finished.exitCode());
            assertTrue(finished.stderr().contains("1.5 s of the stop (CONSUL_STOP_TIMEOUT): killed"), finished::stderr);
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "KILL, memory.events, 2, 'signal 9 (KILL), out of memory: /sys/fs/cgroup/memory.events counts 2 oom_kill'",
                "KILL, memory/memory.oom_control, 1, 'memory/memory.oom_control counts 1 oom_kill'",
                "KILL, memory.events, 0, 'signal 9 (KILL), not by the launcher and not for want of memory'",
                "KILL, none, 0, 'signal 9 (KILL), not by the launcher; out of memory, perhaps'",
                "SEGV, memory.events, 2, 'signal 11 (SEGV)'",
            })
    @NeedsRoot
    @DisplayName("rule 24: the log says which signal ended Consul, and what the cgroup counts of kills (F7)")
    void saysWhichSignalEndedConsul(
            String signal, @org.jspecify.annotations.Nullable String file, String kills, String told) {
        scenario.prepared("mount -t tmpfs tmpfs /sys/fs/cgroup", "mkdir /sys/fs/cgroup/memory");
        if (file != null) {
            scenario.prepared("printf 'oom 3\\noom_kill " + kills + "\\n' >/sys/fs/cgroup/" + file);
        }
        scenario.programs().does("consul", "ulimit -c 0; kill -s " + signal + " $$\n");

        Outcome outcome = scenario.run("agent", "-dev");

        assertEquals(1, outcome.errors().size(), outcome::toString);
        outcome.assertTells("[ERROR]", "Consul was ended by " + (told.startsWith("signal") ? told : "signal"), told);
    }

    /// F17. A JVM that can't be set up says so itself; else the launcher names the limit. Each case has a user of its
    /// own, whose processes count. Not sh, which needs more descriptors itself.
    @Tag("outside-the-image")
    @ParameterizedTest
    @CsvSource({
        "4331, --nproc=12, processes and threads",
        "4335, --nofile=9, open files",
        "4336, --nofile=10, open files"
    })
    @NeedsRoot
    @DisplayName("a start at a limit of the operating system names it (F17)")
    void namesALimitThatIsReached(int uid, String limit, String named) {
        Scenario.chown(scenario.data(), uid, uid);
        Scenario.chown(scenario.config(), uid, uid);
        scenario.startedBy("prlimit", limit, Scenario.onPath("bash").toString()).as(uid, uid);
        scenario.programs().does("consul", "exit 42\n");

        Outcome outcome = scenario.run("agent", "-dev");

        assertFalse(outcome.stderr().contains("report it"), outcome::toString);
        assertFalse(outcome.stderr().contains("\tat "), outcome::toString);
        if (outcome.exitCode() != 42 && !outcome.stdout().contains("initialization of VM")) {
            outcome.assertTells("[ERROR]", "the limit on " + named + " is reached: raise it");
        }
    }

    /// D8. `drop: [ALL]`, `add: [CHOWN, SETUID, SETGID]`.
    @Test
    @NeedsRoot
    @DisplayName(
            "rule 25: without the capability KILL the start warns, and a stop ends the container, not said to be done")
    void saysThatItCantSignalConsul() {
        scenario.asInit()
                .startedBy("setpriv", "--bounding-set=-kill", "--inh-caps=-kill")
                .programs()
                .waitsForSignals("consul");

        try (Running container = scenario.start("agent", "-dev")) {
            scenario.programs().awaitReady("consul", container);
            assertTrue(container.stderrSoFar().contains("the capability KILL is missing"), container::toString);
            Scenario.signalInit(container, "TERM");
            Running.Finished finished = container.await();

            assertEquals(137, finished.exitCode(), finished::toString);
            assertTrue(finished.stderr().contains("can't send signal TERM to process"), finished::toString);
            assertTrue(finished.stderr().contains("Consul can't be stopped"), finished::toString);
            assertFalse(finished.stderr().contains(": killed"), finished::toString);
        }
    }

    @ParameterizedTest
    @CsvSource({"'', 100s, TERM", "TERM, 1s, KILL"})
    @DisplayName("rule 24: Consul doesn't live on alone when the launcher is killed, however early")
    void endsWithItsLauncher(String ignored, String stopTimeout, String end) throws IOException {
        scenario.with("CONSUL_STOP_TIMEOUT", stopTimeout).programs().does("consul", """
                trap '%s' TERM
                : >"$record/ready"
                while :; do sleep 0.1; done
                """.formatted(
                        ignored.isEmpty() ? "echo TERM >\"$record/ended\"; exit 0" : ""));

        try (Running launcher = scenario.start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            launcher.signal("KILL");

            Eventually.until(
                    "Consul to be gone",
                    Running.PATIENCE,
                    () -> ProcessHandle.of(consul.pid()).isEmpty());
            assertEquals(end.equals("TERM"), Files.exists(consul.record().resolve("ended")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"supervise", "exec"})
    @DisplayName("rule 25: a stop while the metadata service hangs ends the start at once, and Consul never runs")
    void stopsWhileMetadataHangs(String mode) throws IOException {
        try (ServerSocket deaf = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"))) {
            scenario.with("CONSUL_LAUNCHER_MODE", mode)
                    .with("CONSUL_METADATA", "ec2")
                    .with("AWS_METADATA_SERVICE_TIMEOUT", "60")
                    .with("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:" + deaf.getLocalPort());
            try (Running launcher = scenario.start("agent");
                    var asked = deaf.accept()) {
                assertTrue(asked.isConnected());
                launcher.signal("TERM");
                if (mode.equals("exec")) {
                    // The starter ends, and its JVM by an answer with which it can't start anything.
                    Scenario.answer(asked, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                }

                assertEquals(143, launcher.await().exitCode());
                assertEquals(List.of(), scenario.programs().calls("consul"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"supervise", "exec"})
    @DisplayName("rule 24: stdin and stdout are Consul's, every byte as it is")
    void passesBytesThrough(String mode) throws IOException {
        byte[] all = new byte[70_000];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) (i * 31 + i / 256);
        }
        Path input = scenario.home().resolve("input");
        Path output = scenario.home().resolve("output");
        Files.write(input, all);
        scenario.prepared("exec <" + input + " >" + output).with("CONSUL_LAUNCHER_MODE", mode);
        scenario.programs().does("consul", "exec cat\n");

        assertEquals(0, scenario.run("agent", "-dev").exitCode());
        assertArrayEquals(all, Files.readAllBytes(output));
    }

    @ParameterizedTest
    @ValueSource(strings = {"supervise", "exec"})
    @DisplayName("rule 24: a stdin that is closed is an empty one for Consul, and none of the launcher's own files")
    void readsNothingFromAClosedStdin(String mode) {
        scenario.with("CONSUL_LAUNCHER_MODE", mode).startedBy("sh", "-c", "exec \"$@\" <&-", "sh");
        scenario.programs().does("consul", "exec cat\n");

        Outcome outcome = scenario.run("agent", "-dev");

        assertEquals(0, outcome.exitCode());
        assertTrue(outcome.stdout().isEmpty(), () -> outcome.stdout().length() + " characters of some file");
    }

    @Test
    @DisplayName("rule 24: the answer to health checks that an earlier launcher left is gone")
    void forgetsAReadinessOfAnEarlierLife() throws IOException {
        Path ready = scenario.data().resolve(".launcher-ready");
        Files.createFile(ready);
        scenario.with("CONSUL_HTTP_ADDR", "127.0.0.1:1").programs().waitsForSignals("consul");

        try (Running launcher = scenario.start("agent", "-node=n", "-advertise=127.0.0.1")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            Eventually.until("the file to go", Running.PATIENCE, () -> Files.notExists(ready));
            consul.end(0);
            assertEquals(0, launcher.await().exitCode());
        }
    }

    @Test
    @DisplayName("rule 25: an impatient operator's many signals are one stop")
    void takesManyStopsForOne() {
        scenario.programs().waitsForSignals("consul");

        try (Running launcher = scenario.start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            List<Runnable> signals = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                signals.add(() -> launcher.signalGroup("INT"));
                signals.add(() -> launcher.signal("INT"));
            }
            signals.forEach(Runnable::run);
            consul.awaitSignals(1);
            consul.signal("USR2");
            consul.awaitSignals(2);
            consul.end(3);

            assertEquals(3, launcher.await().exitCode());
            assertEquals(List.of("INT", "USR2"), consul.signals());
        }
    }

    /// The process that is to become Consul waits in its first program, which is `setsid`.
    @Test
    @DisplayName("rule 25: a stop between the start of Consul's process and Consul is a stop, and Consul never runs")
    void stopsBeforeConsulIsThere() {
        scenario.withoutTool("setsid").programs().install("setsid");
        scenario.programs().does("setsid", """
                : >"$record/ready"
                exec sleep 600
                """);

        try (Running launcher = scenario.start("agent", "-dev")) {
            scenario.programs().awaitReady("setsid", launcher);
            launcher.signal("TERM");

            assertEquals(143, launcher.await().exitCode());
            assertEquals(List.of(), scenario.programs().calls("consul"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"supervise", "exec"})
    @NeedsRoot
    @DisplayName("rule 25: a stop while the start is prepared ends it at once, and Consul never runs")
    void stopsWhileItPrepares(String mode) {
        scenario.with("CONSUL_LAUNCHER_MODE", mode).with("CONSUL_ALLOW_PRIVILEGED_PORTS", "");
        // Until the test is over.
        scenario.programs()
                .does("setcap", ": >\"$record/ready\"; while [ -d \"$record\" ]; do sleep 0.1; done </dev/null\n");

        try (Running launcher = scenario.start("agent", "-dev")) {
            scenario.programs().awaitReady("setcap", launcher);
            launcher.signalGroup("TERM");

            assertEquals(143, launcher.await().exitCode());
            assertEquals(List.of(), scenario.programs().calls("consul"));
        }
    }
}
