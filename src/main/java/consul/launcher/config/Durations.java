package consul.launcher.config;

import java.time.Duration;
import java.util.Optional;

/// Durations as people write them in settings: `25`, `25s`, `2m`, `500ms`, `1h`.
public final class Durations {

    private static final Duration LONGEST = Duration.ofHours(24);

    private Durations() {}

    /// More than nothing and at most a day; empty if it isn't that.
    public static Optional<Duration> parse(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        if (digits == 0 || digits > 9) {
            return Optional.empty();
        }
        long amount = Long.parseLong(text.substring(0, digits));
        Duration duration = switch (text.substring(digits)) {
            case "ms" -> Duration.ofMillis(amount);
            case "", "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ZERO;
        };
        return duration.isPositive() && duration.compareTo(LONGEST) <= 0 ? Optional.of(duration) : Optional.empty();
    }
}
