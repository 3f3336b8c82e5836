package consul.launcher.config;

import java.time.Duration;
import java.util.Optional;

/// Durations as people write them in settings: `25`, `25s`, `2m`, `500ms`, `1h`.
public final class Durations {

    private static final Duration LONGEST_TIMEOUT = Duration.ofHours(24);

    private Durations() {}

    /// How long something may take: more than nothing and at most a day; empty if it isn't that.
    public static Optional<Duration> timeout(String text) {
        Optional<Duration> duration = parse(text);
        return duration.isPresent()
                        && duration.get().isPositive()
                        && duration.get().compareTo(LONGEST_TIMEOUT) <= 0
                ? duration
                : Optional.empty();
    }

    /// Whole numbers of at most nine digits, seconds without a unit; empty if it isn't that.
    public static Optional<Duration> parse(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        if (digits == 0 || digits > 9) {
            return Optional.empty();
        }
        long amount = Long.parseLong(text.substring(0, digits));
        return switch (text.substring(digits)) {
            case "ms" -> Optional.of(Duration.ofMillis(amount));
            case "", "s" -> Optional.of(Duration.ofSeconds(amount));
            case "m" -> Optional.of(Duration.ofMinutes(amount));
            case "h" -> Optional.of(Duration.ofHours(amount));
            default -> Optional.empty();
        };
    }
}
