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
    private final boolean server;

    ServerFlags(AgentSettings settings, GivenSettings given, boolean configurationIsComplete, Findings findings) {
        this.settings = settings;
        this.given = given;
        this.configurationIsComplete = configurationIsComplete;
        this.findings = findings;
        this.server = server();
        ui();
        // With a CONSUL_SERVER that says neither, every word about the role would be a guess.
        if (!settings.isSet(AgentSettings.SERVER) || settings.server().isPresent() || isGiven("server", "server")) {
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
        Optional<Given> explicit = given.find("server", "server");
        if (explicit.isPresent()) {
            boolean value = truth(explicit.get());
            if (settings.server().isPresent() && settings.server().get() != value) {
                findings.note("CONSUL_SERVER=" + settings.server().get() + " has no effect: "
                        + explicit.get().by() + " says otherwise");
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
        boolean wanted = settings.ui().orElse(server);
        if (explicit.isPresent()) {
            if (settings.ui().isPresent()) {
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
        if (!server) {
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
        } else if (!settings.isSet(AgentSettings.BOOTSTRAP_EXPECT)) {
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

    /// Where a file couldn't be understood, it may hold the number: then Consul decides.
    private void missing() {
        if (configurationIsComplete) {
            findings.problem(
                    "this agent is a server, but how many servers to expect isn't set",
                    PICK_ONE + ", or give -bootstrap-expect=0 to a server that only joins a cluster that exists");
        } else {
            findings.warn(
                    "how many servers to expect isn't set, as far as the configuration could be read; " + PICK_ONE);
        }
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

    private boolean isGiven(String flag, String key) {
        return given.find(flag, key).isPresent();
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
