package consul.launcher.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The variables of the official script and the launcher's own about how Consul is run.
///
/// @param bind `CONSUL_BIND`, whole flags or a bare address
/// @param bindInterface `CONSUL_BIND_INTERFACE`
/// @param client `CONSUL_CLIENT`, whole flags or a bare address
/// @param clientInterface `CONSUL_CLIENT_INTERFACE`
/// @param dataDirectory `CONSUL_DATA_DIR`
/// @param configDirectory `CONSUL_CONFIG_DIR`
/// @param localConfig `CONSUL_LOCAL_CONFIG`, JSON; may hold secrets
/// @param managesPermissions whether `CONSUL_DISABLE_PERM_MGMT` is absent; set but empty disables too
/// @param user `CONSUL_UID`, a number or a name
/// @param group `CONSUL_GID`, a number or a name
/// @param allowsPrivilegedPorts whether `CONSUL_ALLOW_PRIVILEGED_PORTS` is set, even if empty
/// @param mode `CONSUL_LAUNCHER_MODE`
/// @param stopTimeout `CONSUL_STOP_TIMEOUT`: how long Consul has to end after a stop signal before it is killed; a
///     day at most
public record EntrypointSettings(
        Optional<String> bind,
        Optional<String> bindInterface,
        Optional<String> client,
        Optional<String> clientInterface,
        Sourced<Path> dataDirectory,
        Sourced<Path> configDirectory,
        Optional<String> localConfig,
        boolean managesPermissions,
        Optional<String> user,
        Optional<String> group,
        boolean allowsPrivilegedPorts,
        Mode mode,
        Duration stopTimeout) {

    /// How an agent is run; every other command is always exec'd.
    public enum Mode {
        /// Consul is the launcher's child.
        SUPERVISE,
        /// Consul takes the launcher's place.
        EXEC
    }

    private static final String MODE = "CONSUL_LAUNCHER_MODE";
    private static final String STOP_TIMEOUT = "CONSUL_STOP_TIMEOUT";

    /// Below the 30 s that ECS gives a container by default (`stopTimeout`).
    private static final Duration DEFAULT_STOP_TIMEOUT = Duration.ofSeconds(25);

    /// Reads the variables; what is wrong goes to `problems`, with a usable value in its place.
    public static EntrypointSettings from(Environment environment, Consumer<Problem> problems) {
        Mode mode = mode(environment, problems);
        Consumer<Problem> ignored = _ -> {};
        return new EntrypointSettings(
                environment.get("CONSUL_BIND"),
                environment.get("CONSUL_BIND_INTERFACE"),
                environment.get("CONSUL_CLIENT"),
                environment.get("CONSUL_CLIENT_INTERFACE"),
                directory(environment, "CONSUL_DATA_DIR", "/consul/data"),
                directory(environment, "CONSUL_CONFIG_DIR", "/consul/config"),
                environment.get("CONSUL_LOCAL_CONFIG"),
                !environment.isSet("CONSUL_DISABLE_PERM_MGMT"),
                environment.get("CONSUL_UID"),
                environment.get("CONSUL_GID"),
                environment.isSet("CONSUL_ALLOW_PRIVILEGED_PORTS"),
                mode,
                // Nobody waits for what has taken the launcher's place.
                stopTimeout(environment, mode == Mode.EXEC ? ignored : problems));
    }

    /// The variables that make `-bind` and `-client`, as far as they are set and not empty.
    public static List<String> addressNames(Environment environment) {
        List<String> names = new ArrayList<>();
        for (String name :
                List.of("CONSUL_BIND", "CONSUL_BIND_INTERFACE", "CONSUL_CLIENT", "CONSUL_CLIENT_INTERFACE")) {
            if (environment.get(name).isPresent()) {
                names.add(name);
            }
        }
        return names;
    }

    /// The same for a start that goes on without `CONSUL_LOCAL_CONFIG`.
    public EntrypointSettings withoutLocalConfig() {
        return new EntrypointSettings(
                bind,
                bindInterface,
                client,
                clientInterface,
                dataDirectory,
                configDirectory,
                Optional.empty(),
                managesPermissions,
                user,
                group,
                allowsPrivilegedPorts,
                mode,
                stopTimeout);
    }

    private static Sourced<Path> directory(Environment environment, String name, String otherwise) {
        String value = environment.get(name).orElse(null);
        return value == null
                ? new Sourced<>(Path.of(otherwise), Origin.byDefault("the official image's " + name))
                : new Sourced<>(Path.of(value), Origin.variable(name));
    }

    private static Mode mode(Environment environment, Consumer<Problem> problems) {
        return switch (environment.word(MODE).orElse("supervise")) {
            case "supervise" -> Mode.SUPERVISE;
            case "exec" -> Mode.EXEC;
            default -> {
                String value = environment.get(MODE).orElse("");
                problems.accept(new Problem(MODE + " is '" + value + "'", "set it to supervise (the default) or exec"));
                yield Mode.SUPERVISE;
            }
        };
    }

    private static Duration stopTimeout(Environment environment, Consumer<Problem> problems) {
        String word = environment.word(STOP_TIMEOUT).orElse(null);
        if (word == null) {
            return DEFAULT_STOP_TIMEOUT;
        }
        Optional<Duration> timeout = Durations.timeout(word);
        if (timeout.isEmpty()) {
            String value = environment.get(STOP_TIMEOUT).orElse("");
            problems.accept(new Problem(
                    STOP_TIMEOUT + " is '" + value + "'", "give seconds, such as 25s, fewer than the container has"));
        }
        return timeout.orElse(DEFAULT_STOP_TIMEOUT);
    }
}
