package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.contract.Scenario.Outcome;
import consul.launcher.testkit.Recorder.Call;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The launcher as process 1, as a container has it, with each init that an image may have: rules 24 and 25.
@NeedsRoot
@Execution(ExecutionMode.CONCURRENT)
final class InitProcessIT {

    @AutoClose
    private final Scenario scenario = Scenario.create();

    private Scenario asInit(String init, String mode) {
        if (!init.equals("none")) {
            need(init);
            scenario.withRealProgram(init);
        }
        return scenario.asInit().with("CONSUL_LAUNCHER_MODE", mode);
    }

    /// Where everything is to be tested, a test without its init fails.
    private static void need(String init) {
        if (Scenario.isOnPath(init)) {
            return;
        }
        if (Boolean.getBoolean("contract.root.required")) {
            throw new AssertionError("this test needs " + init + ", and contract.root.required is set");
        }
        System.err.println("SKIPPED for want of " + init);
        Assumptions.abort("no " + init);
    }

    @ParameterizedTest
    @CsvSource({"dumb-init, supervise", "dumb-init, exec", "tini, supervise", "tini, exec", "none, supervise"})
    @DisplayName("rule 24: orphans are reaped, and the exit code is Consul's own")
    void reapsOrphans(String init, String mode) {
        scenario.programs().does("consul", """
                (sleep 0.1 & echo $! >"$record/orphan")
                orphan=$(cat "$record/orphan")
                i=0
                while [ $i -lt 300 ]; do
                    [ -e "/proc/$orphan" ] || exit 42
                    sleep 0.1
                    i=$((i + 1))
                done
                exit 9
                """);

        Outcome outcome = asInit(init, mode).run("agent", "-dev");

        assertEquals(42, outcome.exitCode(), outcome::toString);
        assertEquals(
                List.of("agent", "-data-dir=" + scenario.data()), outcome.argv().subList(0, 2), "started once");
    }

    /// What may stand around the launcher, which then isn't process 1, and the init that the launcher finds itself.
    @ParameterizedTest
    @CsvSource({
        "dumb-init, none, supervise, TERM",
        "dumb-init, dumb-init, supervise, TERM",
        "dumb-init, none, supervise, HUP",
        "dumb-init, dumb-init, supervise, HUP",
        "dumb-init, none, exec, TERM",
        "dumb-init --single-child, none, supervise, TERM",
        "dumb-init --single-child, dumb-init, supervise, TERM",
        "dumb-init --single-child, none, exec, TERM",
        "tini --, none, supervise, TERM",
        "tini --, dumb-init, supervise, TERM",
        "tini --, none, supervise, USR1",
        "tini --, none, exec, TERM",
        "tini -g --, none, supervise, TERM",
        "tini -g --, dumb-init, supervise, TERM",
        "tini -g --, dumb-init, supervise, HUP",
        "tini -g --, none, exec, TERM",
    })
    @DisplayName("rule 25: behind an init of the image's own a signal reaches Consul exactly once")
    void passesSignalsOnBehindAnotherInit(String outer, String inner, String mode, String signal) {
        List<String> words = List.of(outer.split(" ", -1));
        need(words.getFirst());
        scenario.startedBy(words.getFirst(), words.subList(1, words.size()).toArray(String[]::new));
        scenario.programs().waitsForSignals("consul");

        try (Running container = asInit(inner, mode).start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", container);
            Scenario.signalInit(container, signal);
            consul.awaitSignals(1);
            // When this one was noted, a copy of the first, sent at the same time, was noted too.
            Scenario.signalInside(container, consul, "USR2");
            consul.awaitSignals(2);
            consul.end(3);

            assertEquals(3, container.await().exitCode());
            assertEquals(List.of(signal, "USR2"), consul.signals());
        }
    }

