package consul.launcher.cli;

import consul.launcher.agent.AgentDataDirectory;
import consul.launcher.agent.Flag;
import consul.launcher.agent.Role;
import consul.launcher.agent.ServerMetadata;
import consul.launcher.agent.UserConfiguration;
import consul.launcher.aws.Ec2Api;
import consul.launcher.aws.Ec2ApiAnswer;
import consul.launcher.aws.Ec2ApiFailure;
import consul.launcher.aws.Ec2Instance;
import consul.launcher.config.AgentSettings;
import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.Ec2ApiSettings;
import consul.launcher.config.EntrypointSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.MetadataSettings;
import consul.launcher.config.Problem;
import consul.launcher.config.SecretFiles;
import consul.launcher.config.Sourced;
import consul.launcher.consul.AclRule;
import consul.launcher.consul.AgentSelf;
import consul.launcher.consul.ApiAnswer;
import consul.launcher.consul.ConsulApi;
import consul.launcher.consul.LocalAgent;
import consul.launcher.consul.TlsException;
import consul.launcher.entrypoint.Accounts;
import consul.launcher.entrypoint.Command;
import consul.launcher.entrypoint.Commands;
import consul.launcher.entrypoint.Preparation;
import consul.launcher.entrypoint.Privileges;
import consul.launcher.entrypoint.Self;
import consul.launcher.identity.Identity;
import consul.launcher.identity.IdentitySource;
import consul.launcher.identity.NetworkMode;
import consul.launcher.identity.Wanted;
import consul.launcher.watch.Feature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Looks at what an agent needs, from the outside in: who this instance is, the settings, directories, the EC2 API,
/// ports, and at last the agent itself.
final class Doctor {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Surroundings surroundings;
    private final Environment environment;
    private final List<String> arguments;
    private final boolean agentRuns;
    private final List<Finding> findings = new ArrayList<>();

    /// @param arguments `agent` first
    /// @param agentRuns whether one runs here already
    Doctor(Surroundings surroundings, List<String> arguments, boolean agentRuns) {
        this.surroundings = surroundings;
        this.environment = surroundings.environment();
        this.arguments = List.copyOf(arguments);
        this.agentRuns = agentRuns;
    }

    List<Finding> examine() {
        Identity identity = metadata();
        Set<String> unusable = directories();
        Planned planned = new Planner(knowing(identity)).plan(arguments);
        settings(planned, unusable);
        data(planned, identity);
        rejoining(planned);
        addresses(planned, identity);
        ec2Api(identity);
        ports(planned);
        agent(planned);
        return List.copyOf(findings);
    }

    private Identity metadata() {
        MetadataSettings settings = MetadataSettings.from(environment, _ -> {});
        if (settings.mode() == MetadataSettings.Mode.NONE) {
            findings.add(Finding.skipped("metadata", "not asked: CONSUL_METADATA=none"));
            return Identity.unknown();
        }
        Set<Wanted> wanted =
                EnumSet.of(Wanted.NODE_NAME, Wanted.ADDRESS, Wanted.REGION, Wanted.NODE_META, Wanted.NETWORK_MODE);
        return switch (surroundings.metadata().apply(settings).find(wanted)) {
            case IdentitySource.Found found -> {
                Identity identity = found.identity();
                List<String> known = new ArrayList<>();
                identity.nodeName().ifPresent(name -> known.add(described(name)));
                identity.address().ifPresent(address -> known.add(described(address)));
                identity.region().ifPresent(region -> known.add(described(region)));
                findings.add(Finding.ok("metadata", String.join(", ", known)));
                yield identity;
            }
            case IdentitySource.NotFound none -> {
                findings.add(Finding.problem(
                        "metadata", String.join("; ", none.attempts()), String.join("; or ", none.remedies())));
                yield Identity.unknown();
            }
        };
    }

    private static String described(Sourced<String> value) {
        return value.value() + " (" + value.origin().describe() + ")";
    }

