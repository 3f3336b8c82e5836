package consul.launcher.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The recorder and the runner themselves: other tests see through their eyes.
final class RecorderProcessIT {

    @TempDir
    Path home;

    @Test
    void recordsTheArgumentsAsTheyWereGiven() {
        Recorder recorder = Recorder.in(home);
        String program = recorder.install("consul").toString();

        Running.run(program, "", "a b", "c\nd", "*", "'\"\\", "ü", "");

        assertEquals(
                List.of("", "a b", "c\nd", "*", "'\"\\", "ü", ""),
                recorder.calls("consul").getFirst().arguments());
    }

    @Test
    void recordsTheCallsOfSeveralProgramsInOrder() {
        Recorder recorder = Recorder.in(home);
        String consul = recorder.install("consul").toString();
        String suExec = recorder.install("su-exec").toString();
        recorder.does("su-exec", "shift; exec \"$@\"\n");

        Running.run(suExec, "100:1000", consul, "agent");
        Running.run(consul, "version");

        assertEquals(
                List.of("su-exec", "consul", "consul"),
                recorder.calls().stream().map(Recorder.Call::name).toList());
        assertEquals(recorder.calls().get(0).pid(), recorder.calls().get(1).pid(), "su-exec becomes what it starts");
    }

    @Test
    void doesAsItIsTold() {
        Recorder recorder = Recorder.in(home);
        String consul = recorder.install("consul").toString();
        recorder.does("consul", "echo out; echo err >&2; exit 42\n");

        assertEquals(new Running.Finished(42, "out\n", "err\n"), Running.run(consul));
    }

    @Test
    void notesEverySignal() {
        Recorder recorder = Recorder.in(home);
        // A shell can't catch what is ignored when it starts, as HUP is under nohup.
        ProcessBuilder consul = new ProcessBuilder(
                "env", "--default-signal", recorder.install("consul").toString());
        recorder.waitsForSignals("consul");

        try (Running running = Running.start(consul)) {
            Recorder.Call call = recorder.awaitReady("consul", running);
            running.signal("TERM");
            call.awaitSignals(1);
            running.signal("TERM");
            call.awaitSignals(2);
            running.signal("HUP");

            assertEquals(List.of("TERM", "TERM", "HUP"), call.awaitSignals(3));
            call.end(7);
            assertEquals(7, running.await().exitCode());
        }
    }

    /// Whoever closes it may take its ports and delete its files at once. A program with much memory takes a moment to
    /// give it back.
    @Test
    void leavesNobodyWhoRunsWhenItIsClosed() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String serving =
                "\"$0\" -Xms200m -XX:+AlwaysPreTouch -XX:+UseSerialGC -m jdk.httpserver -b 127.0.0.1 -p 0 & wait";
        List<ProcessHandle> all;
        try (Running running = Running.start(new ProcessBuilder("sh", "-c", serving, java))) {
            Eventually.until(
                    "it to serve", Running.PATIENCE, () -> running.stdoutSoFar().contains("http://"));
            ProcessHandle started = ProcessHandle.of(running.pid()).orElseThrow();
            all = Stream.concat(Stream.of(started), started.descendants()).toList();
        }

        assertEquals(2, all.size());
        assertEquals(
                List.of(),
                all.stream().filter(process -> isRunning(process.pid())).toList());
    }

    private static boolean isRunning(long pid) {
        try {
            return !Files.readString(Path.of("/proc", Long.toString(pid), "stat"))
                    .contains(") Z ");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void tellsWhatItWaitedForInVain() {
        AssertionError error = assertThrows(
                AssertionError.class, () -> Eventually.value("the moon", Duration.ofMillis(1), Optional::empty));

        assertEquals("waited 1 ms for the moon", error.getMessage());
    }
}
