package consul.launcher.agent;

import consul.launcher.config.AgentSettings;
import consul.launcher.config.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Decides whether the agent is a server, and `-server`, `-ui` and `-bootstrap-expect`, which need no metadata.
final class ServerFlags {

    private static final String PICK_ONE = "set BOOTSTRAP_EXPECT to how many servers the cluster has, 3 or 5";

    private final AgentSettings settings;
    private final GivenSettings given;
    private final boolean configurationIsComplete;
    private final Findings findings;
    private final List<Flag> flags = new ArrayList<>();
    private final Optional<Given> explicitServer;
    private final boolean server;

    ServerFlags(AgentSettings settings, GivenSettings given, boolean configurationIsComplete, Findings findings) {
        this.settings = settings;
        this.given = given;
        this.configurationIsComplete = configurationIsComplete;
        this.findings = findings;
        this.explicitServer = given.find("server", "server");
        this.server = server();
        ui();
        // With a CONSUL_SERVER that says neither, every word about the role would be a guess.
        if (!settings.isSet(AgentSettings.SERVER) || settings.server().isPresent() || explicitServer.isPresent()) {
            bootstrap();
        }
    }

    boolean isServer() {
        return server;
    }

    List<Flag> flags() {
        return flags;
    }

    private boolean server() {
        if (explicitServer.isPresent()) {
            boolean value = truth(explicitServer.get());
            String by = explicitServer.get().by();
            if (settings.isSet(AgentSettings.SERVER) && settings.server().isEmpty()) {
                findings.note("CONSUL_SERVER has no effect: " + by);
            } else if (settings.server().isPresent() && settings.server().get() != value) {
                findings.note("CONSUL_SERVER=" + settings.server().get() + " has no effect: " + by + " says otherwise");
            }
            return value;
        }
        boolean value = settings.server().orElse(false);
        if (value) {
            flags.add(Flag.of(Origin.variable(AgentSettings.SERVER), "-server"));
        }
        return value;
    }

    /// Consul refuses `-ui` together with a directory of one's own, so that counts as given too.
    private void ui() {
        Optional<Given> explicit = given.find("ui", "ui", "ui_config.enabled");
        if (explicit.isEmpty()) {
            explicit = given.find("ui-dir", "ui_dir", "ui_config.dir");
        }
        boolean wanted = settings.ui().orElse(server && configurationIsComplete);
        if (explicit.isPresent()) {
            if (settings.isSet(AgentSettings.UI)) {
                findings.note("CONSUL_UI has no effect: " + explicit.get().by());
            }
        } else if (wanted) {
            flags.add(Flag.of(
                    settings.ui().isPresent() ? Origin.variable(AgentSettings.UI) : Origin.byDefault("a server has it"),
                    "-ui"));
        }
    }

    private void bootstrap() {
        Optional<Given> alone = given.find("bootstrap", "bootstrap");
        boolean isAlone = alone.isPresent() && truth(alone.get());
        Optional<Given> explicit = given.find("bootstrap-expect", "bootstrap_expect");
        Optional<Integer> count = explicit.isPresent() ? count(explicit.get()) : Optional.empty();
        boolean mayBeServer = !configurationIsComplete
                && explicitServer.isEmpty()
                && settings.server().isEmpty();
        if (!server && !mayBeServer) {
            onClient(explicit, count.orElse(0), alone, isAlone);
        } else if (explicit.isPresent()) {
            if (isAlone && count.orElse(0) > 0) {
                findings.problem(
                        alone.get().by() + " and " + explicit.get().by() + " contradict each other",
                        "keep the second; Consul takes only one");
            }
            overridden(explicit.get());
            judge(count);
        } else if (isAlone) {
            overridden(alone.get());
        } else if (settings.bootstrapExpect().isPresent()) {
            int servers = settings.bootstrapExpect().get();
            flags.add(Flag.of(Origin.variable(AgentSettings.BOOTSTRAP_EXPECT), "-bootstrap-expect=" + servers));
            judge(settings.bootstrapExpect());
        } else if (configurationIsComplete && !settings.isSet(AgentSettings.BOOTSTRAP_EXPECT)) {
            missing();
        }
    }

    private void onClient(Optional<Given> explicit, int count, Optional<Given> alone, boolean isAlone) {
        String wayOut = "remove it, or make this a server by CONSUL_SERVER=true or -server";
        if (settings.isSet(AgentSettings.BOOTSTRAP_EXPECT)) {
            findings.problem("BOOTSTRAP_EXPECT is set, but this agent is a client", wayOut);
        }
        if (explicit.isPresent() && count > 0) {
            findings.problem(explicit.get().by() + " is set, but this agent is a client", wayOut);
        }
        if (alone.isPresent() && isAlone) {
            findings.problem(alone.get().by() + " is set, but this agent is a client", wayOut);
        }
    }

    /// Such commands work with the official script, beside servers that have the number. Where only the launcher's own
    /// variable makes it a server, and nobody is to be joined either, it is a mistake.
    private void missing() {
        if (joins()) {
            findings.warn("how many servers to expect isn't set, so this server only joins a cluster and never forms"
                    + " one; " + PICK_ONE + ", if it is to form one");
        } else if (explicitServer.isPresent()) {
            findings.warn("neither how many servers to expect nor whom to join is set, so this server never forms a"
                    + " cluster and waits until another agent joins it; " + PICK_ONE + ", if it is to form one");
        } else {
            findings.problem(
                    "CONSUL_SERVER=true makes this agent a server, but neither how many servers to expect nor whom to"
                            + " join is set",
                    PICK_ONE + ", or name servers to join by TAG_KEY and TAG_VALUE or by CONSUL_RETRY_JOIN");
        }
    }

    private boolean joins() {
        return settings.isSet(AgentSettings.TAG_KEY)
                || settings.isSet(AgentSettings.TAG_VALUE)
                || settings.isSet(AgentSettings.RETRY_JOIN)
                || given.findAny("retry-join", "retry_join").isPresent()
                || given.findAny("join", "start_join").isPresent();
    }

    private void overridden(Given explicit) {
        if (settings.isSet(AgentSettings.BOOTSTRAP_EXPECT)) {
            findings.note("BOOTSTRAP_EXPECT has no effect: " + explicit.by());
        }
    }

    private void judge(Optional<Integer> servers) {
        if (servers.isEmpty()) {
            return;
        }
        int count = servers.get();
        if (count == 0) {
            findings.note("a server that expects none never starts a cluster, it only joins one");
        } else if (count == 1) {
            findings.note("a cluster of one server starts without any other, and loses its data with it");
        } else if (count % 2 == 0) {
            findings.warn("an even number of servers (" + count + ") bears no more failures than " + (count - 1)
                    + "; use an odd one");
        }
    }

    private boolean truth(Given setting) {
        Optional<Boolean> value = GoText.truth(setting.value());
        if (value.isEmpty()) {
            findings.problem(setting.by() + " is '" + setting.value() + "'", "give true or false");
        }
        return value.orElse(false);
    }

    private Optional<Integer> count(Given setting) {
        boolean inFile = setting.origin().kind() == Origin.Kind.CONFIGURATION;
        Optional<Integer> number = inFile ? GoText.writtenNumber(setting.value()) : GoText.number(setting.value());
        if (number.isEmpty() || number.get() < 0) {
            findings.problem(
                    setting.by() + " is '" + setting.value() + "', which is no number of servers",
                    "give how many servers the cluster has, 3 or 5");
            return Optional.empty();
        }
        return number;
    }
}
