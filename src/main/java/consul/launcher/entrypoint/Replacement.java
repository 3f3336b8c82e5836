package consul.launcher.entrypoint;

import consul.launcher.entrypoint.Step.Owner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/// Puts a file in the place of another at once: who reads it sees the old one or the new one, and nobody but its owner
/// ever sees the new one before it has its mode.
final class Replacement {

    private Replacement() {}

    /// @param mode as in `rw-r-----`
    static void of(Path file, byte[] bytes, Optional<Owner> owner, String mode) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        Path temporary = Files.createTempFile(
                parent,
                file.getFileName() + ".",
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.write(temporary, bytes);
            if (owner.isPresent()) {
                Owners.change(temporary, owner.get());
            }
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(mode));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
