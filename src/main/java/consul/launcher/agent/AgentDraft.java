package consul.launcher.agent;

import consul.launcher.config.AgentSettings;
import consul.launcher.config.Leave;
import consul.launcher.config.Origin;
import consul.launcher.config.Problem;
import consul.launcher.config.SecretSettings;
import consul.launcher.config.Sourced;
import consul.launcher.identity.Identity;
import consul.launcher.identity.NetworkMode;
import consul.launcher.identity.Wanted;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// The agent command as far as it can be decided before anybody was asked who this instance is: the role, all that is
/// wrong with the settings, and what is still to be asked. Given the answer, it is completed. Pure.
///
/// Explicit beats derived: a flag that an argument, the user's configuration or a stronger source sets is not derived,
/// and a derived flag that loses is not passed at all.
public final class AgentDraft {

    private final AgentSettings settings;
    private final BaseFlags base;
    private final AgentArguments arguments;
    private final GivenSettings given;
    private final Findings findings = new Findings();
    private final Role role;
    /// Whether only the script's flags are added: for `-dev`, and where Consul will print its help.
    private final boolean plain;

    /// Whether all of the user's configuration could be read; if not, there may be anything in it.
    private final boolean understood;

    private final List<Flag> serverFlags;
    private final Optional<Given> node;
    private final Optional<Given> advertise;
    /// The bind address, where Consul would advertise it.
    private final Optional<Given> bind;
    private final Optional<Given> client;
    private final JoinFlags join;

    /// What is to be seen on this machine.
    ///
    /// @param hasAddress whether an address is on one of this network namespace's interfaces
    /// @param hasNodeId whether the data directory has a node id
    public record Host(Predicate<String> hasAddress, boolean hasNodeId) {}

    private AgentDraft(
            AgentSettings settings, List<String> userArguments, UserConfiguration configuration, BaseFlags base) {
        this.settings = settings;
        this.base = base;
        this.arguments = AgentArguments.parse(userArguments);
        this.given = new GivenSettings(arguments, base, configuration);
        boolean dev = arguments.isDev();
        this.plain = dev || arguments.asksForHelp();
        this.node = given.find("node", "node_name");
        this.advertise = given.find("advertise", "advertise_addr");
        this.bind = given.find("bind", "bind_addr").filter(address -> BindAddress.isReachable(address.value()));
        this.client = given.find("client", "client_addr");
        this.join = new JoinFlags(settings, given);
        this.understood = configuration.isComplete();
        if (!understood) {
            findings.warn(String.join("; ", configuration.warnings())
                    + ". So nothing that may be set there is derived from metadata or by default, such as -node,"
                    + " -advertise and -client: correct it, or give those flags");
        }
        judgeNames(base);
        if (plain) {
            this.role = dev ? Role.DEV : Role.CLIENT;
            this.serverFlags = List.of();
            noteIgnoredVariables(dev);
        } else {
            for (AgentSettings.Fault fault : settings.faults()) {
                if (!hasNoEffect(fault.variable())) {
                    findings.problems(List.of(fault.problem()));
                }
            }
            findings.warn(settings.warnings());
            judgeArguments();
            judgeVariable(base.bind());
            judgeVariable(base.client());
            ServerFlags decided = new ServerFlags(settings, given, understood, findings);
            this.role = decided.isServer() ? Role.SERVER : Role.CLIENT;
            this.serverFlags = decided.flags();
        }
    }

    /// @param userArguments what follows `agent`
    public static AgentDraft of(
            AgentSettings settings, List<String> userArguments, UserConfiguration configuration, BaseFlags base) {
        return new AgentDraft(settings, userArguments, configuration, base);
    }

    /// Everything that stops the launch, each with its way out.
    public List<Problem> problems() {
        return findings.problems();
    }

    /// What is known to be doubtful already; [#complete] repeats it.
    public List<String> warnings() {
        return findings.warnings();
    }

    /// Whether nothing is derived: for `-dev`, and where Consul will print its help.
    public boolean isPlain() {
        return plain;
    }

    /// Whether Consul will print its help and end.
    public boolean asksForHelp() {
        return arguments.asksForHelp();
    }

    public Role role() {
        return role;
    }

    /// Why Consul 1.15.3 or newer will refuse to start this server with its data; empty if it won't.
    ///
    /// @param configured the data directory that the launcher gives it, unless it has another one
    public Optional<String> refusalToRejoin(Path configured, Instant now) {
        if (plain || role != Role.SERVER) {
            return Optional.empty();
        }
        Path data = given.find("data-dir", "data_dir")
                .map(Given::value)
                .filter(value -> !value.isEmpty())
                .map(Path::of)
                .orElse(configured);
        return ServerMetadata.refusal(
                data, given.find("", "server_rejoin_age_max").map(Given::value), now);
    }

