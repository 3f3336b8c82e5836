package consul.launcher.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReadyFileTest {

    private static final Instant LATER = Instant.parse("2040-01-02T03:04:05Z");

    @TempDir
    Path directory;

    private ReadyFile at(Instant time) {
        return new ReadyFile(directory, "10.0.0.1:8500", InstantSource.fixed(time));
    }

    private Path file() {
        return directory.resolve(".launcher-ready");
    }

    @Test
    void isThereWhileTheAgentIsReady() throws IOException {
        at(Instant.now()).set(true);

        assertTrue(Files.exists(file()));
    }

    @Test
    void isAsYoungAsTheLastAnswer() throws IOException {
        at(Instant.now()).set(true);
        at(LATER).set(true);

        assertEquals(LATER, Files.getLastModifiedTime(file()).toInstant());
    }

    @Test
    void isGoneWhenTheAgentIsNotReady() throws IOException {
        at(Instant.now()).set(true);
        at(Instant.now()).set(false);
        assertFalse(Files.exists(file()));

        at(Instant.now()).set(false);
        assertFalse(Files.exists(file()));
    }

    @Test
    void saysWhereItCannotBeKept() {
        ReadyFile nowhere = new ReadyFile(directory.resolve("none"), "", InstantSource.system());

        assertThrows(IOException.class, () -> nowhere.set(true));
    }
}
