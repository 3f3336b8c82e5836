package consul.launcher.cli;

import consul.launcher.agent.AgentDataDirectory;
import consul.launcher.agent.Role;
import consul.launcher.aws.Pace;
import consul.launcher.aws.TerminationNotices;
import consul.launcher.config.AgentSettings;
import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.EntrypointSettings;
import consul.launcher.config.Log;
import consul.launcher.config.MetadataSettings;
import consul.launcher.config.Origin;
import consul.launcher.config.SecretFiles;
import consul.launcher.config.Sourced;
import consul.launcher.consul.LocalAgent;
import consul.launcher.consul.TlsException;
import consul.launcher.identity.Identity;
import consul.launcher.process.AgentControl;
import consul.launcher.process.Companion;
import consul.launcher.watch.AgentWatch;
import consul.launcher.watch.LeavePolicy;
import consul.launcher.watch.ReadyFile;
import java.time.Duration;
import java.util.Optional;

/// Wires the watch of a supervised agent. Nothing is opened before Consul runs.
final class Watching {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private Watching() {}

    /// @param plan of an agent
    /// @param keepReadiness whether health checks of this container ask about this agent
    static Companion of(LaunchPlan plan, boolean keepReadiness, Surroundings surroundings, Log log) {
        Role role = plan.role().orElseThrow();
        var environment = surroundings.environment();
        // Where the starter looks, wherever Consul has its data.
        var configured =
                EntrypointSettings.from(environment, _ -> {}).dataDirectory().value();
        var identity = new LateIdentity(plan.identity(), surroundings, log);
        return new AgentWatch(
                switch (role) {
                    case SERVER -> LeavePolicy.Role.SERVER;
                    case CLIENT -> LeavePolicy.Role.CLIENT;
                    case DEV -> LeavePolicy.Role.DEV;
                },
                AgentSettings.from(environment).leave(),
                new AgentWatch.Sights() {
                    @Override
                    public LocalAgent agent() throws TlsException {
                        var settings = ConsulApiSettings.from(
                                environment, new SecretFiles(), problem -> log.warn(problem.line()));
                        var address = settings.address()
                                .or(() -> AgentLocator.of(plan.agentArguments(), settings.requiresTls()))
                                .orElseGet(() -> AgentLocator.find(settings));
                        return new LocalAgent(address, settings, TIMEOUT);
                    }

                    @Override
                    public Optional<TerminationNotices> notices() {
                        var settings = MetadataSettings.from(environment, _ -> {});
                        boolean asked = isFromEc2(role == Role.DEV ? plan.identity() : identity.get(settings))
                                || settings.mode() == MetadataSettings.Mode.EC2;
                        return asked && TerminationNotices.possible(settings)
                                ? Optional.of(new TerminationNotices(settings, Pace.real()))
                                : Optional.empty();
                    }

                    @Override
                    public Optional<AgentWatch.Quorum> quorum(LocalAgent agent, AgentControl control) {
                        var data = AgentDataDirectory.of(plan.agentArguments()).orElse(configured);
                        return new QuorumWatching(
                                        identity.get(MetadataSettings.from(environment, _ -> {})),
                                        role,
                                        environment,
                                        data,
                                        log)
                                .open(agent, control);
                    }
                },
                keepReadiness
                        ? new ReadyFile(
                                configured,
                                environment.get(ConsulApiSettings.ADDRESS).orElse(""),
                                surroundings.clock())
                        : ReadyFile.none(),
                log);
    }

    /// Only where EC2 has answered before, since this needn't be EC2.
    private static boolean isFromEc2(Identity identity) {
        return identity.nodeName().filter(Watching::isFromEc2).isPresent()
                || identity.address().filter(Watching::isFromEc2).isPresent()
                || identity.nodeMeta().values().stream().anyMatch(Watching::isFromEc2);
    }

    private static boolean isFromEc2(Sourced<String> value) {
        return value.origin().kind() == Origin.Kind.METADATA
                && value.origin().detail().startsWith("EC2");
    }
}