    /// What must still be asked. Nothing where the name and the address are given: what else could be known isn't worth
    /// a call, since Consul finds its region itself.
    public Set<Wanted> wanted() {
        Set<Wanted> wanted = EnumSet.noneOf(Wanted.class);
        if (plain || (node.isPresent() && advertise.isPresent())) {
            return Collections.unmodifiableSet(wanted);
        }
        if (!understood) {
            return join.wantsRegion() ? Set.of(Wanted.REGION) : Set.of();
        }
        if (node.isEmpty()) {
            wanted.add(Wanted.NODE_NAME);
            if (role == Role.CLIENT) {
                // Each task of an instance may have a client. A server is found by its instance's id: recovery.
                wanted.add(Wanted.TASK_NAME);
            }
        }
        if (advertise.isEmpty()) {
            wanted.add(Wanted.ADDRESS);
        }
        if (join.wantsRegion()) {
            wanted.add(Wanted.REGION);
        }
        wanted.add(Wanted.NODE_META);
        if (networkModeMatters()) {
            wanted.add(Wanted.NETWORK_MODE);
        }
        return Collections.unmodifiableSet(wanted);
    }

    /// Whether a secret of the variables reaches Consul: not where the user's arguments or configuration set it.
    ///
    /// @param key as [SecretSettings.Secret] has it
    public boolean passesSecret(String key) {
        return !plain && explicitSecret(key).isEmpty();
    }

    private Optional<Given> explicitSecret(String key) {
        return switch (key) {
            case "encrypt" -> given.find("encrypt", key);
            // The second is deprecated since Consul 1.4, and still read.
            case "acl.tokens.agent" -> given.find("", key, "acl_agent_token");
            case "acl.tokens.default" -> given.find("", key, "acl_token");
            case "acl.tokens.replication" -> given.find("", key, "acl_replication_token");
            default -> given.find("", key);
        };
    }

    /// The secrets to write for Consul; empty if there are none. One that the user's arguments or configuration set
    /// is left out, with a note.
    public Optional<PassedSecrets> secrets(SecretSettings secretSettings) {
        if (plain) {
            return Optional.empty();
        }
        List<SecretSettings.Secret> passed = new ArrayList<>();
        for (SecretSettings.Secret secret : secretSettings.secrets()) {
            Optional<Given> explicit = explicitSecret(secret.key());
            if (explicit.isPresent()) {
                findings.note(secret.variable() + " not used: " + explicit.get().by());
            } else {
                passed.add(secret);
            }
        }
        if (passed.isEmpty()) {
            return Optional.empty();
        }
        List<String> origins = new ArrayList<>();
        passed.forEach(secret -> origins.add(secret.toString()));
        return Optional.of(new PassedSecrets(SecretConfiguration.json(passed), origins));
    }

    /// The whole command, with what was found out about this instance.
    ///
    /// @param withheld which of `-data-dir` and `-config-dir` is not passed for the settings' directory, and why
    public AgentCommand complete(Identity identity, Host host, Map<String, String> withheld) {
        Findings all = findings.copy();
        List<Flag> flags = new ArrayList<>();
        addDirectory("-data-dir", base.dataDir(), withheld, flags, all);
        addDirectory("-config-dir", base.configDir(), withheld, flags, all);
        flags.addAll(base.bind());
        flags.addAll(base.client());
        if (!plain) {
            flags.addAll(serverFlags);
            String advertised = advertise.map(Given::value).orElse("");
            if (understood) {
                addNode(identity, host.hasNodeId(), flags, all);
                advertised = addAdvertise(identity, host.hasAddress(), flags, all);
            }
            join.add(identity, advertised, flags, all);
            if (understood) {
                addClient(identity, flags, all);
                addNodeMeta(identity, flags, all);
            }
            addLeave(flags, all);
        }
        flags.addAll(arguments.asFlags(Origin.argument()));
        return new AgentCommand(flags, all.notes(), all.warnings());
    }

    private static void addDirectory(
            String name, Flag flag, Map<String, String> withheld, List<Flag> flags, Findings all) {
        String reason = withheld.get(name);
        if (reason == null) {
            flags.add(flag);
        } else {
            all.note(name + " not passed, since this agent can do without: " + reason);
        }
    }