    /// @return the lines of the problems, to be told only once
    private Set<String> directories() {
        List<Problem> problems = new ArrayList<>();
        EntrypointSettings settings = EntrypointSettings.from(environment, _ -> {});
        Command command = Commands.of(arguments, _ -> "");
        Self self;
        try {
            self = Self.read(surroundings.self());
        } catch (UncheckedIOException e) {
            Problem problem = new Problem(String.valueOf(e.getMessage()), "mount /proc in the container");
            findings.add(Finding.problem("directories", problem.what(), problem.remedy()));
            return Set.of(problem.line());
        }
        Accounts accounts = self.isRoot() ? Accounts.read(surroundings.etc()) : Accounts.none();
        Privileges privileges = Privileges.decide(settings, command, self, accounts, environment, _ -> {});
        Preparation.DataDirectory data = Planner.dataDirectory(command);
        Preparation.plan(settings, command, self, privileges, data, Optional.empty(), environment, problems::add);
        if (problems.isEmpty()) {
            findings.add(Finding.ok(
                    "directories",
                    data.explicit().orElse(settings.dataDirectory().value()) + " and "
                            + settings.configDirectory().value()));
        }
        Set<String> lines = new LinkedHashSet<>();
        for (Problem problem : problems) {
            findings.add(Finding.problem("directories", problem.what(), problem.remedy()));
            lines.add(problem.line());
        }
        return lines;
    }

    /// Those that plan what would be started, without asking the metadata service a second time.
    private Surroundings knowing(Identity identity) {
        return new Surroundings(
                environment,
                surroundings.in(),
                surroundings.out(),
                surroundings.err(),
                surroundings.clock(),
                surroundings.etc(),
                surroundings.self(),
                surroundings.interfaces(),
                _ -> _ -> new IdentitySource.Found(identity),
                surroundings.runner(),
                Optional.empty());
    }

    private void settings(Planned planned, Set<String> told) {
        boolean fine = true;
        if (planned instanceof Planned.Refused refused) {
            for (String line : refused.problems()) {
                if (!told.contains(line)) {
                    findings.add(Finding.problem("settings", line, ""));
                    fine = false;
                }
            }
        }
        if (fine) {
            findings.add(Finding.ok(
                    "settings",
                    "of " + arguments.getFirst() + (role(planned) == Role.SERVER ? " as a server" : " as a client")));
        }
    }

    private void data(Planned planned, Identity identity) {
        if (planned instanceof Planned.Ready ready) {
            AgentDataDirectory.of(ready.plan().agentArguments())
                    .flatMap(data -> DataOwner.mismatch(data, identity))
                    .ifPresent(problem -> findings.add(Finding.problem("data", problem.what(), problem.remedy())));
        }
    }

    private void rejoining(Planned planned) {
        if (planned instanceof Planned.Ready ready && !agentRuns) {
            for (String warning : ready.plan().warnings()) {
                if (ServerMetadata.isSource(warning)) {
                    findings.add(Finding.problem("data", warning, ""));
                }
            }
        }
    }

    /// Of a launch that is refused too, for its directories for example.
    private Role role(Planned planned) {
        Optional<Role> role =
                planned instanceof Planned.Ready ready ? ready.plan().role() : Optional.empty();
        return role.orElseGet(() -> Planner.role(AgentSettings.from(environment), agentArguments(), configuration()));
    }

    private List<String> agentArguments() {
        return arguments.subList(1, arguments.size());
    }

    private UserConfiguration configuration() {
        EntrypointSettings settings = EntrypointSettings.from(environment, _ -> {});
        return UserConfiguration.read(
                settings.localConfig(), settings.configDirectory().value(), agentArguments(), _ -> {});
    }

