package consul.launcher.agent;

import consul.launcher.config.Truth;
import java.time.Duration;
import java.util.Optional;

/// Go's spellings, where Consul takes them from the command line.
final class GoText {

    private GoText() {}

    /// As `strconv.ParseBool` reads it.
    static Optional<Boolean> truth(String text) {
        return Truth.ofGo(text);
    }

    /// As JSON and HCL write whole numbers: also `3.0`, `3e0`, `0x3` and, as Go has it, `03`.
    static Optional<Integer> writtenNumber(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative ? text.substring(1) : text;
        try {
            boolean prefixed = digits.length() > 1 && digits.charAt(0) == '0' && digits.indexOf('.') < 0;
            double value = prefixed ? Integer.decode(digits) : Double.parseDouble(digits);
            int whole = (int) value;
            return whole == value ? Optional.of(negative ? -whole : whole) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /// As `time.ParseDuration` reads it, to the second and without a sign: `168h`, `1h30m`, `0.5h`.
    static Optional<Duration> duration(String text) {
        double seconds = 0;
        int at = 0;
        while (at < text.length()) {
            int begin = at;
            while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
                at++;
            }
            int unit = at;
            while (at < text.length() && Character.isLetter(text.charAt(at))) {
                at++;
            }
            double size = secondsOf(text.substring(unit, at));
            try {
                seconds += Double.parseDouble(text.substring(begin, unit)) * size;
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
            if (size == 0) {
                return Optional.empty();
            }
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(Duration.ofSeconds((long) Math.min(seconds, 1e10)));
    }

    /// 0 for what is no unit.
    private static double secondsOf(String unit) {
        return switch (unit) {
            case "h" -> 3600;
            case "m" -> 60;
            case "s" -> 1;
            case "ms" -> 1e-3;
            case "us", "µs", "μs" -> 1e-6;
            case "ns" -> 1e-9;
            default -> 0;
        };
    }

    /// As `strconv.Atoi` reads it, within the range of an int here.
    static Optional<Integer> number(String text) {
        try {
            return Optional.of(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