    private void noteIgnoredVariables(boolean dev) {
        if (!settings.names().isEmpty()) {
            findings.note((dev ? "with -dev" : "with -help") + " no flag is derived; not used: "
                    + String.join(", ", settings.names()));
        }
    }

    private void judgeArguments() {
        Optional<String> refusal = arguments.refusal();
        if (refusal.isPresent()) {
            findings.problem(refusal.get(), "write flags as -name=value");
        }
        Optional<String> dev = arguments.last("dev");
        if (dev.isPresent() && GoText.truth(dev.get()).isEmpty()) {
            findings.problem("the argument -dev is '" + dev.get() + "'", "give true or false");
        }
        Optional<Integer> stray = arguments.stray();
        if (stray.isPresent()) {
            findings.warn(
                    "word " + stray.get() + " after agent is no flag, so Consul refuses it, and reads none behind it;"
                            + " switches are written as -server=true");
        }
        warnIfEmpty("node", node, "its host name");
        warnIfEmpty("advertise", advertise, "its bind address");
    }

    private void judgeNames(BaseFlags base) {
        List<String> names = new ArrayList<>(arguments.names());
        for (List<Flag> flags : List.of(base.bind(), base.client())) {
            for (Flag flag : flags) {
                names.addAll(AgentArguments.parse(flag.words()).names());
            }
        }
        for (String name : names) {
            Optional<String> meant = FlagNames.meant(name);
            if (meant.isPresent()) {
                findings.warn("-" + name + " is no flag of Consul's that the launcher knows: did you mean -"
                        + meant.get() + "?");
            }
        }
    }

    /// Whether what the variable would derive is given in another way, so that its value doesn't matter. Elsewhere it
    /// is
    /// noted what beats it.
    private boolean hasNoEffect(String variable) {
        return switch (variable) {
            case AgentSettings.SERVER -> given.find("server", "server").isPresent();
            case AgentSettings.UI ->
                given.find("ui", "ui", "ui_config.enabled").isPresent()
                        || given.find("ui-dir", "ui_dir", "ui_config.dir").isPresent();
            case AgentSettings.BOOTSTRAP_EXPECT ->
                given.find("bootstrap-expect", "bootstrap_expect").isPresent()
                        || given.find("bootstrap", "bootstrap")
                                .flatMap(alone -> GoText.truth(alone.value()))
                                .orElse(false);
            case AgentSettings.TAG_KEY, AgentSettings.TAG_VALUE, AgentSettings.RETRY_JOIN, AgentSettings.REGION ->
                given.findAny("retry-join", "retry_join").isPresent();
            default -> false;
        };
    }

    /// The flags that `CONSUL_BIND` or `CONSUL_CLIENT` holds.
    private void judgeVariable(List<Flag> flags) {
        for (Flag flag : flags) {
            Optional<Integer> stray = AgentArguments.parse(flag.words()).stray();
            if (stray.isPresent()) {
                String name = flag.words().getFirst();
                int equals = name.indexOf('=');
                findings.warn("word " + stray.get() + " of " + flag.origin().detail()
                        + " is no flag, so Consul refuses it, and reads none behind it; put quotes around a value with"
                        + " blanks: " + (equals < 0 ? name : name.substring(0, equals)) + "='a b'");
            }
        }
    }

    private void warnIfEmpty(String flag, Optional<Given> setting, String instead) {
        if (setting.isPresent() && setting.get().value().isEmpty()) {
            findings.warn(setting.get().by() + " is empty, so Consul takes " + instead + "; remove it and -" + flag
                    + " is derived");
        }
    }

    private void addNode(Identity identity, boolean hasNodeId, List<Flag> flags, Findings all) {
        if (node.isPresent()) {
            all.note("-node from metadata not passed: " + node.get().by());
        } else if (identity.nodeName().isPresent()) {
            Sourced<String> name = identity.nodeName().get();
            flags.add(Flag.of(name.origin(), "-node=" + name.value()));
            // Consul makes up a new id where it has no data, and refuses it for as long as it takes the node of the
            // same name for alive. A server's is its vote, which it must not have without its data.
            if (role == Role.CLIENT && !hasNodeId && !givesNodeId()) {
                flags.add(Flag.of(name.origin(), "-node-id=" + NodeId.of(name.value())));
            }
        } else {
            all.note("-node not passed: no source knows this instance's name, so Consul takes its host name");
        }
    }

    private boolean givesNodeId() {
        return given.find("node-id", "node_id").isPresent()
                || given.find("disable-host-node-id", "disable_host_node_id").isPresent();
    }

