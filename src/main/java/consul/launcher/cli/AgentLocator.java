package consul.launcher.cli;

import consul.launcher.agent.ApiAddress;
import consul.launcher.agent.UserConfiguration;
import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.ConsulApiSettings.Address;
import consul.launcher.config.Problem;
import consul.launcher.process.RunningAgents;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Finds the local agent's HTTP API: where the variables say, else where the agent that runs here listens, else where
/// it listens by default.
final class AgentLocator {

    private static final Path PROC = Path.of("/proc");
    private static final Path NO_DIRECTORY = Path.of("/proc/self/no-directory");

    private AgentLocator() {}

    static Address find(ConsulApiSettings settings) {
        if (settings.address().isPresent()) {
            return settings.address().get();
        }
        for (List<String> arguments : RunningAgents.arguments(PROC)) {
            Optional<Address> address = of(arguments);
            if (address.isPresent()) {
                return address.get();
            }
        }
        return new Address.Tcp(false, "127.0.0.1", ConsulApiSettings.PORT);
    }

    /// @param arguments what follows `agent`
    static Optional<Address> of(List<String> arguments) {
        Consumer<Problem> nobody = _ -> {};
        return ApiAddress.of(arguments, UserConfiguration.readWithoutLocalJson(NO_DIRECTORY, arguments, nobody));
    }
}
