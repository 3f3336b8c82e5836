package consul.launcher.cli;

import consul.launcher.agent.AgentDataDirectory;
import consul.launcher.agent.ApiAddress;
import consul.launcher.agent.UserConfiguration;
import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.ConsulApiSettings.Address;
import consul.launcher.config.Problem;
import consul.launcher.process.RunningAgents;
import consul.launcher.quorum.Place;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Finds the local agent: its HTTP API, where the variables say, else where the agent that runs here listens, else
/// where it listens by default; and its data.
final class AgentLocator {

    private static final Path PROC = Path.of("/proc");
    private static final Path NO_DIRECTORY = Path.of("/proc/self/no-directory");

    private AgentLocator() {}

    static Address find(ConsulApiSettings settings) {
        if (settings.address().isPresent()) {
            return settings.address().get();
        }
        for (List<String> arguments : RunningAgents.arguments(PROC)) {
            Optional<Address> address = of(arguments, settings.requiresTls());
            if (address.isPresent()) {
                return address.get();
            }
        }
        return new Address.Tcp(settings.requiresTls(), "127.0.0.1", ConsulApiSettings.PORT);
    }

    /// Where the launcher that supervises a server here keeps what it knows of the quorum: where the only agent that
    /// runs was told to have its data, if there is something there; else in the configured directory.
    ///
    /// @param proc `/proc` but for tests
    static Path dataDirectory(Path configured, Path proc) {
        Set<Path> kept = new HashSet<>();
        for (List<String> arguments : RunningAgents.arguments(proc)) {
            AgentDataDirectory.of(arguments).filter(AgentLocator::isKept).ifPresent(kept::add);
        }
        return kept.size() == 1 && !kept.contains(configured) ? kept.iterator().next() : configured;
    }

    private static boolean isKept(Path data) {
        return Files.isDirectory(new Place(data).own());
    }

    /// @param arguments what follows `agent`
    /// @param requiresTls whether to speak TLS whatever the agent offers besides
    static Optional<Address> of(List<String> arguments, boolean requiresTls) {
        Consumer<Problem> nobody = _ -> {};
        return ApiAddress.of(
                arguments, UserConfiguration.readWithoutLocalJson(NO_DIRECTORY, arguments, nobody), requiresTls);
    }
}
