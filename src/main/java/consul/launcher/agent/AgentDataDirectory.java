package consul.launcher.agent;

import consul.launcher.config.Origin;
import consul.launcher.config.Sourced;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Where an agent keeps its data, by its own command line and configuration: `data_dir` in an `-hcl` fragment, then
/// the last `-data-dir`, then `data_dir` in a file.
public final class AgentDataDirectory {

    private static final Path NO_DIRECTORY = Path.of("/proc/self/no-directory");

    private AgentDataDirectory() {}

    /// The one that an agent's own arguments name, whatever its files and the launcher's flags say.
    ///
    /// @param arguments what follows `agent` on its command line
    public static Optional<Path> explicit(List<String> arguments) {
        return UserConfiguration.readFragments(arguments)
                .value("data_dir")
                .map(Sourced::value)
                .or(() -> AgentArguments.parse(arguments).last("data-dir"))
                .map(Path::of);
    }

    /// Whether an agent can't do without one. With `-dev` it can.
    ///
    /// @param arguments what follows `agent` on its command line
    public static boolean isNeeded(List<String> arguments) {
        return !AgentArguments.parse(arguments).isDev();
    }

    /// The node id that the agent is given instead of one of its own: `-node-id` or `node_id`.
    ///
    /// @param arguments what follows `agent` on its command line
    public static Optional<String> nodeId(List<String> arguments) {
        return given(arguments, UserConfiguration.readWithoutLocalJson(NO_DIRECTORY, arguments, _ -> {}))
                .find("node-id", "node_id")
                .map(Given::value)
                .filter(value -> !value.isEmpty());
    }

    private static GivenSettings given(List<String> arguments, UserConfiguration configuration) {
        Flag none = Flag.of(Origin.argument(), "");
        return new GivenSettings(
                AgentArguments.parse(arguments),
                new BaseFlags(none, none, NO_DIRECTORY, List.of(), List.of()),
                configuration);
    }

    /// Reads configuration files only where they count: the launcher's own agents have the flag.
    ///
    /// @param arguments what follows `agent` on its command line
    /// @return empty if nothing says so, as with `-dev`
    public static Optional<Path> of(List<String> arguments) {
        AgentArguments parsed = AgentArguments.parse(arguments);
        UserConfiguration configuration = parsed.last("data-dir").isPresent()
                ? UserConfiguration.readFragments(arguments)
                : UserConfiguration.readWithoutLocalJson(NO_DIRECTORY, arguments, _ -> {});
        return given(arguments, configuration)
                .find("data-dir", "data_dir")
                .map(Given::value)
                .filter(value -> !value.isEmpty())
                .map(Path::of);
    }
}
