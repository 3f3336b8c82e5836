package consul.launcher.config;

import java.io.PrintStream;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/// The launcher's log: one line per event in Consul's own form, so that one parser reads both:
/// `2026-11-22T21:19:28.850Z [INFO]  launcher: …`. Not slf4j, because its simple binding can't write this form and
/// costs milliseconds before Consul starts; libraries that log through slf4j still do.
public final class Log {

    private final PrintStream out;
    private final InstantSource clock;

    public Log(PrintStream out, InstantSource clock) {
        this.out = out;
        this.clock = clock;
    }

    public void info(String message) {
        write("[INFO]  ", message);
    }

    public void warn(String message) {
        write("[WARN]  ", message);
    }

    public void error(String message) {
        write("[ERROR] ", message);
    }

    /// One call, one write: lines of several threads, or of Consul on the same descriptor, don't mix. Passwords and
    /// tokens in URLs are hidden here once more, since messages of libraries quote variables too.
    private void write(String level, String text) {
        String message = MaskedUrl.inText(text);
        StringBuilder line = new StringBuilder(message.length() + 48);
        time(line, clock.instant());
        line.append(' ').append(level).append("launcher: ");
        for (int i = 0; i < message.length(); i++) {
            char c = message.charAt(i);
            if (c == '\n') {
                line.append("\\n");
            } else {
                line.append(Character.isISOControl(c) ? '?' : c);
            }
        }
        out.print(line.append('\n'));
        out.flush();
    }

    /// By hand: java.time's formatters would load locale data on the way to Consul.
    private static void time(StringBuilder line, Instant instant) {
        LocalDateTime t = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), instant.getNano(), ZoneOffset.UTC);
        padded(line, t.getYear(), 1000).append('-');
        padded(line, t.getMonthValue(), 10).append('-');
        padded(line, t.getDayOfMonth(), 10).append('T');
        padded(line, t.getHour(), 10).append(':');
        padded(line, t.getMinute(), 10).append(':');
        padded(line, t.getSecond(), 10).append('.');
        padded(line, t.getNano() / 1_000_000, 100).append('Z');
    }

    private static StringBuilder padded(StringBuilder line, int value, int smallestFullWidth) {
        for (int width = smallestFullWidth; width > 1 && value < width; width /= 10) {
            line.append('0');
        }
        return line.append(value);
    }
}
