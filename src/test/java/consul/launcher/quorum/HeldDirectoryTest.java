package consul.launcher.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/// Held open, and by name where the C library is one by which the JDK can't.
@ParameterizedClass
@ValueSource(booleans = {true, false})
final class HeldDirectoryTest {

    @Parameter
    private boolean held;

    @TempDir
    private Path root;

    private Path data;
    private Path elsewhere;

    @BeforeEach
    void fill() throws IOException {
        data = Files.createDirectory(root.resolve("data"));
        elsewhere = Files.createDirectory(root.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("victim"), "secret");
    }

    private HeldDirectory open() throws IOException {
        return held ? HeldDirectory.open(data) : HeldDirectory.byName(data);
    }

    /// Or this tests the same thing twice.
    @Test
    void isHeldOnThisMachine() throws IOException {
        try (var stream = Files.newDirectoryStream(data)) {
            assertTrue(stream instanceof SecureDirectoryStream);
        }
    }

    @Test
    void makesReplacesReadsAndDeletesFiles() throws IOException {
        try (HeldDirectory directory = open()) {
            directory.create("a.part", "one");
            assertThrows(FileAlreadyExistsException.class, () -> directory.create("a.part", "two"));
            directory.rename("a.part", "a");
            directory.createInMemory("a.part", "two");
            directory.rename("a.part", "a");
            directory.sync();

            assertEquals(Optional.of("two"), directory.read("a"));
            assertEquals(List.of("a"), directory.names());
            assertTrue(directory.delete("a"));
            assertFalse(directory.delete("a"));
            assertEquals(Optional.empty(), directory.read("a"));
            assertFalse(directory.has("a"));
        }
    }

    @Test
    void copiesAndClearsAwayDirectories() throws IOException {
        Files.createDirectories(data.resolve("raft/snapshots"));
        Files.writeString(data.resolve("raft/snapshots/state.bin"), "state");
        try (HeldDirectory directory = open();
                HeldDirectory raft = directory.in("raft");
                HeldDirectory snapshots = raft.in("snapshots");
                HeldDirectory copy = directory.make("copy")) {
            snapshots.copy("state.bin", copy, () -> false);
            copy.become(snapshots.attributes());
            assertEquals("state", Files.readString(data.resolve("copy/state.bin")));
            assertThrows(NoSuchFileException.class, () -> directory.in("none"));

            directory.deleteAll("raft");
            directory.deleteAll("none");
        }
        assertFalse(Files.exists(data.resolve("raft")));
    }

    @Test
    void doesNothingThroughALink() throws IOException {
        Files.createSymbolicLink(data.resolve("file"), elsewhere.resolve("victim"));
        Files.createSymbolicLink(data.resolve("directory"), elsewhere);
        try (HeldDirectory directory = open()) {
            assertThrows(IOException.class, () -> directory.read("file"));
            assertThrows(IOException.class, () -> directory.in("directory"));
            assertThrows(FileAlreadyExistsException.class, () -> directory.create("file", "text"));
            assertThrows(FileAlreadyExistsException.class, () -> directory.createInMemory("file", "text"));
            assertThrows(IOException.class, () -> directory.copy("file", directory, () -> false));
            assertTrue(directory.has("file"));

            directory.create("file.part", "text");
            directory.rename("file.part", "file");
            directory.deleteAll("directory");
        }
        assertEquals("secret", Files.readString(elsewhere.resolve("victim")));
        assertTrue(Files.isRegularFile(data.resolve("file"), LinkOption.NOFOLLOW_LINKS));
        assertFalse(Files.exists(data.resolve("directory"), LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void isNoFile() throws IOException {
        Files.writeString(data.resolve("file"), "text");
        try (HeldDirectory directory = open()) {
            assertThrows(IOException.class, () -> directory.in("file"));
        }
    }
}
