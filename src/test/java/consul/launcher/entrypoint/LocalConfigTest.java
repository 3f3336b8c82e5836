package consul.launcher.entrypoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    void leavesNothingBehindWhenRemoved() throws IOException {
        Path file = directory.resolve(LocalConfig.NAME);
        LocalConfig.write(file, "{}", Optional.empty());
        LocalConfig.remove(file);
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(0, left.count());
        }
    }
}
