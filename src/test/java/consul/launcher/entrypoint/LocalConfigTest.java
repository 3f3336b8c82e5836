package consul.launcher.entrypoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalConfigTest {

    @TempDir
    private Path directory;

    @Test
    void knowsItsOwnFile() throws IOException {
        Path file = directory.resolve(LocalConfig.NAME);
        LocalConfig.write(file, "{}", Optional.empty());
        assertEquals("{}\n", Files.readString(file));
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertTrue(LocalConfig.isOwn(file));
    }

    @Test
    void doesNotKnowAFileThatSomebodyElseWroteOrChanged() throws IOException {
        Path file = directory.resolve(LocalConfig.NAME);
        Files.writeString(file, "{}");
        assertFalse(LocalConfig.isOwn(file));
        LocalConfig.write(file, "{}", Optional.empty());
        Files.writeString(file, "{ }");
        assertFalse(LocalConfig.isOwn(file));
    }

    @Test
    void keepsNothingBesideItsFile() throws IOException {
        LocalConfig.write(directory.resolve(LocalConfig.NAME), "{}", Optional.empty());
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(1, files.count());
        }
    }

    /// As a volume is copied or restored.
    @Test
    void knowsItsFileAfterACopy() throws IOException {
        Path file = directory.resolve(LocalConfig.NAME);
        LocalConfig.write(file, "{}", Optional.empty());
        Path copy = Files.copy(file, directory.resolve("copy.json"), StandardCopyOption.COPY_ATTRIBUTES);
        assertTrue(LocalConfig.isOwn(copy));
    }
}
