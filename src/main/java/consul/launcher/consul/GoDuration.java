package consul.launcher.consul;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;

/// Durations as Go prints them, `1m30.5s` or `15.2µs` for example: <https://pkg.go.dev/time#Duration.String>
final class GoDuration {

    private GoDuration() {}

    /// @return empty if it is none, `never` for example
    static Optional<Duration> parse(String text) {
        if (text.equals("0")) {
            return Optional.of(Duration.ZERO);
        }
        Duration sum = Duration.ZERO;
        int at = 0;
        while (at < text.length()) {
            int number = at;
            while (at < text.length() && (isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
                at++;
            }
            int unit = at;
            while (at < text.length() && !isDigit(text.charAt(at)) && text.charAt(at) != '.') {
                at++;
            }
            long nanos = nanos(text.substring(unit, at));
            // Consul's numbers are short; longer ones are not worth the work.
            if (nanos == 0 || number == unit || unit - number > 20) {
                return Optional.empty();
            }
            try {
                sum = sum.plusNanos(new BigDecimal(text.substring(number, unit))
                        .multiply(BigDecimal.valueOf(nanos))
                        .setScale(0, RoundingMode.DOWN)
                        .longValueExact());
            } catch (ArithmeticException | NumberFormatException e) {
                return Optional.empty();
            }
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(sum);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static long nanos(String unit) {
        return switch (unit) {
            case "h" -> 3_600_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "s" -> 1_000_000_000L;
            case "ms" -> 1_000_000L;
            // Micro sign and Greek mu.
            case "us", "\u00b5s", "\u03bcs" -> 1_000L;
            case "ns" -> 1L;
            default -> 0L;
        };
    }
}