    /// @return the address that others know this agent by, or a template for it; empty if Consul chooses one
    private String addAdvertise(Identity identity, Predicate<String> isHere, List<Flag> flags, Findings all) {
        if (advertise.isPresent()) {
            all.note("-advertise from metadata not passed: " + advertise.get().by());
            return advertise.get().value();
        }
        if (identity.address().isEmpty()) {
            all.note("-advertise not passed: no source knows this instance's address, so Consul chooses one");
            return bind.isPresent() ? bind.get().value() : "";
        }
        Sourced<String> address = identity.address().get();
        // On the host's network nothing listens at another address than the one that is bound. Elsewhere that is the
        // container's own, which other hosts don't reach.
        boolean here = isHere.test(address.value());
        if (bind.isPresent() && here) {
            all.note("-advertise from metadata not passed: Consul advertises its bind address, "
                    + bind.get().by());
            warnOfTag(address.value(), bind.get(), all);
            return bind.get().value();
        }
        if (!here && !settings.ecsTask()) {
            // ECS keeps two tasks from having the same ports of an instance.
            all.warn("the instance's address " + address.value() + " is on no network interface here, as in a container"
                    + " on a bridge: one agent of an instance can run so, with its ports published; run it on the"
                    + " host's network (--network host), or give each of several -node= and -advertise= of its own");
        }
        flags.add(Flag.of(address.origin(), "-advertise=" + address.value()));
        return address.value();
    }

    /// go-discover takes the instance's first private IPv4 address (or its IPv6 addresses).
    private void warnOfTag(String address, Given bound, Findings all) {
        if (role == Role.SERVER
                && join.isByTagAlone()
                && OwnAddresses.literal(bound.value()) != null
                && !bound.value().equals(address)) {
            all.warn("TAG_KEY and TAG_VALUE lead other agents to " + address
                    + ", the instance's first address, where this server doesn't listen (" + bound.by()
                    + "): bind to that, or give what leads to the servers in " + AgentSettings.RETRY_JOIN);
        }
    }

    /// Only a client's default depends on it: with host networking its API would be open on the instance's address.
    private boolean networkModeMatters() {
        return role == Role.CLIENT && client.isEmpty();
    }

    private void addClient(Identity identity, List<Flag> flags, Findings all) {
        if (client.isPresent()) {
            all.note("-client=0.0.0.0 by default not passed: " + client.get().by());
            return;
        }
        if (networkModeMatters() && identity.networkMode() == NetworkMode.HOST) {
            all.note("-client not passed: with host networking a client's API stays on 127.0.0.1");
            return;
        }
        if (networkModeMatters() && settings.ecsTask() && identity.networkMode() == NetworkMode.UNKNOWN) {
            all.warn("-client=0.0.0.0, though whether this task uses host networking isn't known; give"
                    + " -client=127.0.0.1 if it does");
        }
        flags.add(Flag.of(Origin.byDefault("every interface of the container"), "-client=0.0.0.0"));
    }

    private void addNodeMeta(Identity identity, List<Flag> flags, Findings all) {
        for (Map.Entry<String, Sourced<String>> pair : identity.nodeMeta().entrySet()) {
            Optional<Given> explicit = given.findNodeMeta(pair.getKey());
            if (explicit.isPresent()) {
                all.note("-node-meta=" + pair.getKey() + " from metadata not passed: "
                        + explicit.get().by());
            } else {
                flags.add(Flag.of(
                        pair.getValue().origin(),
                        "-node-meta=" + pair.getKey() + ":" + pair.getValue().value()));
            }
        }
    }

    /// What Consul itself does on SIGTERM: a client leaves, a server doesn't. A fragment says it where the user wants
    /// the other, since there is no flag for it.
    private void addLeave(List<Flag> flags, Findings all) {
        boolean leavesAnyway = role == Role.CLIENT;
        boolean asWanted = understood && leavesAnyway == (settings.leave() == Leave.ALWAYS);
        if (settings.leave() == Leave.AUTO || asWanted) {
            return;
        }
        Optional<Given> explicit = given.find("", "leave_on_terminate");
        if (explicit.isPresent()) {
            all.note(AgentSettings.LEAVE + " not passed on: " + explicit.get().by());
        } else {
            flags.add(Flag.of(
                    Origin.variable(AgentSettings.LEAVE),
                    "-hcl=leave_on_terminate=" + (settings.leave() == Leave.ALWAYS)));
        }
    }
}
