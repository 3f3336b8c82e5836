package consul.launcher.config;

import java.util.Map;
import java.util.Optional;

/// The environment as a value. The real one enters once, in the outermost place.
public record Environment(Map<String, String> variables) {

    public Environment {
        variables = Map.copyOf(variables);
    }

    /// The variable's value; an empty one counts as unset, as it does in the official script.
    public Optional<String> get(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isEmpty());
    }

    /// Whether the variable exists at all, even if empty.
    public boolean isSet(String name) {
        return variables.containsKey(name);
    }
}
