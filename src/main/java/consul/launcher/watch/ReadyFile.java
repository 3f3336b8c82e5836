package consul.launcher.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;

/// The last answer to "is the agent ready?", as a file: young while it is, gone when it isn't. So a health check that
/// asks every few seconds costs no JVM and no call.
public final class ReadyFile {

    /// In the data directory, where Consul ignores it.
    public static final String NAME = ".launcher-ready";

    private final Path file;
    private final InstantSource clock;

    public ReadyFile(Path directory, InstantSource clock) {
        this.file = directory.resolve(NAME);
        this.clock = clock;
    }

    /// Records the answer.
    ///
    /// @throws IOException if the directory can't be written to
    public void set(boolean ready) throws IOException {
        if (!ready) {
            // Looked for first: on a read-only file system even the removal of nothing fails.
            if (Files.exists(file)) {
                Files.deleteIfExists(file);
            }
        } else if (Files.exists(file)) {
            Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
        } else {
            Files.createFile(file);
        }
    }
}
