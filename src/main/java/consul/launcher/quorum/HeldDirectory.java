package consul.launcher.quorum;

import consul.launcher.config.Listing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A directory that is held open: what is done in it is done there, whatever is put in the place of its name meanwhile,
/// and never through a link. The user that Consul runs as owns the data directory; it must not send a launcher that is
/// root elsewhere.
///
/// Where the JDK can't hold a directory open, as with musl since 1.2.4 whose `openat64` it doesn't find, it is gone to
/// by its name each time. Nothing is done through a link there either, but whoever is quick may put another directory
/// in its place between two steps.
final class HeldDirectory implements AutoCloseable {

    /// System property for tests: if true, no directory is held although it could be.
    static final String BY_NAME = "consul.launcher.directories-by-name";

    /// No file that is read as a whole is larger; the launcher's heap is small.
    static final int LARGEST = 1 << 20;

    private static final int BLOCK = 64 << 10;
    private static final long PIECE = 32 << 20;

    private static final Set<PosixFilePermission> OWN = PosixFilePermissions.fromString("rwx------");

    private static final Set<OpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private final Path path;

    /// Null where it can't be held.
    private final @Nullable SecureDirectoryStream<Path> stream;

    /// A file that is larger than [#LARGEST], so its content is none of the launcher's.
    static final class TooLargeException extends IOException {

        private static final long serialVersionUID = 1;

        TooLargeException(Path file, long size) {
            super(file + " is damaged: it has " + size + " bytes, and the launcher writes " + LARGEST + " at most");
        }
    }

    private HeldDirectory(Path path, @Nullable SecureDirectoryStream<Path> stream) {
        this.path = path;
        this.stream = stream;
    }

