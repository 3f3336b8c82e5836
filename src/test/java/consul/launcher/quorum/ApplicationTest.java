package consul.launcher.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.Log;
import consul.launcher.recovery.DataDirectory.PeersFile;
import consul.launcher.recovery.Journal;
import consul.launcher.recovery.Resume;
import consul.launcher.testkit.HeldAndByName;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A plan's way into the data directory, with a death after every single change.
@HeldAndByName
final class ApplicationTest {

    private static final String PEERS =
            "[\n  {\"id\": \"a\", \"address\": \"10.0.0.1:8300\", \"non_voter\": false}\n]\n";

    /// What a kill -9 is to the code: nothing after it runs.
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    @TempDir
    private Path data;

    private Place place;
    private Application.Work work;
    private final Log log = new Log(new PrintStream(OutputStream.nullOutputStream(), false), InstantSource.system());

    @BeforeEach
    void fill() throws IOException {
        fill(data);
        place = new Place(data);
        work = new Application.Work("0123456789ab", PEERS, data.resolve("raft-before-0123456789ab"));
    }

    private static void fill(Path data) throws IOException {
        Files.createDirectories(data.resolve("raft/snapshots/2-6-1"));
        Files.writeString(data.resolve("raft/raft.db"), "log");
        Files.writeString(data.resolve("raft/peers.info"), "info");
        Files.writeString(data.resolve("raft/snapshots/2-6-1/state.bin"), "state");
    }

