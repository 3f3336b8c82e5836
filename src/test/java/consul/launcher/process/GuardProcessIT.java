package consul.launcher.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.Log;
import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of a child whose launcher dies at any moment. The launcher here is this test, which abandons the guard.
final class GuardProcessIT {

    private static final Log NOWHERE =
            new Log(new PrintStream(OutputStream.nullOutputStream()), InstantSource.system());

    /// Ends by TERM, as Consul does.
    private static final List<String> CHILD = List.of("env", "--default-signal", "sleep", "600");

    @AutoClose
    private final Guard guard = Guard.start(Duration.ofSeconds(1), false, NOWHERE);

    @Test
    void endsAChildThatNobodyButItselfHasAnnounced() throws IOException {
        try (Running child = start(guard.guarded(CHILD))) {
            Eventually.until("the child to run", Running.PATIENCE, () -> runs("sleep", child));

            guard.abandon();

            assertEquals(143, child.await().exitCode());
        }
    }

    /// The launcher has died between the start of the child and the child's first word.
    @Test
    void endsAChildThatAnnouncesItselfTooLate() throws IOException {
        guard.abandon();

        try (Running child = start(guard.guarded(CHILD))) {
            assertEquals(143, child.await().exitCode());
        }
    }

    /// Where `/proc` can't be had.
    @Test
    void endsAChildThatOnlyTheLauncherHasAnnounced() throws IOException {
        try (Running child = start(CHILD)) {
            guard.watch(child.pid());

            guard.abandon();

            assertEquals(143, child.await().exitCode());
        }
    }

    @Test
    void killsAChildThatIgnoresIt() throws IOException {
        try (Running child = start(guard.guarded(List.of("sh", "-c", "trap '' TERM; echo ready; exec sleep 600")))) {
            Eventually.until(
                    "the child to run",
                    Running.PATIENCE,
                    () -> child.stdoutSoFar().equals("ready\n"));

            guard.abandon();

            assertEquals(137, child.await().exitCode());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void letsAChildLiveWhoseLauncherHasDoneWithIt(boolean announced) throws IOException {
        List<String> command = List.of("sh", "-c", "echo ready; exec sleep 600");
        try (Running child = start(announced ? guard.guarded(command) : command)) {
            Eventually.until(
                    "the child to run",
                    Running.PATIENCE,
                    () -> child.stdoutSoFar().equals("ready\n"));

            guard.close();

            Eventually.until("the guard to end", Running.PATIENCE, () -> !guard.isAlive());
            assertTrue(child.isAlive());
        }
    }

    private static Running start(List<String> command) {
        return Running.start(new ProcessBuilder(command));
    }

    private static boolean runs(String program, Running child) {
        return ProcessHandle.of(child.pid())
                .flatMap(handle -> handle.info().command())
                .filter(path -> path.endsWith("/" + program))
                .isPresent();
    }
}
