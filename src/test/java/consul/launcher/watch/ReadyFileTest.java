package consul.launcher.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /// The directory is Consul's, and the launcher may be root.
    @Test
    void touchesNothingThroughALink() throws IOException {
        Path victim = Files.createFile(directory.resolve("victim"));
        FileTime before = FileTime.from(Instant.EPOCH);
        Files.setLastModifiedTime(victim, before);
        Files.createSymbolicLink(file(), victim);

        at(LATER).set(true);

        assertEquals(before, Files.getLastModifiedTime(victim));
        assertTrue(Files.isRegularFile(file(), LinkOption.NOFOLLOW_LINKS));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void replacesALinkThatLeadsNowhere(boolean ready) throws IOException {
        Files.createSymbolicLink(file(), directory.resolve("nowhere"));

        at(LATER).set(ready);

        assertFalse(Files.isSymbolicLink(file()));
        assertEquals(ready, Files.exists(file()));
        assertFalse(Files.exists(directory.resolve("nowhere")));
    }

    @Test
    void saysWhereItCannotBeKept() {
        ReadyFile nowhere = new ReadyFile(directory.resolve("none"), "", InstantSource.system());

        assertThrows(IOException.class, () -> nowhere.set(true));
    }
}
