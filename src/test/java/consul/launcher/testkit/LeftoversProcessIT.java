package consul.launcher.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Whoever kills must know whom.
final class LeftoversProcessIT {

    /// Nothing here ends by itself.
    private static final Duration GRACE = Duration.ofMillis(100);

    private static Running sleeper(Map<String, String> more, String... command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(more);
        return Running.start(builder);
    }

    @Test
    void killsWhatCarriesTheMarkAndNobodyWhoOnlyMentionsIt() {
        Leftovers leftovers = new Leftovers(GRACE);
        Map<String, String> marked = new java.util.HashMap<>();
        leftovers.mark(marked);
        String entry = marked.entrySet().iterator().next().toString();

        try (Running own = sleeper(marked, "sleep", "600");
                Running mentions = sleeper(Map.of(), "sh", "-c", "sleep 600; exit", entry);
                Running another = sleeper(Map.of("NOT_" + entry.split("=", 2)[0], entry), "sleep", "600");
                Running longer =
                        sleeper(Map.of(entry.split("=", 2)[0], entry.split("=", 2)[1] + "0"), "sleep", "600")) {
            Eventually.value(
                    "the marked one to be seen",
                    Running.PATIENCE,
                    () -> leftovers.find().stream().findFirst());

            List<String> killed = leftovers.kill();

            assertEquals(1, killed.size(), killed.toString());
            assertTrue(killed.getFirst().startsWith("killed " + own.pid() + ","), killed.toString());
            assertEquals(137, own.await().exitCode());
            assertTrue(mentions.isAlive() && another.isAlive() && longer.isAlive());
        }
    }

    @Test
    void findsAnOrphanOfWhatWasStarted() {
        Leftovers leftovers = new Leftovers(GRACE);
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", "sleep 600 >/dev/null 2>&1 & exit 0");
        leftovers.mark(builder.environment());
        try (Running parent = Running.start(builder)) {
            assertEquals(0, parent.await().exitCode());
            ProcessHandle orphan = Eventually.value(
                    "the orphan to be seen",
                    Running.PATIENCE,
                    () -> leftovers.find().stream().findFirst());

            assertEquals(1, leftovers.kill().size());
            Eventually.value(
                    "its end", Running.PATIENCE, () -> Optional.of(orphan).filter(it -> !it.isAlive()));
        }
    }
}
