package consul.launcher.entrypoint;

import consul.launcher.entrypoint.Step.Owner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/// Puts a file in the place of another at once: who reads it sees the old one or the new one, and nobody but its owner
/// ever sees the new one before it has its mode.
final class Replacement {

    private Replacement() {}

    /// @param mode as in `rw-r-----`
    /// @param time its modification time, if not now
    static void of(Path file, byte[] bytes, Optional<Owner> owner, String mode, Optional<FileTime> time)
            throws IOException {
        // Not createTempFile, whose random names cost 19 ms before Consul starts. A file that is there isn't taken
        // over.
        Path temporary = file.resolveSibling(file.getFileName() + "." + Long.toHexString(System.nanoTime()) + ".tmp");
        Files.createFile(temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            // Never through a link: the directory may belong to somebody who puts one there meanwhile.
            Files.write(temporary, bytes, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(
                    temporary, "posix:permissions", PosixFilePermissions.fromString(mode), LinkOption.NOFOLLOW_LINKS);
            if (time.isPresent()) {
                // Before the owner: of another user's file it takes the capability FOWNER.
                Files.setAttribute(temporary, "lastModifiedTime", time.get(), LinkOption.NOFOLLOW_LINKS);
            }
            if (owner.isPresent()) {
                Owners.changeItself(temporary, owner.get());
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