    /// By the tag others find the address of the instance's first interface; by IPv6 those of all.
    private void addresses(Planned planned, Identity identity) {
        AgentSettings settings = AgentSettings.from(environment);
        boolean lost = planned instanceof Planned.Ready ready
                && ready.plan().role().filter(Role.SERVER::equals).isPresent()
                && settings.tag().isPresent()
                && settings.retryJoin().isEmpty()
                && identity.networkMode() == NetworkMode.AWSVPC
                && identity.address()
                        .filter(own -> own.value().indexOf(':') < 0)
                        .isPresent();
        if (lost) {
            findings.add(Finding.problem(
                    "tag",
                    "in awsvpc mode a server has an address of its own, and the tag leads to its instance's",
                    "use host mode, or a name that leads to the servers in CONSUL_RETRY_JOIN"));
        }
    }

    private void ec2Api(Identity identity) {
        AgentSettings settings = AgentSettings.from(environment);
        if (settings.tag().isEmpty()) {
            boolean wrong = settings.isSet(AgentSettings.TAG_KEY) || settings.isSet(AgentSettings.TAG_VALUE);
            findings.add(Finding.skipped(
                    "EC2 API",
                    wrong ? "not asked before TAG_KEY and TAG_VALUE are both set" : "not needed: TAG_KEY is not set"));
            return;
        }
        AgentSettings.Tag tag = settings.tag().get();
        Optional<Sourced<String>> region = settings.region().or(identity::region);
        if (region.isEmpty()) {
            findings.add(Finding.problem("EC2 API", "the region isn't known", "set AWS_REGION"));
            return;
        }
        List<Problem> problems = new ArrayList<>();
        Ec2ApiSettings where = Ec2ApiSettings.from(
                environment,
                problems::add,
                problem -> findings.add(Finding.problem("EC2 API", problem.what(), problem.remedy())));
        if (!problems.isEmpty()) {
            // They are told with the settings.
            findings.add(Finding.skipped("EC2 API", "not asked before the settings are right"));
            return;
        }
        try (Ec2Api api = Ec2Api.of(where, region.get().value(), environment)) {
            Optional<Ec2ApiFailure> refusal = api.checkPermission();
            if (refusal.isPresent()) {
                findings.add(Finding.problem("EC2 API", refusal.get().line(), ""));
                return;
            }
            findings.add(Finding.ok("EC2 API", "ec2:DescribeInstances is allowed at " + api.endpoint()));
            tagged(
                    tag,
                    api.byTag(
                            tag.key(), tag.value(), EnumSet.of(Ec2Instance.State.PENDING, Ec2Instance.State.RUNNING)));
        } catch (IllegalArgumentException e) {
            findings.add(Finding.problem("EC2 API", String.valueOf(e.getMessage()), "correct AWS_REGION"));
        }
    }

    private void tagged(AgentSettings.Tag tag, Ec2ApiAnswer answer) {
        String name = tag.key() + "=" + tag.value();
        switch (answer) {
            case Ec2ApiAnswer.Instances instances
            when instances.all().isEmpty() ->
                findings.add(Finding.problem(
                        "tag",
                        "no running instance carries " + name,
                        "correct TAG_KEY and TAG_VALUE (upper and lower case count), or tag the instances: in the"
                                + " autoscaling group with PropagateAtLaunch"));
            case Ec2ApiAnswer.Instances instances ->
                findings.add(Finding.ok("tag", instances.all().size() + " running with " + name));
            case Ec2ApiFailure failure -> findings.add(Finding.problem("tag", failure.line(), ""));
        }
    }

