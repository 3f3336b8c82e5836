package consul.launcher.consul;

import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.Listing;
import consul.launcher.config.Problem;
import consul.launcher.config.SecretFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The settings of the agent's API, read again when a file that they name has changed: tokens and certificates are made
/// after the start, and rotate.
final class LiveSettings {

    private static final List<String> FILES = List.of(
            "CONSUL_HTTP_TOKEN_FILE", "CONSUL_CACERT", "CONSUL_CAPATH", "CONSUL_CLIENT_CERT", "CONSUL_CLIENT_KEY");

    private final Environment environment;
    private final Consumer<Problem> problems;
    private Optional<String> seen = Optional.empty();

    /// @param problems gets what is wrong, once per change
    LiveSettings(Environment environment, Consumer<Problem> problems) {
        this.environment = environment;
        this.problems = problems;
    }

    /// The settings, if they aren't those of the last call.
    Optional<ConsulApiSettings> changed() {
        StringBuilder files = new StringBuilder();
        for (String name : FILES) {
            environment.get(name).ifPresent(file -> look(Path.of(file), files));
        }
        // Compared before they are read: a change in between shows the next time.
        String now = files.toString();
        if (seen.isPresent() && seen.get().equals(now)) {
            return Optional.empty();
        }
        seen = Optional.of(now);
        return Optional.of(ConsulApiSettings.from(environment, new SecretFiles(), problems));
    }

    private static void look(Path file, StringBuilder into) {
        into.append(file).append(' ');
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            into.append(attributes.fileKey())
                    .append(' ')
                    .append(attributes.lastModifiedTime())
                    .append(' ')
                    .append(attributes.size());
            if (attributes.isDirectory()) {
                Listing.of(file).forEach(each -> look(each, into));
            }
        } catch (IOException e) {
            into.append(e);
        }
        into.append('\n');
    }
}
