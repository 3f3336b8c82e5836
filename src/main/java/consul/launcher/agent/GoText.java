package consul.launcher.agent;

import java.util.Optional;

/// Go's spellings, where Consul takes them from the command line.
final class GoText {

    private GoText() {}

    /// As `strconv.ParseBool` reads it: `True` is one, `tRUE` isn't.
    static Optional<Boolean> truth(String text) {
        return switch (text) {
            case "1", "t", "T", "TRUE", "true", "True" -> Optional.of(true);
            case "0", "f", "F", "FALSE", "false", "False" -> Optional.of(false);
            default -> Optional.empty();
        };
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
