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

    /// As `strconv.Atoi` reads it, within the range of an int here.
    static Optional<Integer> number(String text) {
        try {
            return Optional.of(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