    private void token(ConsulApi agent, Set<Feature> features) {
        if (features.isEmpty()) {
            return;
        }
        String node = agent.self() instanceof ApiAnswer.Ok<AgentSelf>(AgentSelf self) ? self.nodeName() : "";
        ApiAnswer<Set<AclRule>> lacking = agent.lacking(Feature.rules(features), node);
        findings.add(
                switch (lacking) {
                    case ApiAnswer.Ok<Set<AclRule>>(Set<AclRule> rules)
                    when rules.isEmpty() ->
                        Finding.ok("token", "has the ACL rules that the launcher needs, or there are no ACLs");
                    case ApiAnswer.Ok<Set<AclRule>>(Set<AclRule> rules) ->
                        Finding.problem("token", Feature.withoutRules(features, rules), Feature.REMEDY);
                    case ApiAnswer.Denied<Set<AclRule>> _ ->
                        Finding.problem("token", Feature.withUnknownToken(features), Feature.REMEDY);
                    case ApiAnswer.Unreachable<?> _, ApiAnswer.Foreign<?> _, ApiAnswer.Refused<?> _ ->
                        Finding.skipped("token", "its ACL rules can't be looked at: " + lacking.describe());
                });
    }

    private void ports(Planned planned) {
        if (agentRuns) {
            findings.add(Finding.skipped("ports", "in use by the agent that runs here"));
            return;
        }
        if (!(planned instanceof Planned.Ready ready)) {
            findings.add(Finding.skipped("ports", "not known before the settings are right"));
            return;
        }
        List<Flag> flags = ready.plan().flags();
        boolean server = role(planned) == Role.SERVER;
        List<String> taken = FreePorts.taken(
                server,
                server && hasGrpcTls(),
                FreePorts.address(flags, "-bind", "0.0.0.0"),
                FreePorts.address(flags, "-client", "127.0.0.1"));
        findings.add(
                taken.isEmpty()
                        ? Finding.ok("ports", "Consul's default ports are free")
                        : Finding.problem(
                                "ports",
                                "in use: " + String.join(", ", taken),
                                "find out who listens there (ss -lntup on the host), often another Consul, and stop it"));
    }

    /// Servers listen at 8503 since Consul 1.14, unless they are told otherwise.
    private boolean hasGrpcTls() {
        if (configuration().value("ports.grpc_tls").isPresent()
                || agentArguments().stream().anyMatch(word -> word.contains("-grpc-tls-port"))) {
            return false;
        }
        try {
            String version =
                    surroundings.runner().run(List.of("consul", "version")).output();
            Matcher numbers = Pattern.compile("Consul v(\\d{1,4})\\.(\\d{1,4})").matcher(version);
            return numbers.lookingAt()
                    && Integer.parseInt(numbers.group(1)) * 10_000 + Integer.parseInt(numbers.group(2)) >= 10_014;
        } catch (IOException e) {
            return false;
        }
    }

    private void agent(Planned planned) {
        List<Problem> problems = new ArrayList<>();
        ConsulApiSettings settings = ConsulApiSettings.from(environment, new SecretFiles(), problems::add);
        if (!problems.isEmpty()) {
            // They are told already.
            findings.add(Finding.skipped("agent", "not asked before the settings are right"));
            return;
        }
        try (LocalAgent agent = new LocalAgent(AgentLocator.find(settings), settings, TIMEOUT)) {
            ApiAnswer<String> leader = agent.leader();
            if (!(leader instanceof ApiAnswer.Ok<String> ok)) {
                findings.add(Finding.problem(
                        "agent",
                        leader.describe(),
                        "start it and look at its log; if it listens elsewhere, set CONSUL_HTTP_ADDR; for HTTPS,"
                                + " CONSUL_CACERT"));
                findings.add(Finding.skipped("leader", "not known without the agent"));
                return;
            }
            findings.add(Finding.ok("agent", "answers at " + agent.address()));
            findings.add(
                    ok.value().isEmpty()
                            ? Finding.problem(
                                    "leader",
                                    "the agent knows none",
                                    "see 'consul members': no server there means it hasn't joined (tag, security group:"
                                            + " TCP 8300, TCP and UDP 8301); too few servers means no quorum")
                            : Finding.ok("leader", ok.value()));
            if (!ok.value().isEmpty()) {
                token(new ConsulApi(agent), Watching.features(role(planned), environment));
            }
        } catch (TlsException e) {
            findings.add(Finding.problem("agent", String.valueOf(e.getMessage()), "correct the CONSUL_… variables"));
        }
    }
}
