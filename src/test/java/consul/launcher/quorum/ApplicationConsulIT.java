package consul.launcher.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.Log;
import consul.launcher.config.SecretFiles;
import consul.launcher.consul.ApiAnswer;
import consul.launcher.consul.ConsulApi;
import consul.launcher.consul.LocalAgent;
import consul.launcher.consul.TlsException;
import consul.launcher.recovery.Resume;
import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.RealConsul;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A plan's way onto the disk of a real Consul, by a process that gets a real SIGKILL after each single change.
final class ApplicationConsulIT {

    private static final String ADDRESS = "127.0.42.1";
    private static final String HASH = "0123456789ab";
    private static final int CHANGES = 9;

    @TempDir
    private Path home;

    private final RealConsul consul = RealConsul.find();
    private final Log log = new Log(new PrintStream(OutputStream.nullOutputStream(), false), InstantSource.system());
    private String peers = "";

    /// Applies the plan to the data directory, and kills itself after so many changes.
    static final class Applying {

        private Applying() {}

        public static void main(String[] args) throws IOException {
            Place place = new Place(Path.of(args[0]));
            int[] left = {Integer.parseInt(args[1])};
            Runnable changed = () -> {
                if (--left[0] == 0) {
                    Running.send("KILL", Long.toString(ProcessHandle.current().pid()));
                    throw new AssertionError("still alive");
                }
            };
            new Application(place, InstantSource.system(), changed).write(work(place, args[2]));
        }
    }

    private static Application.Work work(Place place, String peers) {
        return new Application.Work(HASH, peers, place.data().resolve("raft-before-" + HASH));
    }

    /// A server that holds a key, and was killed.
    @BeforeEach
    void fill() throws IOException {
        Path data = Files.createDirectories(home.resolve("data"));
        try (Running running = agent(data)) {
            awaitLeader(running);
            assertEquals(0, consul.run(ADDRESS, "kv", "put", "kept", "yes").exitCode());
            running.signal("KILL");
            running.await();
        }
        peers = "[\n  {\"id\": \"" + Files.readString(data.resolve("node-id")).strip() + "\", \"address\": \"" + ADDRESS
                + ":8300\", \"non_voter\": false}\n]\n";
    }

    @Test
    void leavesAStateThatConsulStartsWithWhereverItIsKilled() throws IOException {
        for (int changes = 1; changes <= CHANGES; changes++) {
            Place place = copied("killed-" + changes);
            String what = "killed after change " + changes;
            assertEquals(137, apply(place, changes), what);

            Resume resume = Resumption.before(place, log);

            assertTrue(resume == Resume.START || resume == Resume.TAKE_BACK, what + ": " + resume);
            assertFalse(Files.exists(place.peersJson()), what);
            try (Running running = agent(place.data())) {
                awaitLeader(running);
                awaitWhatWasKept(what);
                assertFalse(running.stdoutSoFar().contains("found peers.json file, recovering"), what);
                running.signal("KILL");
                running.await();
            }
        }
    }

    @Test
    void isTakenInByConsulAndThenToBeVerified() throws IOException {
        Place place = copied("whole");
        assertEquals(0, apply(place, CHANGES + 1));
        assertTrue(Files.exists(place.peersJson()));

        try (Running running = agent(place.data())) {
            awaitLeader(running);
            awaitWhatWasKept("whole");
            Eventually.until(
                    "a word about it",
                    Running.PATIENCE,
                    () -> running.stdoutSoFar().contains("found peers.json file, recovering"));
            running.signal("KILL");
            running.await();
        }

        assertEquals(Resume.VERIFY, Resumption.before(place, log));
    }

    /// D11.
    @Test
    void keepsTheHolesOfAWriteAheadLog() throws IOException {
        Place place = copied("sparse");
        Path segment = Files.createDirectories(place.raft().resolve("wal")).resolve("1-0.wal");
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.setLength(64 << 20);
            file.writeBytes("an entry");
        }

        assertEquals(0, apply(place, CHANGES + 1));

        Path copy = place.data().resolve("raft-before-" + HASH + "/wal/1-0.wal");
        assertEquals(-1, Files.mismatch(segment, copy));
        long blocks = Long.parseLong(
                Running.run("stat", "-c", "%b", copy.toString()).stdout().strip());
        assertTrue(blocks <= 512, "blocks of 512 bytes: " + blocks);
    }

    /// A leader that has just been elected may not have read its whole log yet.
    private void awaitWhatWasKept(String what) {
        Eventually.until(
                "the key that was kept; " + what,
                Running.PATIENCE,
                () -> consul.run(ADDRESS, "kv", "get", "kept").stdout().strip().equals("yes"));
    }

    /// In a JVM of its own.
    private static int apply(Place place, int changes, String peers) {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Applying.class.getName(),
                place.data().toString(),
                Integer.toString(changes),
                peers);
        try (Running running = Running.start(builder)) {
            return running.await().exitCode();
        }
    }

    private int apply(Place place, int changes) {
        return apply(place, changes, peers);
    }

    private Place copied(String name) throws IOException {
        Path from = home.resolve("data");
        Path to = home.resolve(name);
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes its) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(directory)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes its) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
        return new Place(to);
    }

    private Running agent(Path data) throws IOException {
        Path file = home.resolve("agent.json");
        Files.writeString(file, "{\"performance\": {\"raft_multiplier\": 1}}");
        ProcessBuilder builder = new ProcessBuilder(
                consul.binary().toString(),
                "agent",
                "-server",
                "-bootstrap-expect=1",
                "-bind=" + ADDRESS,
                "-client=" + ADDRESS,
                "-data-dir=" + data,
                "-config-file=" + file);
        builder.environment().keySet().removeIf(name -> name.startsWith("CONSUL_"));
        builder.environment().put("CHECKPOINT_DISABLE", "1");
        return Running.start(builder);
    }

    private static void awaitLeader(Running running) {
        ConsulApiSettings settings = ConsulApiSettings.from(new Environment(Map.of()), new SecretFiles(), _ -> {});
        var address = new ConsulApiSettings.Address.Tcp(false, ADDRESS, ConsulApiSettings.PORT);
        try (LocalAgent agent = new LocalAgent(address, settings, Duration.ofSeconds(10))) {
            ConsulApi api = new ConsulApi(agent);
            Eventually.until(
                    "a leader; " + running,
                    Running.PATIENCE,
                    () -> api.leader() instanceof ApiAnswer.Ok<String> ok
                            && ok.value().equals(ADDRESS + ":8300"));
        } catch (TlsException e) {
            throw new AssertionError(e);
        }
    }
}
