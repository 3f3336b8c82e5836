package consul.launcher.config;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/// Yes and no in settings: whose setting it is decides how it is written. Empty where a text is neither.
public final class Truth {

    private Truth() {}

    /// In the launcher's own variables: `true` or `1`, `false` or `0`.
    ///
    /// @param word as [Environment#word] gives it
    static Optional<Boolean> ofLauncher(String word) {
        return switch (word) {
            case "true", "1" -> Optional.of(true);
            case "false", "0" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    /// In variables, flags and files of Consul, as Go's `strconv.ParseBool` reads them: `True` is one, `tRUE` isn't.
    /// <https://pkg.go.dev/strconv#ParseBool>
    public static Optional<Boolean> ofGo(String text) {
        return switch (text) {
            case "1", "t", "T", "TRUE", "true", "True" -> Optional.of(true);
            case "0", "f", "F", "FALSE", "false", "False" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    /// In variables of the AWS SDKs: `true` or `false`, in any case.
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html>
    public static Optional<Boolean> ofAws(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    /// The same of a variable that is false where it isn't set, or is neither.
    static boolean ofAws(Environment environment, String name, Consumer<Problem> problems) {
        String value = environment.get(name).orElse("false");
        Optional<Boolean> truth = ofAws(value);
        if (truth.isEmpty()) {
            problems.accept(problem(name, value));
        }
        return truth.orElse(false);
    }

    /// What is said of a text that is neither.
    static Problem problem(String name, String text) {
        return new Problem(name + " is '" + text + "'", "set it to true or false");
    }
}
