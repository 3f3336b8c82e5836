package consul.launcher.agent;

import consul.launcher.config.Truth;
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

    /// As `strconv.Atoi` reads it, within the range of an int here.
    static Optional<Integer> number(String text) {
        try {
            return Optional.of(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
