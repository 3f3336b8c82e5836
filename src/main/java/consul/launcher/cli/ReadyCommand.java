package consul.launcher.cli;

import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.Log;
import consul.launcher.config.Problem;
import consul.launcher.config.SecretFiles;
import consul.launcher.consul.LocalAgent;
import consul.launcher.consul.Readiness;
import consul.launcher.consul.TlsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `ready [--voter]`: exit code 0 if the local agent can be used, else 1 and one line why.
final class ReadyCommand {

    static final String VOTER = "--voter";

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Surroundings surroundings;
    private final Log log;

    ReadyCommand(Surroundings surroundings, Log log) {
        this.surroundings = surroundings;
        this.log = log;
    }

    int run(List<String> options) {
        boolean voter = options.equals(List.of(VOTER));
        if (!voter && !options.isEmpty()) {
            log.error("usage: consul-launcher ready [--voter]");
            return CommandLine.USAGE;
        }
        Optional<ConsulApiSettings> settings = settings();
        if (settings.isEmpty()) {
            return CommandLine.CONFIGURATION;
        }
        return switch (check(settings.get(), voter)) {
            case Readiness.Ready _ -> 0;
            case Readiness.NotReady not -> {
                surroundings.out().println("not ready: " + not.why());
                surroundings.out().flush();
                yield 1;
            }
        };
    }

    /// The settings, or nothing and a line per problem.
    Optional<ConsulApiSettings> settings() {
        List<Problem> problems = new ArrayList<>();
        ConsulApiSettings settings =
                ConsulApiSettings.from(surroundings.environment(), new SecretFiles(), problems::add);
        problems.forEach(problem -> log.error(problem.line()));
        return problems.isEmpty() ? Optional.of(settings) : Optional.empty();
    }

    static Readiness check(ConsulApiSettings settings, boolean voter) {
        try (LocalAgent agent = new LocalAgent(AgentLocator.find(settings), settings, TIMEOUT)) {
            return voter ? Readiness.ofVoter(agent) : Readiness.of(agent);
        } catch (TlsException e) {
            return new Readiness.NotReady(String.valueOf(e.getMessage()));
        }
    }
}
