package consul.launcher.entrypoint;

import consul.launcher.config.EntrypointSettings;
import consul.launcher.config.Origin;
import consul.launcher.config.Problem;
import consul.launcher.config.Sourced;
import consul.launcher.config.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringTokenizer;
import java.util.function.Consumer;

/// The `-bind` and `-client` flags that the variables ask for (rules 2-6).
///
/// @param bind the words for `-bind`, empty if no variable is set
/// @param client the words for `-client`, empty if no variable is set
/// @param notices what was found out on the way, for the log
public record Addresses(
        Optional<Sourced<List<String>>> bind, Optional<Sourced<List<String>>> client, List<String> notices) {

    /// The network interfaces of this network namespace.
    public interface Interfaces {
        /// The interface's address for an agent: its first IPv4 one, else its first IPv6 one that isn't link-local.
        Optional<String> address(String name);

        /// The names of the interfaces that exist.
        List<String> names();

        /// Whether an address, IPv4 or IPv6, is one that can be listened on here.
        boolean has(String address);
    }

    /// Reads both.
    ///
    /// @param problems gets an interface without an address, which the script ends with exit code 1 for
    /// @param settingsProblems gets a variable that can't be read
    public static Addresses of(
            EntrypointSettings settings,
            Interfaces interfaces,
            Consumer<Problem> problems,
            Consumer<Problem> settingsProblems) {
        List<String> notices = new ArrayList<>(2);
        Optional<Sourced<List<String>>> bind = one(
                "-bind",
                "CONSUL_BIND",
                settings.bind(),
                settings.bindInterface(),
                interfaces,
                notices::add,
                problems,
                settingsProblems);
        Optional<Sourced<List<String>>> client = one(
                "-client",
                "CONSUL_CLIENT",
                settings.client(),
                settings.clientInterface(),
                interfaces,
                notices::add,
                problems,
                settingsProblems);
        return new Addresses(bind, client, List.copyOf(notices));
    }

    private static Optional<Sourced<List<String>>> one(
            String flag,
            String variable,
            Optional<String> flags,
            Optional<String> interfaceName,
            Interfaces interfaces,
            Consumer<String> notices,
            Consumer<Problem> problems,
            Consumer<Problem> settingsProblems) {
        if (flags.isPresent()) {
            return words(flag, variable, flags.get(), settingsProblems)
                    .map(words -> new Sourced<>(words, Origin.variable(variable)));
        }
        List<String> names = words(interfaceName.orElse(""));
        for (String name : names) {
            Optional<String> address = interfaces.address(name);
            if (address.isPresent()) {
                notices.accept("interface '" + name + "' has address " + address.get() + ", used as " + flag);
                return Optional.of(
                        new Sourced<>(List.of(flag + "=" + address.get()), Origin.variable(variable + "_INTERFACE")));
            }
        }
        if (!names.isEmpty()) {
            problems.accept(new Problem(
                    "Could not find IP for interface '" + String.join(" ", names) + "', exiting",
                    "interfaces here: " + String.join(", ", interfaces.names()) + "; set " + variable
                            + "_INTERFACE to one that has an address"));
        }
        return Optional.empty();
    }

    /// The words of an interface variable, which the script splits at white space.
    private static List<String> words(String names) {
        List<String> words = new ArrayList<>(1);
        for (StringTokenizer rest = new StringTokenizer(names); rest.hasMoreTokens(); ) {
            words.add(rest.nextToken());
        }
        return words;
    }

    private static Optional<List<String>> words(
            String flag, String variable, String value, Consumer<Problem> problems) {
        try {
            List<String> words = Words.split(value);
            if (words.isEmpty()) {
                return Optional.empty();
            }
            boolean isFlags = words.getFirst().startsWith("-");
            // Consul's -client takes a list separated by spaces, so a bare value is one value however many words it
            // has.
            return Optional.of(isFlags ? words : List.of(flag + "=" + String.join(" ", words)));
        } catch (IllegalArgumentException e) {
            problems.accept(new Problem(
                    variable + " can't be split into words: " + e.getMessage(),
                    "give whole flags such as " + flag + "=10.0.0.1, or a bare address"));
            return Optional.empty();
        }
    }
}
