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
                return Optional.of(text);
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
