package consul.launcher.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import consul.launcher.contract.NeedsRoot;
import consul.launcher.testkit.HeldAndByName;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the user that Consul runs as can put into its data directory, to have a launcher that is root write, read
/// or give away what isn't that user's.
@HeldAndByName
final class LinksTest {

    private static final int CONSUL = 100;
    private static final String SECRET = "a secret of root";

    @TempDir
    private Path root;

    private Place place;
    private Path victim;
    private Path elsewhere;

    @BeforeEach
    void fill() throws IOException {
        place = new Place(Files.createDirectory(root.resolve("data")));
        place.create();
        elsewhere = Files.createDirectory(root.resolve("elsewhere"));
        victim = Files.writeString(elsewhere.resolve("victim"), SECRET);
        Files.setPosixFilePermissions(victim, PosixFilePermissions.fromString("rw-------"));
    }

    private void assertNothingHappenedElsewhere() throws IOException {
        assertEquals(SECRET, Files.readString(victim));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(victim)));
        try (Stream<Path> all = Files.list(elsewhere)) {
            assertEquals(1, all.count());
        }
    }

    // ---- the launcher's own directory

    @ParameterizedTest
    @ValueSource(strings = {"report", "report.part"})
    void writesThroughNoLink(String planted) throws IOException {
        Files.createSymbolicLink(place.own().resolve(planted), victim);

        Keeping.write(place.report(), "text");

        assertNothingHappenedElsewhere();
        assertTrue(Files.isRegularFile(place.report(), LinkOption.NOFOLLOW_LINKS));
        assertEquals(Optional.of("text"), Keeping.read(place.report()));
    }

    @Test
    void appendsThroughNoLink() throws IOException {
        Files.createSymbolicLink(place.audit(), victim);

        assertThrows(IOException.class, () -> Keeping.append(place.audit(), "text"));

        assertNothingHappenedElsewhere();
    }

    @Test
    void readsThroughNoLink() throws IOException {
        Files.createSymbolicLink(place.owner(), victim);

        assertThrows(IOException.class, place::readOwner);
    }

    @Test
    void usesNoLinkInThePlaceOfItsDirectory() throws IOException {
        Files.delete(place.own());
        Files.createSymbolicLink(place.own(), elsewhere);

        assertThrows(IOException.class, place::create);
        assertThrows(IOException.class, () -> Keeping.write(place.report(), "text"));
        assertThrows(IOException.class, () -> Keeping.append(place.audit(), "text"));
        assertThrows(IOException.class, () -> Keeping.read(elsewhereInPlace("victim")));
        assertThrows(IOException.class, () -> Keeping.delete(elsewhereInPlace("victim")));

        assertNothingHappenedElsewhere();
    }

    private Path elsewhereInPlace(String name) {
        return place.own().resolve(name);
    }

    /// As where a wrapper gives the whole data directory to Consul's user before each start.
    @Test
    @NeedsRoot
    void usesItsDirectoryThoughItBelongsToConsulsUser() throws IOException {
        Keeping.append(place.audit(), "one\n");
        give(place.own());
        give(place.audit());

        place.create();
        Keeping.append(place.audit(), "two\n");

        assertEquals(Optional.of("one\ntwo\n"), Keeping.read(place.audit()));
    }

    /// Another file of that user's choice, as far as the kernel lets it have one.
    @Test
    void addsToNoFileThatHasASecondName() throws IOException {
        Files.createLink(place.audit(), victim);

        Keeping.append(place.audit(), "text");

        assertNothingHappenedElsewhere();
    }

    // ---- whatever is put in the way meanwhile

    @Test
    void staysInTheDirectoryThoughALinkTakesItsName() throws IOException {
        assumeFalse(Boolean.getBoolean(HeldAndByName.PROPERTY), "by name, a quick user can do that");
        Path moved = root.resolve("moved away");
        try (HeldDirectory data = HeldDirectory.open(place.data());
                HeldDirectory own = data.in("launcher")) {
            own.create("owner.part", "text");
            Files.move(place.own(), moved);
            Files.createSymbolicLink(place.own(), elsewhere);

            own.rename("owner.part", "owner");
            own.create("report", "text");
            own.delete("victim");
        }

        assertNothingHappenedElsewhere();
        assertEquals("text", Files.readString(moved.resolve("owner")));
        assertEquals("text", Files.readString(moved.resolve("report")));
    }

    @Test
    void makesNoFileAndChangesNoneWhereALinkIs() throws IOException {
        Files.createSymbolicLink(place.own().resolve("planted"), victim);
        try (HeldDirectory data = HeldDirectory.open(place.data());
                HeldDirectory own = data.in("launcher")) {
            assertThrows(FileAlreadyExistsException.class, () -> own.create("planted", "text"));
            own.publish("planted");
            assertThrows(IOException.class, () -> own.copy("planted", data, () -> false));
            assertThrows(IOException.class, () -> own.in("planted"));
            own.deleteAll("planted");
        }

        assertNothingHappenedElsewhere();
    }

    @Test
    void letsAllReadAFileWhateverTheUmask() throws IOException {
        Path file = Files.createFile(place.report());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        try (HeldDirectory data = HeldDirectory.open(place.data());
                HeldDirectory own = data.in("launcher")) {
            own.publish("report");
        }

        assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    // ---- the raft directory

    @Test
    @NeedsRoot
    void followsTheLinkOfSomebodyElseOnlyToWhatIsHisToo() throws IOException {
        Files.createSymbolicLink(place.raft(), elsewhere);
        place.openRaft().close(); // root made it

        give(place.raft());
        assertThrows(IOException.class, place::openRaft);

        give(elsewhere);
        place.openRaft().close();
    }

    @Test
    @NeedsRoot
    void copiesAndWritesNothingBehindTheLinkOfSomebodyElse() throws IOException {
        Files.createSymbolicLink(place.raft(), elsewhere);
        give(place.raft());
        Application.Work work =
                new Application.Work("0123456789ab", "[]", place.data().resolve("raft-before-0123456789ab"));

        assertThrows(IOException.class, () -> new Application(place, InstantSource.system(), () -> {}).write(work));

        assertNothingHappenedElsewhere();
        assertFalse(Files.exists(work.backup()));
    }

    @Test
    void copiesNoLink() throws IOException {
        Files.createDirectories(place.raft().resolve("snapshots"));
        Files.createSymbolicLink(place.raft().resolve("snapshots/planted"), victim);
        Application.Work work =
                new Application.Work("0123456789ab", "[]", place.data().resolve("raft-before-0123456789ab"));

        assertThrows(IOException.class, () -> new Application(place, InstantSource.system(), () -> {}).write(work));

        assertFalse(Files.exists(work.backup()));
        assertFalse(Files.exists(place.peersJson()));
    }

    @Test
    void clearsAwayNothingBehindALinkInThePlaceOfItsCopy() throws IOException {
        Files.createDirectories(place.raft());
        Path backup = place.data().resolve("raft-before-0123456789ab");
        Files.createSymbolicLink(place.data().resolve("raft-before-0123456789ab.part"), elsewhere);

        new Application(place, InstantSource.system(), () -> {})
                .write(new Application.Work("0123456789ab", "[]", backup));

        assertNothingHappenedElsewhere();
        assertTrue(Files.isDirectory(backup, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    @NeedsRoot
    void leavesTheCopyToWhomTheRaftDirectoryBelongs() throws IOException {
        Path file = place.raft().resolve("snapshots/state.bin");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "state");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        give(file);
        give(place.raft());
        Path backup = place.data().resolve("raft-before-0123456789ab");

        new Application(place, InstantSource.system(), () -> {})
                .write(new Application.Work("0123456789ab", "[]", backup));

        Path copied = backup.resolve("snapshots/state.bin");
        assertEquals(CONSUL, Files.getAttribute(backup, "unix:uid"));
        assertEquals(CONSUL, Files.getAttribute(copied, "unix:uid"));
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(copied)));
        assertEquals(Files.getLastModifiedTime(file), Files.getLastModifiedTime(copied));
        assertEquals(Files.getPosixFilePermissions(place.raft()), Files.getPosixFilePermissions(backup));
    }

    /// What the kernel does for its owner.
    private static void give(Path path) throws IOException {
        Files.setAttribute(path, "unix:uid", CONSUL, LinkOption.NOFOLLOW_LINKS);
    }
}
