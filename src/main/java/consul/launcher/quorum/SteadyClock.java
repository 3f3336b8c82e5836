package consul.launcher.quorum;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/// The time of day as of its start, going on without a jump, and through a sleep of the machine: a time in which nobody
/// looked must show. `/proc/uptime` counts sleep; the JVM's own clock, the second best, doesn't.
public final class SteadyClock implements InstantSource {

    private final Path uptime;
    private final LongSupplier nanoTime;
    private final Instant start;
    private final OptionalLong startUptime;
    private final long startNanos;

    public SteadyClock() {
        this(Path.of("/proc/uptime"), InstantSource.system(), System::nanoTime);
    }

    SteadyClock(Path uptime, InstantSource wall, LongSupplier nanoTime) {
        this.uptime = uptime;
        this.nanoTime = nanoTime;
        this.start = wall.instant();
        this.startUptime = uptimeMillis();
        this.startNanos = nanoTime.getAsLong();
    }

    @Override
    public Instant instant() {
        OptionalLong now = startUptime.isPresent() ? uptimeMillis() : OptionalLong.empty();
        return now.isPresent()
                ? start.plusMillis(now.getAsLong() - startUptime.getAsLong())
                : start.plus(Duration.ofNanos(nanoTime.getAsLong() - startNanos));
    }

    /// `12345.67 23456.78`: seconds since the machine's start, in hundredths.
    private OptionalLong uptimeMillis() {
        try {
            String text = new String(Files.readAllBytes(uptime), StandardCharsets.US_ASCII);
            int point = text.indexOf('.');
            return OptionalLong.of(Long.parseLong(text.substring(0, point)) * 1000
                    + Long.parseLong(text.substring(point + 1, point + 3)) * 10);
        } catch (IOException | NumberFormatException | StringIndexOutOfBoundsException e) {
            return OptionalLong.empty();
        }
    }
}
