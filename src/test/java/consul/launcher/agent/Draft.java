package consul.launcher.agent;

import consul.launcher.config.AgentSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.Origin;
import consul.launcher.config.Problem;
import consul.launcher.config.Sourced;
import consul.launcher.identity.Identity;
import consul.launcher.identity.NetworkMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A launch as tests describe it: variables, arguments, files in the configuration directory, and who the instance is.
final class Draft {

    static final Origin ID = Origin.metadata("EC2 instance-id");
    static final Origin IP = Origin.metadata("EC2 local-ipv4");
    static final Origin REGION = Origin.metadata("EC2 placement/region");
    static final Origin ZONE = Origin.metadata("EC2 placement/availability-zone");

    private final Map<String, String> variables = new LinkedHashMap<>();
    private final List<String> arguments = new ArrayList<>();
    private final List<Problem> configurationProblems = new ArrayList<>();
    private final List<Flag> bind = new ArrayList<>();
    private final List<Flag> client = new ArrayList<>();
    private Path directory = Path.of("/nowhere/consul/config");
    private NetworkMode networkMode = NetworkMode.UNKNOWN;
    private Set<String> here = Set.of("10.0.0.5");
    private boolean hasNodeId = true;

    /// @param line variables as NAME=VALUE, then `agent`, then arguments, separated by spaces
    static Draft of(String line) {
        Draft draft = new Draft();
        boolean isArgument = false;
        for (String word : line.split(" ")) {
            if (word.isEmpty()) {
                continue;
            }
            if (isArgument) {
                draft.arguments.add(word);
            } else if (word.equals("agent")) {
                isArgument = true;
            } else {
                int equals = word.indexOf('=');
                draft.set(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return draft;
    }

    Draft set(String name, String value) {
        variables.put(name, value);
        return this;
    }

    Draft arguments(String... words) {
        arguments.addAll(List.of(words));
        return this;
    }

    Draft bind(String... words) {
        bind.add(Flag.of(Origin.variable("CONSUL_BIND"), words));
        return this;
    }

    Draft client(String... words) {
        client.add(Flag.of(Origin.variable("CONSUL_CLIENT"), words));
        return this;
    }

    Draft file(Path directory, String name, String text) {
        this.directory = directory;
        try {
            Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    Draft directory(Path directory) {
        this.directory = directory;
        return this;
    }

    Draft networkMode(NetworkMode mode) {
        networkMode = mode;
        return this;
    }

    /// The addresses of this network namespace's interfaces; without, the instance's: the host's network.
    Draft here(String... addresses) {
        here = Set.of(addresses);
        return this;
    }

    /// As at the first start, or where the data is lost at each.
    Draft withoutData() {
        hasNodeId = false;
        return this;
    }

    AgentDraft draft() {
        Environment environment = new Environment(variables);
        UserConfiguration configuration = UserConfiguration.read(
                environment.get("CONSUL_LOCAL_CONFIG"), directory, arguments, configurationProblems::add);
        BaseFlags base = new BaseFlags(
                Flag.of(Origin.byDefault("CONSUL_DATA_DIR"), "-data-dir=D"),
                Flag.of(Origin.byDefault("CONSUL_CONFIG_DIR"), "-config-dir=C"),
                directory,
                bind,
                client);
        return AgentDraft.of(AgentSettings.from(environment), arguments, configuration, base);
    }

    /// What stops it, one line each.
    List<String> problems() {
        AgentDraft draft = draft();
        List<Problem> all = new ArrayList<>(configurationProblems);
        all.addAll(draft.problems());
        return all.stream().map(Problem::line).toList();
    }

    /// The command of an instance i-1 at 10.0.0.5 in eu-west-1a.
    AgentCommand command() {
        return draft().complete(identity(networkMode), new AgentDraft.Host(here::contains, hasNodeId), Map.of());
    }

    /// The words between the two directories and the user's arguments, joined by spaces.
    String derived() {
        List<String> words = command().arguments();
        return String.join(" ", words.subList(2, words.size() - arguments.size()));
    }

    /// Where the flag that starts so came from.
    Origin origin(String start) {
        return command().flags().stream()
                .filter(flag -> flag.words().getFirst().startsWith(start))
                .findFirst()
                .orElseThrow()
                .origin();
    }

    static Identity identity(NetworkMode mode) {
        Map<String, Sourced<String>> meta = new LinkedHashMap<>();
        meta.put("availability-zone", new Sourced<>("eu-west-1a", ZONE));
        meta.put("instance-id", new Sourced<>("i-1", ID));
        return new Identity(
                Optional.of(new Sourced<>("i-1", ID)),
                Optional.of(new Sourced<>("10.0.0.5", IP)),
                Optional.of(new Sourced<>("eu-west-1", REGION)),
                meta,
                mode);
    }
}
