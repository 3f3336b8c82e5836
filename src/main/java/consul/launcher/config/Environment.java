package consul.launcher.config;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The environment as a value. The real one enters once, in the outermost place.
public record Environment(Map<String, String> variables) {

    /// What Java makes of bytes that are not UTF-8.
    public static final char UNREADABLE = '\ufffd';

    public Environment {
        variables = Map.copyOf(variables);
    }

    /// The variable's value; an empty one counts as unset, as it does in the official script.
    public Optional<String> get(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isEmpty());
    }

    /// The value of one of the launcher's own variables where that is a word, a number or a time: without white space
    /// around it, in lower case. Empty text where there is nothing but white space.
    public Optional<String> word(String name) {
        String value = variables.get(name);
        return value == null || value.isEmpty()
                ? Optional.empty()
                : Optional.of(value.strip().toLowerCase(Locale.ROOT));
    }

    /// What is wrong with a variable whose bytes are no UTF-8: Java has put U+FFFD in their place, and they are lost.
    public Optional<Problem> unreadable(String name) {
        return get(name).filter(value -> value.indexOf(UNREADABLE) >= 0).map(_ -> notUtf8(name));
    }

    public static Problem notUtf8(String name) {
        return new Problem(name + " has bytes that are not UTF-8", "write it in UTF-8");
    }

    /// Whether the variable exists at all, even if empty.
    public boolean isSet(String name) {
        return variables.containsKey(name);
    }
}
