package consul.launcher.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A child that its companion stops and starts again, while the launcher goes on.
final class AgentControlProcessIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @Test
    void stopsTheChildWithoutAnEndOfTheLauncherAndStartsItAgain() throws Exception {
        Path pids = Files.createFile(directory.resolve("pids"));
        CompletableFuture<AgentControl> given = new CompletableFuture<>();
        Supervisor supervisor = new Supervisor(
                new Log(new PrintStream(System.err, true), InstantSource.system()),
                new Supervisor.Manner(Duration.ofSeconds(5), false, false),
                companion(given));
        CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> supervisor.run(
                List.of("sh", "-c", "echo $$ >>" + pids + "; trap '' TERM; exec sleep 600"), Map.of(), List.of()));
        AgentControl control = given.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        Eventually.until("the first child", PATIENCE, () -> pids(pids).size() == 1);

        control.stop();
        assertFalse(isAlive(pids(pids).getFirst()));
        assertFalse(code.isDone());

        control.start();
        Eventually.until("the second child", PATIENCE, () -> pids(pids).size() == 2);
        assertThrows(IOException.class, control::start, "it runs already");

        Running.send("KILL", pids(pids).getLast());
        assertEquals(137, code.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }

    private static Companion companion(CompletableFuture<AgentControl> given) {
        return new Companion() {
            @Override
            public void controls(AgentControl control) {
                given.complete(control);
            }

            @Override
            public void started(Runnable whenInstanceEnds) {
                // nothing to watch
            }

            @Override
            public void decide(Consumer<Way> decided) {
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

    private static List<String> pids(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