    @Test
    @DisplayName("rule 25: without setsid Consul is in the launcher's group, and still gets a stop once")
    void needsNoSetsid() {
        scenario.withoutTool("setsid").programs().waitsForSignals("consul");

        try (Running container = asInit("dumb-init", "supervise").start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", container);
            Scenario.signalInit(container, "TERM");
            consul.awaitSignals(1);
            Scenario.signalInside(container, consul, "USR2");
            consul.awaitSignals(2);
            consul.end(3);

            assertEquals(3, container.await().exitCode());
            assertEquals(List.of("TERM", "USR2"), consul.signals());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dumb-init", "tini", "none"})
    @DisplayName("rule 24: as process 1 the launcher becomes the command that waited, and can be stopped before")
    void stopsWhileItWaits(String init) throws IOException {
        try (ServerSocket agent = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"))) {
            asInit(init, "supervise").with("CONSUL_HTTP_ADDR", "127.0.0.1:" + agent.getLocalPort());
            try (Running container = scenario.startLauncher("wait", "--timeout", "100s", "--", "consul", "members");
                    Socket asking = agent.accept()) {
                Scenario.signalInit(container, "TERM");
                if (init.equals("none")) {
                    // As process 1 the starter obeys once its JVM ends, which it does when the agent is ready.
                    Scenario.answer(asking, "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n\"10.0.0.1:8300\"");
                }

                assertEquals(143, container.await().exitCode());
                assertEquals(List.of(), scenario.programs().calls());
            }
        }
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

    @ParameterizedTest
    @ValueSource(strings = {"dumb-init", "tini", "none"})
    @DisplayName("rule 24: a container that has no stdin starts too")
    void startsWithoutStdin(String init) {
        scenario.startedBy("sh", "-c", "exec \"$@\" <&-", "sh");
        scenario.programs().does("consul", "cat; exit 9\n");

        Outcome outcome = asInit(init, "supervise").run("agent", "-dev");

        assertEquals(9, outcome.exitCode(), outcome::toString);
        assertEquals("", outcome.stdout());
    }

    /// Behind dumb-init, and where the starter script is the init, a QUIT gets through whatever else is going on. So
    /// two of them, one after the other, show that everything before was dealt with.
    @ParameterizedTest
    @CsvSource({
        "dumb-init, TERM, TERM",
        "dumb-init, INT, INT",
        "dumb-init, HUP, HUP HUP",
        "dumb-init, USR1, USR1 USR1",
        "dumb-init, QUIT, QUIT QUIT",
        "none, TERM, TERM",
        "none, INT, TERM",
        "none, HUP, HUP HUP",
        "none, USR1, USR1 USR1",
        "none, QUIT, QUIT QUIT",
    })
    @DisplayName("rule 25: a signal that the container is sent twice reaches Consul twice, a stop once")
    void passesOnWhatIsSentTwice(String init, String signal, String expected) {
        scenario.programs().waitsForSignals("consul");
        List<String> signals = new ArrayList<>(List.of(expected.split(" ", -1)));

        try (Running container = asInit(init, "supervise").start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", container);
            Scenario.signalInit(container, signal);
            consul.awaitSignals(1);
            Scenario.signalInit(container, signal);
            consul.awaitSignals(signals.size());
            for (int i = 0; i < 2; i++) {
                Scenario.signalInit(container, "QUIT");
                signals.add("QUIT");
                consul.awaitSignals(signals.size());
            }

            assertEquals(signals, consul.signals());
            consul.end(3);
            assertEquals(3, container.await().exitCode());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "dumb-init, USR2",
        "dumb-init, ALRM",
        "dumb-init, PWR",
        "tini, USR2",
        "tini, VTALRM",
        "tini, IO",
        "none, USR2",
        "none, ALRM",
    })
    @DisplayName("rule 28: a signal that Consul ignores ends no container")
    void ignoresWhatConsulIgnores(String init, String signal) {
        scenario.programs().waitsForSignals("consul");

        try (Running container = asInit(init, "supervise").start("agent", "-dev")) {
            Call consul = scenario.programs().awaitReady("consul", container);
            Scenario.signalInit(container, signal);
            Scenario.signalInit(container, "HUP");
            consul.awaitSignals(1);
            consul.end(3);

            assertEquals(3, container.await().exitCode());
            assertEquals(List.of("HUP"), consul.signals());
        }
    }

    /// B15. The starter comes through a pipe, up to the line that decides what to do; when what fills the pipe behind
    /// that has been taken, its lines have run.
    @Test
    @DisplayName("rule 25: a stop before the starter has an init or a JVM ends the start of a container without init")
    void stopsBeforeTheStarterStartsAnything() throws IOException {
        List<String> starter = Files.readAllLines(Scenario.starter());
        int decides = starter.indexOf("case ${1-} in");
        Path pipe = scenario.home().resolve("starter");
        assertEquals(0, Running.run("mkfifo", pipe.toString()).exitCode());
        scenario.asInit().startedBy("sh").prepared("launcher=" + pipe);

        try (Running container = scenario.start("run", "agent", "-dev")) {
            try (OutputStream lines = Files.newOutputStream(pipe)) {
                lines.write(String.join("\n", starter.subList(0, decides)).getBytes(StandardCharsets.UTF_8));
                lines.write(("\n" + "#\n".repeat(100_000)).getBytes(StandardCharsets.UTF_8));
                Scenario.signalInit(container, "TERM");
                // A shell obeys between two commands.
                lines.write(String.join("\n", starter.subList(decides, starter.size()))
                        .getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It has obeyed before it read on.
            }

            assertEquals(143, container.await().exitCode());
            assertEquals(List.of(), scenario.programs().calls("consul"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "dumb-init, supervise, KILL, 137",
        "dumb-init, exec, TERM, 143",
        "tini, supervise, SEGV, 139",
        "tini, exec, ABRT, 134",
        "none, supervise, KILL, 137",
        "none, supervise, TERM, 143",
    })
    @DisplayName("rule 24: the container ends with 128+n when a signal ended Consul")
    void tellsTheSignalThatEndedConsul(String init, String mode, String signal, int exitCode) {
        scenario.programs().does("consul", "ulimit -c 0; kill -s " + signal + " $$\n");

        assertEquals(exitCode, asInit(init, mode).run("agent", "-dev").exitCode());
    }

    @ParameterizedTest
    @CsvSource({
        "dumb-init, supervise",
        "dumb-init, exec",
        "tini, supervise",
        "tini, exec",
        "none, supervise",
        "none, exec"
    })
    @DisplayName("rule 24: what the container is given on stdin reaches Consul")
    void handsStdinOver(String init, String mode) throws IOException {
        Path input = Files.writeString(scenario.home().resolve("input"), "eins\nzwei");
        scenario.programs().does("consul", "exec cat\n");

        Outcome outcome = asInit(init, mode).prepared("exec <" + input).run("agent", "-dev");

        assertEquals("eins\nzwei", outcome.stdout(), outcome::toString);
        assertEquals(0, outcome.exitCode());
    }

    @ParameterizedTest
    @CsvSource({
        "dumb-init, supervise, TERM, 143",
        "dumb-init, supervise, INT, 130",
        "dumb-init, exec, TERM, 143",
        "tini, supervise, TERM, 143",
        "tini, exec, INT, 130",
        "none, supervise, TERM, 143",
        "none, supervise, INT, 143",
        "none, exec, TERM, 143",
        "none, exec, INT, 143",
    })
    @DisplayName("rule 25: a stop while the metadata service hangs ends the container at once, and Consul never runs")
    void stopsWhileItStarts(String init, String mode, String signal, int exitCode) throws IOException {
        // Some shells put an INT off until their JVM ends, which it does after three attempts.
        String timeout = init.equals("tini") && mode.equals("exec") ? "5" : "60";
        try (ServerSocket deaf = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"))) {
            asInit(init, mode)
                    .with("CONSUL_METADATA", "ec2")
                    .with("AWS_METADATA_SERVICE_TIMEOUT", timeout)
                    .with("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:" + deaf.getLocalPort());
            try (Running container = scenario.start("agent");
                    var asked = deaf.accept()) {
                assertTrue(asked.isConnected());
                Scenario.signalInit(container, signal);
                if (init.equals("none") && mode.equals("exec")) {
                    // As process 1 the starter obeys once its JVM ends, here by an answer with which it can't start.
                    Scenario.answer(asked, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                }

                assertEquals(exitCode, container.await().exitCode());
                assertEquals(List.of(), scenario.programs().calls("consul"));
            }
        }
    }
}
