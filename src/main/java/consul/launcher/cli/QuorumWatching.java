package consul.launcher.cli;

import consul.launcher.agent.Role;
import consul.launcher.aws.Ec2Api;
import consul.launcher.config.AgentSettings;
import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.ConsulApiSettings.Address;
import consul.launcher.config.Ec2ApiSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.Log;
import consul.launcher.config.Origin;
import consul.launcher.config.SecretFiles;
import consul.launcher.config.Sourced;
import consul.launcher.consul.LocalAgent;
import consul.launcher.consul.TlsException;
import consul.launcher.identity.Identity;
import consul.launcher.process.AgentControl;
import consul.launcher.quorum.Cloud;
import consul.launcher.quorum.Membership;
import consul.launcher.quorum.Place;
import consul.launcher.quorum.QuorumWatch;
import consul.launcher.quorum.SteadyClock;
import consul.launcher.recovery.Mode;
import consul.launcher.recovery.Settings;
import consul.launcher.watch.AgentWatch;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Wires what looks after the quorum. Loaded on the watch thread only.
record QuorumWatching(Identity identity, Role role, Environment environment, Path dataDirectory, Log log) {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    Optional<AgentWatch.Quorum> open(LocalAgent agent, AgentControl control) {
        InstantSource clock = new SteadyClock();
        Supplier<Cloud> cloud = cloudOnDemand(clock);
        Optional<Membership> membership = membership(agent, cloud, clock);
        Optional<QuorumWatch> quorum = quorum(agent, control, cloud, clock);
        if (membership.isEmpty() && quorum.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(pulse -> {
            membership.ifPresent(it -> it.look(pulse.hasLeader()));
            quorum.ifPresent(it -> it.look(pulse));
        });
    }

    private Optional<Membership> membership(LocalAgent agent, Supplier<Cloud> cloud, InstantSource clock) {
        AgentSettings settings = AgentSettings.from(environment);
        int servers = role == Role.SERVER ? settings.bootstrapExpect().orElse(1) : 0;
        var parts = new Membership.Parts(instanceId(), agent, servers, cloud, host -> other(agent, host), Math::random);
        return settings.tag().map(_ -> new Membership(parts, clock, log));
    }

    private Optional<QuorumWatch> quorum(
            LocalAgent agent, AgentControl control, Supplier<Cloud> cloud, InstantSource clock) {
        Settings settings = Settings.from(environment, problem -> log.warn(problem.line()));
        if (role != Role.SERVER || settings.mode() == Mode.OFF) {
            return Optional.empty();
        }
        var parts = new QuorumWatch.Parts(
                settings, instanceId(), new Place(dataDirectory), agent, cloud, host -> other(agent, host), control);
        return Optional.of(new QuorumWatch(parts, clock, log));
    }

    private Supplier<Cloud> cloudOnDemand(InstantSource clock) {
        return new Supplier<>() {
            private @Nullable Cloud made;

            @Override
            public Cloud get() {
                Cloud it = made;
                if (it == null) {
                    it = cloud(clock);
                    made = it;
                }
                return it;
            }
        };
    }

    /// Only what EC2 itself said: a name that somebody gave proves nothing.
    private String instanceId() {
        return Optional.ofNullable(identity.nodeMeta().get("instance-id"))
                .or(identity::nodeName)
                .filter(value -> value.origin().kind() == Origin.Kind.METADATA)
                .map(Sourced::value)
                .orElse("");
    }

    private Cloud cloud(InstantSource clock) {
        AgentSettings settings = AgentSettings.from(environment);
        String region =
                settings.region().or(identity::region).map(Sourced::value).orElse("");
        if (region.isEmpty()) {
            log.warn("the EC2 API can't be asked: no region is known; set AWS_REGION");
            return new Cloud(new Cloud.NoRegion(), settings.tag(), clock);
        }
        Ec2Api api =
                Ec2Api.of(Ec2ApiSettings.from(environment, problem -> log.warn(problem.line())), region, environment);
        return new Cloud(Cloud.Api.of(api), settings.tag(), clock);
    }

    /// The other servers' APIs are reached as the own one is.
    private Optional<LocalAgent> other(LocalAgent own, String host) {
        var settings = ConsulApiSettings.from(environment, new SecretFiles(), _ -> {});
        Address address = switch (own.address()) {
            case Address.Tcp tcp -> new Address.Tcp(tcp.https(), host, tcp.port(), tcp.path());
            case Address.Unix _ -> new Address.Tcp(settings.requiresTls(), host, ConsulApiSettings.PORT);
        };
        try {
            return Optional.of(new LocalAgent(address, settings, TIMEOUT));
        } catch (TlsException e) {
            return Optional.empty();
        }
    }
}
