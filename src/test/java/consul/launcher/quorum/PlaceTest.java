package consul.launcher.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import consul.launcher.recovery.DataDirectory.PeersFile;
import consul.launcher.recovery.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    void knowsItsOwnPeersJsonByTheJournalAndItsContent() throws IOException {
        assertEquals(PeersFile.ABSENT, place.peersFile());

        Files.writeString(place.peersJson(), PEERS);
        assertEquals(PeersFile.STRAY, place.peersFile(), "nothing was planned");

        Keeping.write(place.planned(), PEERS);
        assertEquals(PeersFile.STRAY, place.peersFile(), "there is no journal");

        Keeping.write(place.journal(), new Journal("0123456789ab", Journal.Step.WRITE).line());
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
