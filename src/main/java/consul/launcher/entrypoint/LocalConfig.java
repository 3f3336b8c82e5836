package consul.launcher.entrypoint;

import consul.launcher.config.LocalConfigSyntax;
import consul.launcher.entrypoint.Step.Owner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;

/// `local.json` in the configuration directory (rule 9). The microseconds of its modification time are a checksum of
/// its content: so the launcher recognises a file that it wrote itself and that is unchanged since, the only one that
/// it ever removes. Not a marker file: with `-config-format` Consul reads every file of that directory, and any other
/// directory may belong to another volume, or not exist. On a file system that keeps no microseconds the file is taken
/// for the user's and stays.
public final class LocalConfig {

    public static final String NAME = LocalConfigSyntax.FILE;

    private static final String MODE = "rw-r-----";

    private LocalConfig() {}

    /// Whether the launcher wrote the file and nobody changed it since.
    public static boolean isOwn(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            Instant modified = Files.getLastModifiedTime(file).toInstant();
            return modified.get(ChronoField.MICRO_OF_SECOND) == micros(bytes) || isMarked(file, bytes);
        } catch (IOException e) {
            return false;
        }
    }

    static boolean holds(Path file, String content) {
        try {
            return Arrays.equals(Files.readAllBytes(file), bytes(content));
        } catch (IOException e) {
            return false;
        }
    }

    static void write(Path file, String content, Optional<Owner> owner) throws IOException {
        byte[] bytes = bytes(content);
        FileTime time = FileTime.from(Instant.now().with(ChronoField.MICRO_OF_SECOND, micros(bytes)));
        Replacement.of(file, bytes, owner, MODE, Optional.of(time));
    }

    /// The marker file of launchers up to 0.1.0, which had length and checksum in it.
    static Path marker(Path file) {
        return file.resolveSibling(LocalConfigSyntax.OLD_MARKER);
    }

    private static boolean isMarked(Path file, byte[] bytes) throws IOException {
        String mark = bytes.length + " " + Long.toHexString(checksum(bytes)) + "\n";
        return Files.readString(marker(file), StandardCharsets.US_ASCII).equals(mark);
    }

    /// With a line break at its end, as the script writes it.
    private static byte[] bytes(String content) {
        return (content + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static int micros(byte[] bytes) {
        return (int) (checksum(bytes) % 1_000_000);
    }

    /// Tells an edit, not an attack.
    private static long checksum(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
    }
}
