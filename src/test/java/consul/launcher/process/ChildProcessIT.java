package consul.launcher.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChildProcessIT {

    private static final Log NOWHERE =
            new Log(new PrintStream(OutputStream.nullOutputStream()), InstantSource.system());

    @Test
    void tellsEveryExitCode() throws IOException {
        List<Integer> expected = new ArrayList<>();
        List<Integer> seen = new ArrayList<>();
        for (int code = 0; code <= 255; code++) {
            expected.add(code);
            seen.add(exitCode("exit " + code));
        }
        assertEquals(expected, seen);
    }

    /// The signals whose default action ends a process, by their numbers on Linux.
    @ParameterizedTest
    @CsvSource({
        "HUP, 1",
        "INT, 2",
        "QUIT, 3",
        "ILL, 4",
        "TRAP, 5",
        "ABRT, 6",
        "BUS, 7",
        "FPE, 8",
        "KILL, 9",
        "USR1, 10",
        "SEGV, 11",
        "USR2, 12",
        "PIPE, 13",
        "ALRM, 14",
        "TERM, 15",
        "XCPU, 24",
        "XFSZ, 25",
        "VTALRM, 26",
        "PROF, 27",
        "SYS, 31"
    })
    void tellsTheSignalThatEndedIt(String name, int number) throws IOException {
        assertEquals(128 + number, exitCode("ulimit -c 0; kill -s " + name + " $$"));
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "KILL, 137", "INT, 130", "HUP, 129", "USR1, 138", "QUIT, 131"})
    void sendsEverySignalThatItIsToldTo(String name, int exitCode) throws IOException {
        Child child = start("ulimit -c 0; exec sleep 60");
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        child.onExit(exit::complete);
        // Before, it may still ignore what this build ignores.
        Eventually.until(
                "the child as sleep",
                Running.PATIENCE,
                () -> Files.readString(Path.of("/proc", Long.toString(child.pid()), "comm"))
                        .equals("sleep\n"));

        child.send(name);

        assertEquals(exitCode, exit.join());
    }

    private static int exitCode(String script) throws IOException {
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        start(script).onExit(exit::complete);
        return exit.join();
    }

    /// With the signals as they are by default: a build in the background ignores some, and children inherit that.
    private static Child start(String script) throws IOException {
        Guard guard = Guard.open(NOWHERE);
        Child child = Child.start(
                List.of("env", "--default-signal", "sh", "-c", script),
                guard,
                Duration.ofSeconds(5),
                false,
                Map.of(),
                List.of(),
                NOWHERE);
        child.onExit(_ -> guard.close());
        return child;
    }
}