    @Test
    void copiesTheRaftDirectoryAsideAndPutsThePeersInPlace() throws IOException {
        Map<String, String> before = contents(place.raft());

        new Application(place, InstantSource.system(), () -> {}).write(work);

        assertEquals(before, contents(work.backup()));
        assertEquals(PEERS, Files.readString(place.peersJson()));
        assertEquals(PeersFile.OURS, place.peersFile());
        assertEquals(Journal.Step.START, place.readJournal().orElseThrow().step());
        assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(place.peersJson())));
    }

    @Test
    void copiesWhatALinkLeadsTo() throws IOException {
        Path elsewhere = data.resolve("elsewhere");
        Files.move(place.raft(), elsewhere);
        Files.createSymbolicLink(place.raft(), elsewhere);

        new Application(place, InstantSource.system(), () -> {}).write(work);

        assertEquals("log", Files.readString(work.backup().resolve("raft.db")));
        assertFalse(Files.exists(work.backup().resolve("peers.json")), "a copy, not another link");
    }

    @Test
    void leavesTheOldStateWhereverItIsKilledBeforeConsulStarts() throws IOException {
        int deaths = 0;
        for (int after = 1; diesAfter(after); after++) {
            deaths++;
            Map<String, String> raft = contents(place.raft());
            raft.remove("peers.json");
            raft.remove("peers.json.launcher");

            Resume resume = Resumption.before(place, log);

            assertTrue(resume == Resume.START || resume == Resume.TAKE_BACK, "after " + after + ": " + resume);
            assertEquals(raft, contents(place.raft()), "after " + after);
            assertFalse(Files.exists(place.journal()), "after " + after);
            // And the next attempt goes through.
            new Application(place, InstantSource.system(), () -> {}).write(work);
            assertEquals(PEERS, Files.readString(place.peersJson()), "after " + after);
            assertEquals(raft, contents(work.backup()), "after " + after);
            startAnew();
        }
        assertEquals(9, deaths, "changes on the disk");
    }

    @Test
    @DisplayName("D11: with Consul stopped, only what it still wrote to is copied")
    void copiesTheBulkBeforehand() throws IOException {
        settle();
        Application application = new Application(place, InstantSource.system(), () -> {});

        application.prepare(work);

        Path partial = data.resolve("raft-before-0123456789ab.part");
        assertEquals(contents(place.raft()), contents(partial));
        assertFalse(Files.exists(place.journal()));
        // A mark on what isn't copied again.
        Files.writeString(partial.resolve("snapshots/2-6-1/state.bin"), "copied beforehand");
        Files.writeString(place.raft().resolve("raft.db"), "another log");
        Files.delete(place.raft().resolve("peers.info"));
        Files.createDirectories(place.raft().resolve("snapshots/2-9-1"));
        Files.writeString(place.raft().resolve("snapshots/2-9-1/state.bin"), "new state");

        application.write(work);

        assertEquals(
                Map.of(
                        "raft.db",
                        "another log",
                        "snapshots/2-6-1/state.bin",
                        "copied beforehand",
                        "snapshots/2-9-1/state.bin",
                        "new state"),
                contents(work.backup()));
        assertFalse(Files.exists(partial));
    }

    @Test
    @DisplayName("D11: a file that was changed within a tick of the clock is copied again")
    void copiesAgainWhatMayHaveChanged() throws IOException {
        Application application = new Application(place, InstantSource.system(), () -> {});
        application.prepare(work);
        Path log = place.raft().resolve("raft.db");
        var modified = Files.getLastModifiedTime(log);
        Files.writeString(log, "gol");
        Files.setLastModifiedTime(log, modified);

        application.write(work);

        assertEquals("gol", Files.readString(work.backup().resolve("raft.db")));
    }

    @Test
    @DisplayName("D11: a copy that takes too long with Consul stopped is given up, and nothing is left of it")
    void givesACopyUpThatTakesTooLong() throws IOException {
        Map<String, String> before = contents(data);
        Application application = new Application(place, slowClock(Duration.ofSeconds(20)), () -> {});

        IOException e = assertThrows(IOException.class, () -> application.write(work));
        application.discard();

        assertTrue(String.valueOf(e.getMessage()).endsWith(" takes too long"), e::toString);
        assertEquals(before, contents(data));
        assertFalse(Files.exists(data.resolve("raft-before-0123456789ab.part")));
    }

    @Test
    @DisplayName("D11: where that can be told before, Consul isn't stopped")
    void isNotPreparedWhereTheCopyWouldTakeTooLong() throws IOException {
        Application application = new Application(place, slowClock(Duration.ofSeconds(20)), () -> {});

        IOException e = assertThrows(IOException.class, () -> application.prepare(work));

        assertTrue(
                String.valueOf(e.getMessage()).startsWith("what Consul still writes to can't be copied in 30 s: "),
                e::toString);
    }

    /// So much time goes by whenever it is asked.
    private static InstantSource slowClock(Duration pace) {
        AtomicLong asked = new AtomicLong();
        return () -> Instant.EPOCH.plus(pace.multipliedBy(asked.getAndIncrement()));
    }

    private void settle() throws IOException {
        try (Stream<Path> all = Files.walk(place.raft())) {
            for (Path path : all.toList()) {
                Files.setLastModifiedTime(path, FileTime.from(Instant.EPOCH));
            }
        }
    }

    @Test
    @DisplayName("D11: a write-ahead log, whose segments are long before they are full, is copied byte for byte")
    void copiesAWriteAheadLog() throws IOException {
        Files.delete(place.raft().resolve("raft.db"));
        Path wal = Files.createDirectories(place.raft().resolve("wal"));
        Files.writeString(wal.resolve("wal-meta.db"), "meta");
        try (RandomAccessFile segment =
                new RandomAccessFile(wal.resolve("1-0.wal").toFile(), "rw")) {
            segment.setLength(64 << 20);
            segment.write("first".getBytes(StandardCharsets.UTF_8));
            segment.seek(40_000_001);
            segment.write("last".getBytes(StandardCharsets.UTF_8));
        }
        Files.write(wal.resolve("2-0.wal"), new byte[100_000]);

        new Application(place, InstantSource.system(), () -> {}).write(work);

        for (String each : List.of("wal-meta.db", "1-0.wal", "2-0.wal")) {
            assertEquals(-1, Files.mismatch(wal.resolve(each), work.backup().resolve("wal/" + each)), each);
        }
    }

    @Test
    void verifiesWhatConsulTookIn() throws IOException {
        new Application(place, InstantSource.system(), () -> {}).write(work);
        // What Consul does with it.
        Files.delete(place.peersJson());

        assertEquals(Resume.VERIFY, Resumption.before(place, log));
        assertTrue(Files.exists(place.journal()), "the journal is needed for the verification");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "consul-launcher recovery 0123456789ab ST", "\0\0\0\0\0\0\0\0"})
    @DisplayName("F11: with a damaged journal, a peers.json that is what was planned is taken back")
    void takesBackWhatWasPlannedWithoutAJournal(String damaged) throws IOException {
        new Application(place, InstantSource.system(), () -> {}).write(work);
        Files.writeString(place.journal(), damaged);

        assertEquals(Resume.TAKE_BACK, Resumption.before(place, log));

        assertFalse(Files.exists(place.peersJson()));
        assertFalse(Files.exists(place.journal()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("F11: with a damaged journal, a peers.json that may be anybody's stops the start")
    void startsWithNoDoubtfulPeersJson(boolean planned) throws IOException {
        new Application(place, InstantSource.system(), () -> {}).write(work);
        Files.writeString(place.journal(), "");
        if (planned) {
            Files.writeString(place.planned(), "[");
        } else {
            Files.delete(place.planned());
        }

        IOException e = assertThrows(IOException.class, () -> Resumption.before(place, log));

        assertEquals(
                place.journal() + " is damaged, so it isn't known who wrote " + place.peersJson()
                        + ": delete the journal if you wrote that file, or the file if you didn't",
                e.getMessage());
        assertEquals(PEERS, Files.readString(place.peersJson()));
    }

    @Test
    @DisplayName("F11: with a damaged journal and no peers.json there is nothing to take back")
    void startsWithADamagedJournalAlone() throws IOException {
        new Application(place, InstantSource.system(), () -> {}).write(work);
        Files.delete(place.peersJson());
        Files.writeString(place.journal(), "");

        assertEquals(Resume.START, Resumption.before(place, log));

        assertFalse(Files.exists(place.journal()));
    }

    @Test
    void takesAPlanBackForGoodEvenIfItIsKilledInBetween() throws IOException {
        new Application(place, InstantSource.system(), () -> {}).write(work);
        Resumption.takeBack(place);
        assertFalse(Files.exists(place.peersJson()));
        assertFalse(Files.exists(place.journal()));

        // The same, killed between the two: the file is gone, the journal is still there, but a step back.
        new Application(place, InstantSource.system(), () -> {}).write(work);
        Keeping.write(place.journal(), new Journal(work.hash(), Journal.Step.WRITE).line());
        Files.delete(place.peersJson());
        assertEquals(Resume.START, Resumption.before(place, log));
    }

    @Test
    void stepsTheJournalBackBeforeItTakesThePeersBack() throws IOException {
        new Application(place, InstantSource.system(), () -> {}).write(work);
        // It can't be deleted any more: a directory that isn't empty is in the way of the first step.
        Path partial = place.journal().resolveSibling("journal.part");
        Files.createDirectories(partial.resolve("in the way"));

        assertThrows(IOException.class, () -> Resumption.takeBack(place));

        assertTrue(Files.exists(place.peersJson()), "without the step back a kill would look as if Consul had it");
    }

    @Test
    void neverTouchesAPeersJsonThatItDidNotWrite() throws IOException {
        Files.writeString(place.peersJson(), "[]");

        assertThrows(IOException.class, () -> new Application(place, InstantSource.system(), () -> {}).write(work));

        assertFalse(Files.exists(work.backup()), "nothing was begun");
        assertEquals("[]", Files.readString(place.peersJson()));
        assertEquals(PeersFile.STRAY, place.peersFile());
        assertEquals(Resume.START, Resumption.before(place, log));
        assertEquals("[]", Files.readString(place.peersJson()));
    }

    @Test
    void neverOverwritesAPeersJsonThatAppearsMeanwhile() throws IOException {
        Application application = new Application(place, InstantSource.system(), () -> {
            if (Files.exists(place.planned()) && !Files.exists(place.peersJson())) {
                writeStray();
            }
        });

        assertThrows(IOException.class, () -> application.write(work));

        assertEquals("[]", Files.readString(place.peersJson()));
        assertFalse(Files.exists(place.journal()));
    }

    private void writeStray() {
        try {
            Files.writeString(place.peersJson(), "[]");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// Applies the plan and dies after so many changes; false if there are not so many.
    private boolean diesAfter(int changes) throws IOException {
        int[] left = {changes};
        try {
            new Application(place, InstantSource.system(), () -> {
                        if (--left[0] == 0) {
                            throw new Killed();
                        }
                    })
                    .write(work);
            return false;
        } catch (Killed e) {
            return true;
        }
    }

    private void startAnew() throws IOException {
        try (Stream<Path> all = Files.walk(data)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                if (!path.equals(data)) {
                    Files.delete(path);
                }
            }
        }
        fill(data);
    }

    private static Map<String, String> contents(Path directory) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                contents.put(
                        directory.relativize(file).toString(),
                        new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
            }
        }
        return contents;
    }
}
