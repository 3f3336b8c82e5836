package consul.launcher.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.Log;
import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sun.misc.Signal;

/// A child that its companion stops and starts again, while the launcher goes on.
final class AgentControlProcessIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final CompletableFuture<AgentControl> given = new CompletableFuture<>();
    private final CompletableFuture<Runnable> whenInstanceEnds = new CompletableFuture<>();
    private final AtomicInteger decisions = new AtomicInteger();

    /// A child that ignores TERM, and its launcher's exit code to come.
    private CompletableFuture<Integer> supervise() throws IOException {
        Path file = Files.createFile(directory.resolve("pids"));
        Supervisor supervisor = new Supervisor(
                new Log(new PrintStream(System.err, true), InstantSource.system()),
                new Supervisor.Manner(Duration.ofSeconds(5), false, false),
                companion());
        return CompletableFuture.supplyAsync(
                () -> supervisor.run(
                        List.of("sh", "-c", "echo $$ >>" + file + "; trap '' TERM; exec sleep 600"),
                        Map.of(),
                        List.of()),
                // Waits all the time: none of the few threads that others share.
                work -> Thread.ofPlatform().daemon().start(work));
    }

    private AgentControl control() throws Exception {
        AgentControl control = given.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        Eventually.until("the first child", PATIENCE, () -> pids().size() == 1);
        return control;
    }

    @Test
    void stopsTheChildWithoutAnEndOfTheLauncherAndStartsItAgain() throws Exception {
        CompletableFuture<Integer> code = supervise();
        AgentControl control = control();

        control.stop();
        assertFalse(isAlive(pids().getFirst()));
        assertFalse(code.isDone());

        assertTrue(control.start());
        Eventually.until("the second child", PATIENCE, () -> pids().size() == 2);
        assertFalse(control.start(), "it runs already");

        Running.send("KILL", pids().getLast());
        assertEquals(137, code.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }

    @Test
    void endsAtOnceWithZeroIfItIsStoppedWhileNothingRuns() throws Exception {
        CompletableFuture<Integer> code = supervise();
        control().stop();

        // As the JVM does with a signal that is handled.
        Signal.raise(new Signal("TERM"));

        assertEquals(0, code.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertEquals(1, pids().size(), "nothing was started again");
    }

    @Test
    void endsAsBrokenIfWhoHadTheChildStoppedIsGone() throws Exception {
        CompletableFuture<Integer> code = supervise();
        AgentControl control = control();
        Thread watch = Thread.ofPlatform().start(() -> {
            try {
                control.stop();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        watch.join(PATIENCE);

        assertEquals(70, code.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertEquals(1, pids().size());
    }

    @Test
    void stopsNothingThatIsBeingStopped() throws Exception {
        CompletableFuture<Integer> code = supervise();
        AgentControl control = control();
        Signal.raise(new Signal("TERM"));
        Eventually.until("the stop", PATIENCE, () -> decisions.get() == 1);

        assertThrows(IOException.class, control::stop);
        Running.send("KILL", pids().getLast());
        assertEquals(137, code.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }

    @Test
    void decidesAboutTheEndOfTheInstanceOnceTheChildRunsAgain() throws Exception {
        CompletableFuture<Integer> code = supervise();
        AgentControl control = control();
        control.stop();
        whenInstanceEnds.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).run();
        assertEquals(0, decisions.get());

        assertTrue(control.start());
        Eventually.until("a decision", PATIENCE, () -> decisions.get() == 1);

        Eventually.until("the second child", PATIENCE, () -> pids().size() == 2);
        Running.send("KILL", pids().getLast());
        assertEquals(137, code.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }

    private Companion companion() {
        return new Companion() {
            @Override
            public void controls(AgentControl control) {
                given.complete(control);
            }

            @Override
            public void started(Runnable toCall) {
                whenInstanceEnds.complete(toCall);
            }

            @Override
            public void decide(Consumer<Way> decided) {
                decisions.incrementAndGet();
                decided.accept(Way.SIGNAL);
            }

            @Override
            public void stopped() {
                // nothing was watched
            }
        };
    }

    private static boolean isAlive(String pid) {
        return ProcessHandle.of(Long.parseLong(pid)).map(ProcessHandle::isAlive).orElse(false);
    }

    private List<String> pids() {
        try {
            return Files.readAllLines(directory.resolve("pids"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
