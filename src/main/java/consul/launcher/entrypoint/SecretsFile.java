package consul.launcher.entrypoint;

import consul.launcher.config.SecretSettings;
import java.util.List;

/// What is to be written for Consul's eyes only.
///
/// @param content JSON; never printed
/// @param origins what is in it and where it came from, for people
public record SecretsFile(String content, List<String> origins) {

    /// In the configuration directory, and nobody else's name.
    public static final String NAME = SecretSettings.FILE;

    public SecretsFile {
        origins = List.copyOf(origins);
    }

    @Override
    public String toString() {
        return String.join(", ", origins);
    }
}
