package consul.launcher.cli;

import consul.launcher.agent.AgentDataDirectory;
import consul.launcher.agent.Role;
import consul.launcher.aws.Pace;
import consul.launcher.aws.TerminationNotices;
import consul.launcher.config.AgentSettings;
import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.EntrypointSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.Leave;
import consul.launcher.config.Log;
import consul.launcher.config.MetadataSettings;
import consul.launcher.config.Origin;
import consul.launcher.config.SecretFiles;
import consul.launcher.config.Sourced;
import consul.launcher.consul.LocalAgent;
import consul.launcher.consul.OwnNode;
import consul.launcher.identity.Identity;
import consul.launcher.process.AgentControl;
import consul.launcher.process.Companion;
import consul.launcher.recovery.Mode;
import consul.launcher.recovery.Settings;
import consul.launcher.watch.AgentWatch;
import consul.launcher.watch.Feature;
import consul.launcher.watch.LeavePolicy;
import consul.launcher.watch.ReadyFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

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
                    public LocalAgent agent() {
                        var settings = ConsulApiSettings.from(environment, new SecretFiles(), _ -> {});
                        var address = settings.address()
                                .or(() -> AgentLocator.of(plan.agentArguments(), settings.requiresTls()))
                                .orElseGet(() -> AgentLocator.find(settings));
                        return LocalAgent.own(
                                address,
                                environment,
                                () -> own(plan, configured),
                                TIMEOUT,
                                problem -> log.warn(problem.line()));
                    }

                    @Override
                    public Set<Feature> features() {
                        return Watching.features(role, environment);
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
                plan.stopTimeout(),
                log);
    }

    private static OwnNode own(LaunchPlan plan, Path configured) {
        return new OwnNode(
                AgentDataDirectory.nodeId(plan.agentArguments()),
                Optional.of(AgentDataDirectory.of(plan.agentArguments()).orElse(configured)));
    }

    /// What is done to an agent by its API.
    static Set<Feature> features(Role role, Environment environment) {
        Set<Feature> features = EnumSet.noneOf(Feature.class);
        if (role == Role.DEV) {
            return features;
        }
        var settings = AgentSettings.from(environment);
        if (role == Role.SERVER && settings.leave() != Leave.NEVER) {
            features.add(Feature.LEAVE);
        }
        if (role == Role.SERVER && Settings.from(environment, _ -> {}).mode() != Mode.OFF) {
            features.add(Feature.RECOVERY);
        }
        if (settings.tag().isPresent()) {
            features.add(Feature.REJOIN);
        }
        return features;
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