    /// Follows links: for what whoever started the launcher named.
    @SuppressWarnings("StreamResourceLeak") // closed by who holds it
    static HeldDirectory open(Path path) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(path);
        if (!Boolean.getBoolean(BY_NAME) && stream instanceof SecureDirectoryStream<Path> secure) {
            return new HeldDirectory(path, secure);
        }
        stream.close();
        return byName(path);
    }

    /// One that isn't held. Follows links.
    static HeldDirectory byName(Path path) throws IOException {
        Path real = path.toRealPath();
        if (!Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
            throw new NotDirectoryException(path.toString());
        }
        return new HeldDirectory(real, null);
    }

    /// A directory in this one.
    ///
    /// @throws IOException also if a link is in its place
    HeldDirectory in(String name) throws IOException {
        Path inner = path.resolve(name);
        if (attributes(name).isSymbolicLink()) {
            throw new IOException(inner + " is a link and no directory");
        }
        if (stream == null) {
            if (!attributes(name).isDirectory()) {
                throw new NotDirectoryException(inner.toString());
            }
            return new HeldDirectory(inner, null);
        }
        return new HeldDirectory(inner, stream.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS));
    }

    /// A new directory in this one, for its owner alone. Made by name, since there is no other way, so what is opened
    /// may be another one; a link it is not.
    HeldDirectory make(String name) throws IOException {
        Files.createDirectory(path.resolve(name), PosixFilePermissions.asFileAttribute(OWN));
        return in(name);
    }

    Path path() {
        return path;
    }

    /// Its own.
    PosixFileAttributes attributes() throws IOException {
        return view().readAttributes();
    }

    private PosixFileAttributeView view() {
        return stream == null
                ? Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                : stream.getFileAttributeView(PosixFileAttributeView.class);
    }

    /// Of what has the name, be it a link.
    PosixFileAttributes attributes(String name) throws IOException {
        return view(name).readAttributes();
    }

    private PosixFileAttributeView view(String name) {
        return stream == null
                ? Files.getFileAttributeView(
                        path.resolve(name), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                : stream.getFileAttributeView(Path.of(name), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    /// Whether something has the name, be it a link that leads nowhere.
    boolean has(String name) throws IOException {
        try {
            attributes(name);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /// What is in it. To be asked once only.
    List<String> names() throws IOException {
        if (stream != null) {
            return names(stream);
        }
        try (DirectoryStream<Path> listed = Files.newDirectoryStream(path)) {
            return names(listed);
        }
    }

    private static List<String> names(DirectoryStream<Path> listed) throws IOException {
        List<String> names = new ArrayList<>();
        for (Path entry : Listing.all(listed)) {
            names.add(String.valueOf(entry.getFileName()));
        }
        return names;
    }

    /// The text; empty if there is no such file.
    ///
    /// @throws TooLargeException if it has more than [#LARGEST] bytes
    /// @throws IOException if it is there and can't be read, or is no file
    Optional<String> read(String name) throws IOException {
        try {
            if (!attributes(name).isRegularFile()) {
                throw new IOException(path.resolve(name) + " is no file");
            }
            try (FileChannel channel = channel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
                byte[] bytes = Channels.newInputStream(channel).readNBytes(LARGEST + 1);
                if (bytes.length > LARGEST) {
                    throw new TooLargeException(path.resolve(name), channel.size());
                }
                return Optional.of(new String(bytes, StandardCharsets.UTF_8));
            }
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /// Makes a file and writes it through to the disk.
    ///
    /// @throws java.nio.file.FileAlreadyExistsException if anything has the name
    void create(String name, String text) throws IOException {
        try (FileChannel channel = channel(name, NEW)) {
            write(channel, text);
            channel.force(true);
        }
    }

    /// Makes a file, which reaches the disk when the kernel writes it.
    ///
    /// @throws java.nio.file.FileAlreadyExistsException if anything has the name
    void createInMemory(String name, String text) throws IOException {
        try (FileChannel channel = channel(name, NEW)) {
            write(channel, text);
        }
    }

    private static void write(FileChannel channel, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// Copies a file into another directory, with its owner and mode as far as that is allowed. Blocks of zeros become
    /// holes: the segments of a write-ahead log are long before they are full.
    ///
    /// @param late asked after every piece; true ends it
    void copy(String name, HeldDirectory to, BooleanSupplier late) throws IOException {
        Set<OpenOption> reading = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        PosixFileAttributes its = attributes(name);
        try (FileChannel from = channel(name, reading);
                FileChannel copied = to.channel(
                        name,
                        NEW,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            long size = from.size();
            byte[] bytes = new byte[BLOCK];
            byte[] zeros = new byte[BLOCK];
            for (long at = 0; at < size; ) {
                int wanted = (int) Math.min(BLOCK, size - at);
                int n = from.read(ByteBuffer.wrap(bytes, 0, wanted), at);
                if (n <= 0) {
                    throw new IOException(path.resolve(name) + " became shorter while it was copied");
                }
                at += n;
                // The last byte is written in any case, for the length.
                boolean last = at == size;
                if (last || !Arrays.equals(bytes, 0, n, zeros, 0, n)) {
                    int begin = last && Arrays.equals(bytes, 0, n, zeros, 0, n) ? n - 1 : 0;
                    writeAll(copied, ByteBuffer.wrap(bytes, begin, n - begin), at - n + begin);
                }
                if (at % PIECE < BLOCK) {
                    // In pieces, so that what is left to be written at the end is little.
                    copied.force(false);
                    if (late.getAsBoolean()) {
                        throw new IOException("copying " + path.resolve(name) + " takes too long");
                    }
                }
            }
            copied.force(true);
            if (late.getAsBoolean()) {
                throw new IOException("copying " + path.resolve(name) + " takes too long");
            }
        }
        to.requireMine(name);
        give(to.view(name), its);
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
        long next = at;
        while (bytes.hasRemaining()) {
            next += channel.write(bytes, next);
        }
    }

    /// Gives the directory the attributes of another one, when all is in it.
    void become(PosixFileAttributes its) throws IOException {
        sync();
        give(view(), its);
    }

    private static void give(PosixFileAttributeView view, PosixFileAttributes its) throws IOException {
        view.setTimes(its.lastModifiedTime(), null, null);
        try {
            // The mode first: once it is another user's, it may not be changed any more.
            view.setPermissions(its.permissions());
            PosixFileAttributes now = view.readAttributes();
            if (!now.group().equals(its.group())) {
                view.setGroup(its.group());
            }
            if (!now.owner().equals(its.owner())) {
                view.setOwner(its.owner());
            }
        } catch (FileSystemException e) {
            // Not root: a copy is a copy, whoever owns it.
        }
    }

    /// Lets everybody read a file, whatever the umask has taken away.
    void publish(String name) throws IOException {
        Set<PosixFilePermission> mode = PosixFilePermissions.fromString("rw-r--r--");
        if (!attributes(name).permissions().containsAll(mode)) {
            view(name).setPermissions(mode);
        }
    }

    /// @return whether it was there
    boolean delete(String name) throws IOException {
        try {
            deleteFile(name);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /// With all that is in it, if it is a directory.
    void deleteAll(String name) throws IOException {
        if (!has(name)) {
            return;
        }
        if (!attributes(name).isDirectory()) {
            deleteFile(name);
            return;
        }
        try (HeldDirectory inner = in(name)) {
            for (String each : inner.names()) {
                inner.deleteAll(each);
            }
        }
        if (stream == null) {
            Files.delete(path.resolve(name));
        } else {
            stream.deleteDirectory(Path.of(name));
        }
    }

    private void deleteFile(String name) throws IOException {
        if (stream == null) {
            Files.delete(path.resolve(name));
        } else {
            stream.deleteFile(Path.of(name));
        }
    }

    /// In one step, over what has the other name.
    void rename(String from, String to) throws IOException {
        if (stream == null) {
            Files.move(path.resolve(from), path.resolve(to), StandardCopyOption.ATOMIC_MOVE);
        } else {
            stream.move(Path.of(from), stream, Path.of(to));
        }
    }

    /// A new name is on the disk once its directory is.
    void sync() throws IOException {
        try (FileChannel channel = channel(".", Set.of(StandardOpenOption.READ))) {
            channel.force(true);
        }
    }

    /// Finds out whether the directory belongs to the user that the launcher runs as, so that nobody else may change
    /// what is in it. A file that it has made tells: a server of files may take root for somebody else.
    ///
    /// @param name of a file that the launcher has made just now
    private void requireMine(String name) throws IOException {
        UserPrincipal me = attributes(name).owner();
        UserPrincipal owner = attributes().owner();
        if (!owner.equals(me)) {
            throw new IOException(path + " belongs to " + owner + " and not to " + me
                    + ", which this launcher runs as: give it to that user");
        }
    }

    private FileChannel channel(String name, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        SeekableByteChannel channel = stream == null
                ? Files.newByteChannel(path.resolve(name), options, attributes)
                : stream.newByteChannel(Path.of(name), options, attributes);
        if (channel instanceof FileChannel file) {
            return file;
        }
        channel.close();
        throw new IOException(path.resolve(name) + " can't be written through to the disk");
    }

    @Override
    public void close() throws IOException {
        if (stream != null) {
            stream.close();
        }
    }
}
