package consul.launcher.agent;

import java.util.List;

/// Secrets that are written for Consul.
///
/// @param json a piece of Consul's configuration; never printed
/// @param origins what is in it and where it came from, for people
public record PassedSecrets(String json, List<String> origins) {

    public PassedSecrets {
        origins = List.copyOf(origins);
    }

    @Override
    public String toString() {
        return String.join(", ", origins);
    }
}
