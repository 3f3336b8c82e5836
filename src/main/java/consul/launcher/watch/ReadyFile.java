package consul.launcher.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// The last answer to "is the agent ready?", as a file: young while it is, gone when it isn't. So a health check that
/// asks every few seconds costs no JVM and no call. It holds the address that the question was about, since `ready` may
/// be asked about another agent.
public final class ReadyFile {

    /// In the data directory, where Consul ignores it.
    public static final String NAME = ".launcher-ready";

    /// Null where it isn't kept.
    private final @Nullable Path file;

    private final String address;
    private final InstantSource clock;

    /// @param address `CONSUL_HTTP_ADDR`; empty if it isn't set, and the agent was found in another way
    public ReadyFile(Path directory, String address, InstantSource clock) {
        this(address, clock, directory.resolve(NAME));
    }

    private ReadyFile(String address, InstantSource clock, @Nullable Path file) {
        this.file = file;
        this.address = address;
        this.clock = clock;
    }

    /// One that is never written, for an agent in whose place health checks ask about another one.
    public static ReadyFile none() {
        return new ReadyFile("", InstantSource.system(), null);
    }

    /// Records the answer.
    ///
    /// @throws IOException if the directory can't be written to
    public void set(boolean ready) throws IOException {
        if (file == null) {
            return;
        }
        if (!ready) {
            // Looked for first: on a read-only file system even the removal of nothing fails.
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                Files.deleteIfExists(file);
            }
        } else if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            Files.getFileAttributeView(file, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setTimes(FileTime.from(clock.instant()), null, null);
        } else {
            // A link is somebody else's: the launcher may be root, and the directory is not.
            Files.deleteIfExists(file);
            Files.writeString(file, address + "\n", StandardOpenOption.CREATE_NEW);
        }
    }
}
