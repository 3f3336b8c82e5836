package consul.launcher.entrypoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// D4. What only one process can't show is in DirectoriesProcessIT.
final class DataLockTest {

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir
    private Path data;

    @Test
    void writesWhoHoldsIt() throws IOException {
        for (int i = 0; i < 2; i++) {
            DataLock lock = taken();
            String text = Files.readString(data.resolve(DataLock.NAME));
            lock.close();
            assertTrue(
                    text.matches("process " + ProcessHandle.current().pid() + " on host \\S+ since " + NOW + "\n"),
                    text);
        }
    }

    @Test
    void overwritesNothingThatItDidNotWrite() throws IOException {
        Path file = Files.writeString(data.resolve(DataLock.NAME), "another file under this name");

        taken().close();

        assertEquals("another file under this name", Files.readString(file));
    }

    /// As NFS without its lock daemon does.
    @Test
    void isImpossibleWhereTheFileSystemKnowsNoLocks() {
        IOException why = new IOException("No locks available");

        DataLock.Attempt attempt = DataLock.take(data, NOW, _ -> {
            throw why;
        });

        assertEquals(new DataLock.Impossible(why), attempt);
    }

    @Test
    void saysThatItIsHeldByThisProcess() {
        DataLock lock = taken();

        assertEquals(new DataLock.Held("this process"), DataLock.take(data, NOW));

        lock.close();
    }

    private DataLock taken() {
        return assertInstanceOf(DataLock.Taken.class, DataLock.take(data, NOW)).lock();
    }
}
