package consul.launcher.entrypoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringTokenizer;

/// What the launcher itself may do: its effective uid and capabilities.
///
/// @param uid effective uid
/// @param capabilities effective capabilities, bit n is capability number n
public record Self(int uid, long capabilities) {

    private static final int CAP_CHOWN = 0;
    private static final int CAP_KILL = 5;
    private static final int CAP_SETGID = 6;
    private static final int CAP_SETUID = 7;

    /// @param status `/proc/self/status` but for tests
    /// @throws UncheckedIOException if it can't be read: not Linux, or no /proc
    public static Self read(Path status) {
        int uid = -1;
        long capabilities = 0;
        try {
            for (String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("Uid:")) {
                    uid = Integer.parseInt(field(line, 2));
                } else if (line.startsWith("CapEff:")) {
                    capabilities = Long.parseUnsignedLong(field(line, 1), 16);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + status + ": the launcher needs Linux with /proc", e);
        }
        return new Self(uid, capabilities);
    }

    /// A word of a line. A regular expression would do, and cost a millisecond.
    private static String field(String line, int index) {
        StringTokenizer words = new StringTokenizer(line);
        for (int i = 0; i < index; i++) {
            words.nextToken();
        }
        return words.nextToken();
    }

    public boolean isRoot() {
        return uid == 0;
    }

    public boolean canChangeUser() {
        return has(CAP_SETUID) && has(CAP_SETGID);
    }

    public boolean canChangeOwners() {
        return has(CAP_CHOWN);
    }

    /// Whether a signal to another user's process arrives.
    public boolean canSignalOthers() {
        return has(CAP_KILL);
    }

    private boolean has(int capability) {
        return (capabilities & (1L << capability)) != 0;
    }
}
