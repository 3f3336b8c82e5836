package consul.launcher.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A Consul agent behind its launcher, running on one loopback address.
public final class LocalAgent {

    private static final int ASK_MILLIS = 20_000;

    private static final int TAIL_LINES = 15;

    /// What to start.
    ///
    /// @param id the EC2 instance's, which becomes the node's name
    /// @param address of the instance and the agent
    public record Spec(Role role, String id, String address, String zone) {

        public static Spec server(String id, String address) {
            return new Spec(Role.SERVER, id, address, "eu-central-1a");
        }

        public static Spec client(String id, String address) {
            return new Spec(Role.CLIENT, id, address, "eu-central-1a");
        }

        public Spec inZone(String other) {
            return new Spec(role, id, address, other);
        }
    }

    public enum Role {
        SERVER,
        CLIENT
    }

    private final Spec spec;
    private final Map<String, String> environment;
    private final Path log;
    private final RealConsul consul;
    private final Running process;
    private volatile boolean stopped;

    LocalAgent(Spec spec, Map<String, String> environment, Path log, RealConsul consul, Running process) {
        this.spec = spec;
        this.environment = Map.copyOf(environment);
        this.log = log;
        this.consul = consul;
        this.process = process;
    }

    public Spec spec() {
        return spec;
    }

    /// What its launcher was told.
    public Map<String, String> environment() {
        return environment;
    }

    /// What launcher and Consul wrote, both streams.
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path logFile() {
        return log;
    }

    public Running process() {
        return process;
    }

    /// The address of the leader it knows, `127.0.0.11:8300` for example.
    public Optional<String> leader() {
        return get("/v1/status/leader").map(LocalAgent::unquoted).filter(address -> !address.isEmpty());
    }

    /// The addresses in its raft configuration; none while it doesn't answer.
    public List<String> peers() {
        String list = get("/v1/status/peers").orElse("[]").strip();
        return Arrays.stream(list.substring(1, list.length() - 1).split(",", -1))
                .map(LocalAgent::unquoted)
                .filter(address -> !address.isEmpty())
                .sorted()
                .toList();
    }

    public List<RealConsul.Member> members() {
        return consul.members(spec.address());
    }

    /// The ids of the nodes that it sees alive.
    Set<String> living() {
        return members().stream()
                .filter(member -> member.status().equals("alive"))
                .map(RealConsul.Member::node)
                .collect(Collectors.toSet());
    }

    /// How another node is doing in this agent's eyes, `alive` for example.
    public Optional<String> statusOf(String node) {
        return members().stream()
                .filter(member -> member.node().equals(node))
                .map(RealConsul.Member::status)
                .findFirst();
    }

    /// Waits until this agent sees another node so.
    public void awaitStatus(String node, String status) {
        Eventually.value(
                () -> node + " to be seen as " + status + " by " + this + ", who sees " + members(),
                LocalCluster.PATIENCE,
                () -> statusOf(node).filter(status::equals));
    }

    /// The last lines of its log.
    public String logTail() {
        List<String> lines = log().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }

    /// Stops it as a container engine does, and returns its exit code.
    public int stop() {
        stopped = true;
        process.signal("TERM");
        return process.await().exitCode();
    }

    /// Ends launcher and Consul without a word, as an instance that is gone. Returns when all of it is, and so its
    /// ports are free.
    public void kill() {
        stopped = true;
        process.close();
    }

    /// Whether it is meant to run: nobody stopped it.
    boolean isExpected() {
        return !stopped;
    }

    /// Asks its HTTP API: the body of a 200 answer; empty for everything else.
    public Optional<String> get(String path) {
        return get(path, HttpURLConnection.HTTP_OK);
    }

    /// As above, for the body of an answer with this status.
    public Optional<String> get(String path, int status) {
        try {
            HttpURLConnection connection = (HttpURLConnection) URI.create("http://" + spec.address() + ":8500" + path)
                    .toURL()
                    .openConnection();
            connection.setConnectTimeout(ASK_MILLIS);
            connection.setReadTimeout(ASK_MILLIS);
            if (connection.getResponseCode() != status) {
                return Optional.empty();
            }
            try (InputStream body = status < HttpURLConnection.HTTP_BAD_REQUEST
                    ? connection.getInputStream()
                    : connection.getErrorStream()) {
                return Optional.of(new String(body.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String unquoted(String json) {
        return json.strip().replace("\"", "");
    }

    @Override
    public String toString() {
        return spec.id() + " at " + spec.address();
    }
}
