package consul.launcher.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import consul.launcher.recovery.DataDirectory.PeersFile;
import consul.launcher.recovery.LedgerText;
import consul.launcher.testkit.HeldAndByName;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@HeldAndByName
final class PlaceTest {

    private static final String PEERS = "[ours]";

    @TempDir
    private Path data;

    private Place place;

    @BeforeEach
    void fill() throws IOException {
        place = new Place(data);
        place.create();
        Files.createDirectories(place.raft());
    }

    @Test
    void knowsItsOwnPeersJsonByItsContent() throws IOException {
        assertEquals(PeersFile.ABSENT, place.peersFile());

        Files.writeString(place.peersJson(), PEERS);
        assertEquals(PeersFile.STRAY, place.peersFile(), "nothing was planned");

        Keeping.write(place.planned(), PEERS);
        assertEquals(PeersFile.OURS, place.peersFile());

        Files.writeString(place.peersJson(), "[another]");
        assertEquals(PeersFile.STRAY, place.peersFile(), "somebody wrote another");
    }

    @Test
    void takesALinkToNowhereForSomebodys() throws IOException {
        Files.createSymbolicLink(place.peersJson(), data.resolve("nowhere"));

        assertEquals(PeersFile.STRAY, place.look().peersFile());
    }

    @Test
    void followsNoLinkInThePlaceOfItsDirectory() throws IOException {
        Path elsewhere = Files.createDirectories(data.resolve("elsewhere"));
        Place other = new Place(Files.createDirectories(data.resolve("other")));
        Files.createSymbolicLink(other.own(), elsewhere);

        assertThrows(IOException.class, other::create);
    }

    @Test
    void doesNotTakeForAbsentWhatItCanNotSee() throws IOException {
        // A link to itself in the place of a directory.
        Files.delete(place.raft());
        Files.createSymbolicLink(place.raft(), place.raft());

        assertThrows(IOException.class, () -> Keeping.isThere(place.peersJson()));
        assertThrows(IOException.class, place::look);
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "ledger", "owner", "complete", "order", "report", "peers.json", "audit.log"})
    @DisplayName("F14: a file of 27 MB is damaged, and named")
    void readsNothingThatIsTooLarge(String name) throws IOException {
        Path file = place.own().resolve(name);
        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(27_000_000);
        }
        Files.writeString(place.peersJson(), PEERS);

        IOException e = assertThrows(IOException.class, () -> Keeping.read(file));
        assertEquals(
                file + " is damaged: it has 27000000 bytes, and the launcher writes 1048576 at most", e.getMessage());

        assertEquals(Optional.empty(), place.readJournal());
        assertEquals(PeersFile.STRAY, place.peersFile());
        assertEquals(name.equals("ledger"), place.readLedger() instanceof LedgerText.Unreadable);
        Keeping.append(place.audit(), "more");
        assertEquals(Optional.of("more"), Keeping.read(place.audit()));
    }

    @Test
    void countsTheSleepOfAMachine() throws IOException {
        Path uptime = data.resolve("uptime");
        Files.writeString(uptime, "100.25 1.00\n");
        AtomicLong nanos = new AtomicLong();
        SteadyClock clock = new SteadyClock(uptime, () -> Instant.EPOCH, nanos::get);

        // The machine slept for an hour, of which the JVM's clock knows nothing.
        Files.writeString(uptime, "3700.75 1.00\n");
        nanos.set(500_000_000);
        assertEquals(Instant.ofEpochMilli(3_600_500), clock.instant());

        Files.writeString(uptime, "?");
        assertEquals(Instant.ofEpochMilli(500), clock.instant());
    }
}
