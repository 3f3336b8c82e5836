package consul.launcher.entrypoint;

import consul.launcher.entrypoint.Step.Owner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32;

/// `local.json` in the configuration directory (rule 9). A marker file beside it, which Consul doesn't read, remembers
/// that the launcher wrote it and with what content, so that only an own and unchanged file is ever removed. A CRC is
/// enough for that: it tells an edit, not an attack.
public final class LocalConfig {

    public static final String NAME = "local.json";

    private static final String MODE = "rw-r-----";

    private static final String MARKER = ".local.json.launcher";

    private LocalConfig() {}

    /// Whether the launcher wrote the file and nobody changed it since.
    public static boolean isOwn(Path file) {
        try {
            return Files.readString(marker(file), StandardCharsets.US_ASCII).equals(mark(Files.readAllBytes(file)));
        } catch (IOException e) {
            return false;
        }
    }

    static void write(Path file, String content, Optional<Owner> owner) throws IOException {
        // With a line break at its end, as the script writes it.
        byte[] bytes = (content + "\n").getBytes(StandardCharsets.UTF_8);
        // The marker first: a crash between the two leaves a file that doesn't match, which is never removed.
        Replacement.of(marker(file), mark(bytes).getBytes(StandardCharsets.US_ASCII), owner, MODE);
        Replacement.of(file, bytes, owner, MODE);
    }

    static void remove(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(marker(file));
    }

    private static Path marker(Path file) {
        return file.resolveSibling(MARKER);
    }

    private static String mark(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return bytes.length + " " + Long.toHexString(crc.getValue()) + "\n";
    }
}
