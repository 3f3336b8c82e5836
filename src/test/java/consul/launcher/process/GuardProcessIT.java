package consul.launcher.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.Log;
import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// What becomes of a child whose launcher dies at any moment. The launcher here is this test, which abandons
/// the guard.
final class GuardProcessIT {

    private static final Log NOWHERE =
            new Log(new PrintStream(OutputStream.nullOutputStream()), InstantSource.system());
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /// Ends by TERM, as Consul does, if nobody told it otherwise before: a build in the background ignores some
    /// signals.
    private static final List<String> COMMAND =
            List.of("env", "--default-signal", "sh", "-c", "echo ready; exec sleep 600");

    private static final List<String> STUBBORN = List.of("sh", "-c", "trap '' TERM; echo ready; exec sleep 600");

    @AutoClose
    private final Guard guard = Guard.open(NOWHERE);

    @Test
    void endsAChildWhoseLauncherHasDied() throws IOException {
        try (Running child = started(guard.guarded(COMMAND, PATIENCE))) {
            guard.abandon();

            assertEquals(143, child.await().exitCode());
        }
    }

    @Test
    void killsAChildThatIgnoresIt() throws IOException {
        try (Running child = started(guard.guarded(STUBBORN, PATIENCE))) {
            guard.abandon();

            assertEquals(137, child.await().exitCode());
        }
    }

    /// The launcher has died while the child was on its way.
    @Test
    void startsNothingForALauncherThatIsGone() {
        long gone = endedProcess();

        try (Running child =
                Running.start(new ProcessBuilder(Guard.guarded(COMMAND, PATIENCE, "/proc/" + gone + "/fd/3")))) {
            assertEquals(143, child.await().exitCode());
            assertEquals("", child.stdoutSoFar());
        }
    }

    /// Whoever started it hasn't waited for it yet: `sleep` never does, while a shell might before it becomes `sleep`.
    @Test
    void startsNothingForALauncherThatIsAZombie() throws IOException {
        try (Running parent = started(List.of("sh", "-c", "sleep 600 & echo ready; exec sleep 600"))) {
            Eventually.until("the parent as sleep", Running.PATIENCE, () -> isSleep(parent.pid()));
            ProcessHandle zombie = ProcessHandle.of(parent.pid())
                    .orElseThrow()
                    .children()
                    .findFirst()
                    .orElseThrow();
            zombie.destroyForcibly();
            Eventually.until("a zombie", Running.PATIENCE, () -> isZombie(zombie.pid()));

            try (Running child = Running.start(
                    new ProcessBuilder(Guard.guarded(COMMAND, PATIENCE, "/proc/" + zombie.pid() + "/fd/3")))) {
                assertEquals(143, child.await().exitCode());
            }
        }
    }

    private static boolean isSleep(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "comm"))
                    .equals("sleep\n");
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isZombie(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "stat"))
                    .contains(") Z ");
        } catch (IOException e) {
            return false;
        }
    }

    /// As where a security module keeps it from the pipe of a launcher that lives.
    @Test
    void startsItUnguardedIfThePipeCantBeOpenedAndSaysSo() {
        String none = "/proc/" + ProcessHandle.current().pid() + "/fd/999999";

        try (Running child = started(Guard.guarded(COMMAND, PATIENCE, none))) {
            // It is said before the command runs, and read by somebody else than what that says.
            Eventually.until(
                    "a line of stderr",
                    Running.PATIENCE,
                    () -> child.stderrSoFar().endsWith("\n"));
            assertEquals(
                    "launcher: no guard, Consul would outlive a launcher that is killed: can't open " + none + "\n",
                    child.stderrSoFar());
        }
    }

    @Test
    void letsAChildLiveWhoseLauncherHasDoneWithIt() {
        try (Running child = started(guard.guarded(COMMAND, PATIENCE))) {
            assertEquals(1, children(child), "the guard");

            guard.close();

            Eventually.until("the guard to end", Running.PATIENCE, () -> children(child) == 0);
            assertTrue(child.isAlive());
        }
    }

    /// Each child's guard hears of its own launcher's end only, though one process made both pipes, the second of them
    /// with lower numbers.
    @Test
    void keepsTwoGuardsApart() throws IOException {
        Guard before = Guard.open(NOWHERE);
        Guard between = Guard.open(NOWHERE);
        before.close();
        try (Guard other = Guard.open(NOWHERE);
                Running first = started(guard.guarded(COMMAND, PATIENCE));
                Running second = started(other.guarded(COMMAND, PATIENCE))) {
            other.abandon();

            assertEquals(143, second.await().exitCode());
            assertTrue(first.isAlive());
            assertEquals(1, children(first), "its guard");
        } finally {
            between.close();
        }
    }

    /// Not a descriptor, a variable or an argument of it is the command's.
    @Test
    void leavesNothingOfItselfInTheCommand() {
        ProcessBuilder plain = new ProcessBuilder("sh", "-c", "env; ls /proc/self/fd; echo \"$0 $*\"", "a", "b c", "");
        ProcessBuilder guarded = new ProcessBuilder(guard.guarded(plain.command(), PATIENCE));
        for (ProcessBuilder builder : List.of(plain, guarded)) {
            builder.environment().clear();
            builder.environment().put("PATH", System.getenv("PATH"));
            builder.environment().put("word", "mine");
            builder.environment().put("left", "mine");
        }
        try (Running expected = Running.start(plain);
                Running child = Running.start(guarded)) {
            assertEquals(expected.await().stdout(), child.await().stdout());
        }
    }

    private static Running started(List<String> command) {
        Running child = Running.start(new ProcessBuilder(command));
        Eventually.until(
                "the child to run", Running.PATIENCE, () -> child.stdoutSoFar().equals("ready\n"));
        return child;
    }

    /// Zombies don't count: the child that has become the command knows nothing of its guard.
    private static long children(Running child) {
        return ProcessHandle.of(child.pid())
                .orElseThrow()
                .children()
                .filter(handle -> handle.info().command().isPresent())
                .count();
    }

    private static long endedProcess() {
        try (Running ended = Running.start(new ProcessBuilder("true"))) {
            ended.await();
            return ended.pid();
        }
    }
}
