package consul.launcher.entrypoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An exclusive lock on a data directory: one launcher at a time changes anything in it. A POSIX record lock on a file
/// in
/// it, so the kernel releases it however the launcher ends, no child inherits it, and it also works between containers
/// and, on NFSv4 and EFS, between machines. The file stays: to delete one would let two launchers lock two files of the
/// same name. Consul ignores it.
public final class DataLock implements AutoCloseable {

    public static final String NAME = ".launcher-lock";

    /// What the holder writes begins so. Nothing else is overwritten: the user that Consul runs as owns the directory,
    /// and may have given another file this name.
    private static final String HEAD = "process ";

    private static final int LONGEST_HOLDER = 200;

    private static final Path HOST = Path.of("/proc/sys/kernel/hostname");
    private static final Path SELF = Path.of("/proc/self");

    /// What came of an attempt.
    public sealed interface Attempt {}

    public record Taken(DataLock lock) implements Attempt {}

    /// @param by the holder, or empty if that isn't known
    public record Held(String by) implements Attempt {}

    /// @param why the file system knows no locks, or the file can't be written
    public record Impossible(IOException why) implements Attempt {}

    /// How a file is locked; null if it is locked already.
    interface Locking {
        @Nullable
        FileLock lock(FileChannel channel) throws IOException;
    }

    private final FileChannel channel;

    private DataLock(FileChannel channel) {
        this.channel = channel;
    }

    /// @param data the directory, which must exist
    /// @param now since when it is held
    public static Attempt take(Path data, Instant now) {
        return take(data, now, FileChannel::tryLock);
    }

    static Attempt take(Path data, Instant now, Locking locking) {
        FileChannel channel;
        try {
            channel = FileChannel.open(
                    data.resolve(NAME),
                    Set.of(
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
        } catch (IOException e) {
            return new Impossible(e);
        }
        try {
            if (locking.lock(channel) == null) {
                String holder = holder(channel);
                channel.close();
                return new Held(holder.startsWith(HEAD) ? holder : "");
            }
        } catch (OverlappingFileLockException e) {
            // Not closed: that would release the lock that this process has on the file.
            return new Held("this process");
        } catch (IOException e) {
            close(channel);
            return new Impossible(e);
        }
        sign(channel, now);
        return new Taken(new DataLock(channel));
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(LONGEST_HOLDER);
        channel.read(text, 0);
        return new String(text.array(), 0, text.position(), StandardCharsets.UTF_8).strip();
    }

    /// For whoever wants the lock meanwhile. Without it the lock is as good.
    private static void sign(FileChannel channel, Instant now) {
        try {
            if (channel.size() > 0 && !holder(channel).startsWith(HEAD)) {
                return;
            }
            String text = HEAD + Files.readSymbolicLink(SELF) + " on host "
                    + Files.readString(HOST).strip() + " since " + now + "\n";
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
        } catch (IOException e) {
            // A full disk, for example.
        }
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing was written.
        }
    }

    /// Releases it.
    @Override
    public void close() {
        close(channel);
    }
}
