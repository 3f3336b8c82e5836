package consul.launcher.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/// Secrets that are mounted as files, as ECS and Docker do it: the variable names the file.
public final class SecretFiles {

    /// No secret that Consul takes is longer.
    private static final long LONGEST = 64 * 1024;

    /// The variable's value without the line break at its end that a secret has which was stored from a file.
    static Optional<String> value(Environment environment, String variable, Consumer<Problem> problems) {
        return environment
                .get(variable)
                .map(SecretFiles::withoutLineBreak)
                .filter(value -> !value.isEmpty())
                .flatMap(value -> checked(variable, value, problems));
    }

    private static String withoutLineBreak(String text) {
        int end = text.endsWith("\r\n") ? 2 : text.endsWith("\n") ? 1 : 0;
        return text.substring(0, text.length() - end);
    }

    /// No HTTP header can have a control character, and no secret of Consul's has one.
    private static Optional<String> checked(String variable, String secret, Consumer<Problem> problems) {
        for (int i = 0; i < secret.length(); i++) {
            if (Character.isISOControl(secret.charAt(i)) || secret.charAt(i) == Environment.UNREADABLE) {
                problems.accept(new Problem(
                        variable + " has a control character at position " + (i + 1) + ", or bytes that are not UTF-8",
                        "give the secret alone, in one line"));
                return Optional.empty();
            }
        }
        return Optional.of(secret);
    }

    /// The file's text without the white space around it; a file that can't be read, is empty or has more than 64 KiB
    /// is a problem.
    public Optional<String> read(String variable, Path file, Consumer<Problem> problems) {
        try {
            if (Files.size(file) > LONGEST) {
                problems.accept(
                        new Problem(variable + ": " + file + " is longer than any secret", "name another file"));
                return Optional.empty();
            }
            String text = Files.readString(file).strip();
            if (!text.isEmpty()) {
                return checked(variable, text, problems);
            }
            problems.accept(new Problem(variable + ": " + file + " is empty", "put the secret there"));
        } catch (IOException e) {
            problems.accept(new Problem(
                    variable + ": can't read " + file + " (" + FileTrouble.describe(e) + ")",
                    "mount the secret there, readable for the user that the container starts with"));
        }
        return Optional.empty();
    }
}
