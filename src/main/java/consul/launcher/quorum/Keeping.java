package consul.launcher.quorum;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/// Small text files in the launcher's own directory that survive a kill and a power failure: whole or not there.
/// Neither the directory nor a file is ever reached by a link; see [HeldDirectory].
final class Keeping {

    private Keeping() {}

    /// The text; empty if there is no such file.
    ///
    /// @throws HeldDirectory.TooLargeException if it is larger than anything that the launcher writes
    /// @throws IOException if it is there and can't be read
    static Optional<String> read(Path file) throws IOException {
        try (HeldDirectory directory = holding(file)) {
            return directory.read(name(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /// Whether something is there, be it a link that leads nowhere.
    ///
    /// @throws IOException if that can't be found out: what can't be seen isn't absent
    static boolean isThere(Path file) throws IOException {
        try {
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /// Replaces the file in one step.
    static void write(Path file, String text) throws IOException {
        String partial = name(file) + ".part";
        try (HeldDirectory directory = holding(file)) {
            directory.delete(partial);
            directory.create(partial, text);
            directory.rename(partial, name(file));
            directory.sync();
        }
    }

    /// The same without waiting for the disk: after a power failure it may be an old one, or empty.
    static void replace(Path file, String text) throws IOException {
        String partial = name(file) + ".part";
        try (HeldDirectory directory = holding(file)) {
            directory.delete(partial);
            directory.createInMemory(partial, text);
            directory.rename(partial, name(file));
        }
    }

    /// Adds to a file that is short, by replacing it: in a directory of somebody else it could be another one under a
    /// second name. One that is too long gets the suffix `.old`, and a new one is begun.
    static void append(Path file, String text) throws IOException {
        String before = "";
        try {
            before = read(file).orElse("");
        } catch (HeldDirectory.TooLargeException e) {
            rename(file, file.resolveSibling(name(file) + ".old"));
        }
        write(file, before + text);
    }

    /// Gives it another name in its directory.
    static void rename(Path file, Path other) throws IOException {
        try (HeldDirectory directory = holding(file)) {
            directory.rename(name(file), name(other));
        }
    }

    static void delete(Path file) throws IOException {
        try (HeldDirectory directory = holding(file)) {
            if (directory.delete(name(file))) {
                directory.sync();
            }
        } catch (NoSuchFileException e) {
            // Not even the directory is there.
        }
    }

    private static HeldDirectory holding(Path file) throws IOException {
        Path directory = file.resolveSibling("");
        try (HeldDirectory data = HeldDirectory.open(directory.resolveSibling(""))) {
            return data.in(name(directory));
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
