package consul.launcher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ListingTest {

    @TempDir
    private Path directory;

    @Test
    void hasAllThatIsThere() throws IOException {
        Path file = Files.createFile(directory.resolve("a"));
        Path other = Files.createDirectory(directory.resolve("b"));

        assertEquals(Set.of(file, other), new HashSet<>(Listing.of(directory)));
        assertThrows(NoSuchFileException.class, () -> Listing.of(directory.resolve("none")));
    }

    /// EIO, or ESTALE of NFS, after the first name.
    @Test
    void failsAsEveryReadDoesWhereTheDiskFailsMeanwhile() {
        IOException failure = new IOException("Stale file handle");

        assertSame(failure, assertThrows(IOException.class, () -> Listing.all(failingAfter(Path.of("a"), failure))));
    }

    private static DirectoryStream<Path> failingAfter(Path first, IOException failure) {
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                return new Iterator<>() {
                    private boolean began;

                    @Override
                    public boolean hasNext() {
                        if (began) {
                            throw new DirectoryIteratorException(failure);
                        }
                        return true;
                    }

                    @Override
                    public Path next() {
                        if (!hasNext()) {
                            throw new NoSuchElementException();
                        }
                        began = true;
                        return first;
                    }
                };
            }

            @Override
            public void close() {
                // nothing is open
            }
        };
    }
}
