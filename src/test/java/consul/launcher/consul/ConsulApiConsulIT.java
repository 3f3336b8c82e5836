package consul.launcher.consul;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.SecretFiles;
import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.RealConsul;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every call against a real agent, by every way in which its API can be reached.
final class ConsulApiConsulIT {

    private static final String SERVER = "127.0.41.1";
    private static final String OTHER = "127.0.41.2";

    @TempDir
    Path home;

    private final RealConsul consul = RealConsul.find();
    private final List<Running> agents = new ArrayList<>();

    @AfterEach
    void close() {
        agents.forEach(Running::close);
        // The next test's agents listen where these did.
        agents.forEach(Running::await);
    }

    private Running agent(String address, String configuration, String... arguments) throws IOException {
        Path file = home.resolve(address + ".json");
        Files.writeString(file, configuration);
        List<String> command = new ArrayList<>(List.of(
                consul.binary().toString(),
                "agent",
                "-bind=" + address,
                "-node=node-" + address.substring(address.length() - 1),
                "-config-file=" + file,
                "-log-level=warn"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("CONSUL_"));
        builder.environment().put("CHECKPOINT_DISABLE", "1");
        Running running = Running.start(builder);
        agents.add(running);
        return running;
    }

    private Running devServer() throws IOException {
        return agent(SERVER, "{}", "-dev", "-client=" + SERVER);
    }

    private Running client(String address) throws IOException {
        return agent(address, "{}", "-client=" + address, "-data-dir=" + home.resolve("data-" + address));
    }

    private static ConsulApiSettings settings(Map<String, String> variables) {
        return ConsulApiSettings.from(new Environment(variables), new SecretFiles(), problem -> {
            throw new AssertionError(problem.line());
        });
    }

    private static Map<String, String> http(String address) {
        return Map.of("CONSUL_HTTP_ADDR", address + ":8500");
    }

    private static <T> T ask(Map<String, String> variables, Function<ConsulApi, T> question) {
        ConsulApiSettings settings = settings(variables);
        try (LocalAgent agent = new LocalAgent(settings.address().orElseThrow(), settings, Duration.ofSeconds(20))) {
            return question.apply(new ConsulApi(agent));
        } catch (TlsException e) {
            throw new AssertionError(e);
        }
    }

    private static <T> T got(Map<String, String> variables, Function<ConsulApi, ApiAnswer<T>> question) {
        ApiAnswer<T> answer = ask(variables, question);
        if (answer instanceof ApiAnswer.Ok<T> ok) {
            return ok.value();
        }
        throw new AssertionError(answer.describe());
    }

    private String awaitLeader(Map<String, String> variables) {
        return Eventually.value(
                () -> "a leader known by " + variables + ": " + ask(variables, ConsulApi::leader) + agents,
                Running.PATIENCE,
                () -> Optional.of(got(variables, ConsulApi::leader)).filter(address -> !address.isEmpty()));
    }

    @Test
    void asksAServerEverythingItKnows() throws IOException {
        devServer();
        Map<String, String> server = http(SERVER);

        assertEquals(SERVER + ":8300", awaitLeader(server));
        assertEquals(List.of(SERVER + ":8300"), got(server, ConsulApi::peers));

        AgentSelf self = got(server, ConsulApi::self);
        assertEquals("node-1", self.nodeName());
        assertTrue(self.server());
        assertTrue(consul.version().endsWith(self.version()), self.version());
        RaftStats raft = self.raft().orElseThrow();
        assertEquals("Leader", raft.state());
        assertEquals(Optional.of(Duration.ZERO), raft.lastContact());
        assertTrue(raft.lastIndex() > 0 && raft.lastTerm() > 0, raft.toString());

        Member member = got(server, ConsulApi::members).getFirst();
        assertEquals("node-1", member.name());
        assertEquals(SERVER, member.address());
        assertEquals(Member.Status.ALIVE, member.status());
        assertTrue(member.isServer());
        assertEquals(Optional.of(self.nodeId()), member.id());

        RaftConfiguration configuration = got(server, ConsulApi::raftConfiguration);
        assertEquals(
                List.of(new RaftConfiguration.Server(self.nodeId(), "node-1", SERVER + ":8300", true, true)),
                configuration.servers());
        assertEquals(1, raft.configuration().size());
        assertEquals(
                configuration.servers().getFirst().id(),
                raft.configuration().getFirst().id());
        assertEquals(
                configuration.servers().getFirst().address(),
                raft.configuration().getFirst().address());
        assertTrue(raft.configuration().getFirst().voter());

        Eventually.until(
                "a healthy server",
                Running.PATIENCE,
                () -> got(server, ConsulApi::autopilotHealth)
                        .servers()
                        .equals(List.of(new AutopilotHealth.Server(self.nodeId(), "alive", true, true))));
    }

    @Test
    void joinsAClientThatKnewNoServerAndLetsItLeave() throws IOException {
        devServer();
        awaitLeader(http(SERVER));
        Running running = client(OTHER);
        Map<String, String> client = http(OTHER);
        Eventually.until(
                "a client that answers",
                Running.PATIENCE,
                () -> ask(client, ConsulApi::self) instanceof ApiAnswer.Ok<AgentSelf>);

        assertEquals("", got(client, ConsulApi::leader));
        assertInstanceOf(ApiAnswer.Refused.class, ask(client, ConsulApi::peers));
        assertFalse(got(client, ConsulApi::self).server());
        assertEquals(Optional.empty(), got(client, ConsulApi::self).raft());

        assertEquals(new ApiAnswer.Ok<>(""), ask(client, api -> api.join(SERVER + ":8301")));
        assertEquals(SERVER + ":8300", awaitLeader(client));
        assertEquals(2, got(client, ConsulApi::members).size());

        ApiAnswer<String> left = ask(client, api -> api.leave(Duration.ofSeconds(40)));
        assertEquals(0, running.await().exitCode(), running::toString);
        assertFalse(left instanceof ApiAnswer.Denied || left instanceof ApiAnswer.Refused, left.describe());
        Eventually.until(
                "the server to see that it left",
                Running.PATIENCE,
                () -> got(http(SERVER), ConsulApi::members).stream()
                        .anyMatch(member -> member.name().equals("node-2") && member.status() == Member.Status.LEFT));
    }

    @Test
    void saysWhyAnAgentCanNotBeJoined() throws IOException {
        devServer();
        awaitLeader(http(SERVER));

        ApiAnswer<String> answer = ask(http(SERVER), api -> api.join("127.0.41.99:8301"));

        assertTrue(answer.describe().contains("127.0.41.99"), answer.describe());
        assertInstanceOf(ApiAnswer.Refused.class, answer);
    }

    @Test
    void asksAServerWithoutALeader() throws IOException {
        agent(SERVER, "{}", "-server", "-bootstrap-expect=3", "-client=" + SERVER, "-data-dir=" + home.resolve("data"));
        Map<String, String> server = http(SERVER);
        Eventually.until(
                "a server that answers",
                Running.PATIENCE,
                () -> ask(server, ConsulApi::self) instanceof ApiAnswer.Ok<AgentSelf>);

        assertEquals("", got(server, ConsulApi::leader));
        assertEquals(new RaftConfiguration(List.of(), 0), got(server, ConsulApi::raftConfiguration));
        RaftStats raft = got(server, ConsulApi::self).raft().orElseThrow();
        assertEquals(Optional.empty(), raft.lastContact());
        assertEquals(0, raft.lastIndex());
        ApiAnswer.Refused<?> refused =
                assertInstanceOf(ApiAnswer.Refused.class, ask(server, ConsulApi::autopilotHealth));
        assertTrue(refused.isNoLeader(), refused.describe());
    }

    /// The case of a lost quorum: what its configuration and log are must be known without any leader, also after the
    /// server was started anew.
    @Test
    void asksAServerThatLostItsPeersAndWasStartedAgain() throws IOException {
        String data = "-data-dir=" + home.resolve("data");
        String fast = "{\"performance\": {\"raft_multiplier\": 1}}";
        Map<String, String> server = http(SERVER);
        Running first = agent(SERVER, fast, "-server", "-bootstrap-expect=2", "-client=" + SERVER, data);
        Running peer = agent(
                OTHER,
                fast,
                "-server",
                "-bootstrap-expect=2",
                "-client=" + OTHER,
                "-data-dir=" + home.resolve("data-2"),
                "-retry-join=" + SERVER,
                "-retry-interval=1s");
        awaitLeader(server);
        RaftConfiguration whole = Eventually.value(
                "two servers in the configuration",
                Running.PATIENCE,
                () -> Optional.of(got(server, ConsulApi::raftConfiguration))
                        .filter(configuration -> configuration.servers().size() == 2));

        peer.close();
        Eventually.until(
                "the leader to step down",
                Running.PATIENCE,
                () -> got(server, ConsulApi::leader).isEmpty());
        assertEquals(members(whole), members(got(server, ConsulApi::raftConfiguration)));
        RaftStats before = got(server, ConsulApi::self).raft().orElseThrow();
        assertTrue(before.lastContact().isPresent(), before.toString());

        first.close();
        first.await();
        agent(SERVER, fast, "-server", "-bootstrap-expect=2", "-client=" + SERVER, data);
        Eventually.until(
                "the server to answer again",
                Running.PATIENCE,
                () -> ask(server, ConsulApi::self) instanceof ApiAnswer.Ok<AgentSelf>);

        assertEquals(members(whole), members(got(server, ConsulApi::raftConfiguration)));
        RaftStats after = got(server, ConsulApi::self).raft().orElseThrow();
        assertEquals(before.lastTerm(), after.lastTerm());
        assertEquals(before.lastIndex(), after.lastIndex());
        assertEquals(Optional.empty(), after.lastContact());
    }

    private static Set<String> members(RaftConfiguration configuration) {
        return configuration.servers().stream()
                .map(server -> server.id() + " " + server.address() + " " + server.voter())
                .collect(Collectors.toSet());
    }

    /// There is one voter, so there is nobody to hand over to; an older Consul doesn't have the call.
    @Test
    void asksForAnotherLeaderOnlyWhereConsulCan() throws IOException {
        devServer();
        awaitLeader(http(SERVER));

        ApiAnswer.Refused<?> refused =
                assertInstanceOf(ApiAnswer.Refused.class, ask(http(SERVER), ConsulApi::transferLeader));
        boolean unsupported = refused.status() == 404 || refused.status() == 405;
        assertEquals(consul.version().contains(" v1.8."), unsupported, refused.describe());
    }

    @Test
    void asksByUnixSocket() throws IOException {
        Path socket = home.resolve("consul.sock");
        agent(SERVER, "{\"addresses\": {\"http\": \"unix://" + socket + "\"}}", "-dev");

        assertEquals(SERVER + ":8300", awaitLeader(Map.of("CONSUL_HTTP_ADDR", "unix://" + socket)));
        assertEquals(
                "node-1",
                got(Map.of("CONSUL_HTTP_ADDR", "unix://" + socket), ConsulApi::self)
                        .nodeName());
    }

    @Test
    void asksByTlsInBothDirections() throws IOException {
        tls("ca", "create");
        tls("cert", "create", "-server", "-dc=dc1");
        tls("cert", "create", "-client", "-dc=dc1");
        agent(SERVER, """
                {"verify_incoming": true, "ca_file": "%1$s/consul-agent-ca.pem",
                 "cert_file": "%1$s/dc1-server-consul-0.pem", "key_file": "%1$s/dc1-server-consul-0-key.pem",
                 "ports": {"http": -1, "https": 8501}}
                """.formatted(home), "-dev", "-client=" + SERVER);
        Map<String, String> whole = new HashMap<>(Map.of(
                "CONSUL_HTTP_ADDR", "https://" + SERVER + ":8501",
                "CONSUL_CACERT", home + "/consul-agent-ca.pem",
                "CONSUL_CLIENT_CERT", home + "/dc1-client-consul-0.pem",
                "CONSUL_CLIENT_KEY", home + "/dc1-client-consul-0-key.pem",
                "CONSUL_TLS_SERVER_NAME", "server.dc1.consul"));

        assertEquals(SERVER + ":8300", awaitLeader(whole));
        assertUnreachable(whole, "CONSUL_TLS_SERVER_NAME", "not verified");
        assertUnreachable(whole, "CONSUL_CACERT", "certificat");
        // The end of the connection can be faster than the agent's reason.
        assertUnreachable(whole, "CONSUL_CLIENT_CERT", "https://" + SERVER);

        Map<String, String> unverified = new HashMap<>(whole);
        unverified.keySet().removeAll(List.of("CONSUL_TLS_SERVER_NAME", "CONSUL_CACERT"));
        unverified.put("CONSUL_HTTP_SSL_VERIFY", "false");
        assertEquals(SERVER + ":8300", got(unverified, ConsulApi::leader));

        Map<String, String> directory = new HashMap<>(whole);
        directory.remove("CONSUL_CACERT");
        Path authorities = Files.createDirectory(home.resolve("authorities"));
        Files.copy(home.resolve("consul-agent-ca.pem"), authorities.resolve("ca.pem"));
        directory.put("CONSUL_CAPATH", authorities.toString());
        assertEquals(SERVER + ":8300", got(directory, ConsulApi::leader));
    }

    private static void assertUnreachable(Map<String, String> whole, String without, String because) {
        Map<String, String> variables = new HashMap<>(whole);
        variables.remove(without);
        if (without.equals("CONSUL_CLIENT_CERT")) {
            variables.remove("CONSUL_CLIENT_KEY");
        }

        ApiAnswer<AgentSelf> answer = ask(variables, ConsulApi::self);

        assertInstanceOf(ApiAnswer.Unreachable.class, answer, without);
        assertTrue(answer.describe().contains(because), without + ": " + answer.describe());
    }

    private void tls(String... arguments) {
        List<String> command = new ArrayList<>(List.of(consul.binary().toString(), "tls"));
        command.addAll(List.of(arguments));
        try (Running running = Running.start(new ProcessBuilder(command).directory(home.toFile()))) {
            assertEquals(0, running.await().exitCode(), running::toString);
        }
    }

    @Test
    void namesTheRulesThatAreMissingWithoutAToken() throws IOException {
        agent(SERVER, """
                {"acl": {"enabled": true, "default_policy": "deny", "tokens": {"master": "root-token"}}}
                """, "-dev", "-client=" + SERVER);
        Map<String, String> without = http(SERVER);
        Map<String, String> with = new HashMap<>(without);
        Path file = Files.writeString(home.resolve("token"), "root-token\n");
        with.put("CONSUL_HTTP_TOKEN_FILE", file.toString());
        awaitLeader(without);
        Eventually.until(
                "the token to be known",
                Running.PATIENCE,
                () -> ask(with, ConsulApi::raftConfiguration) instanceof ApiAnswer.Ok<RaftConfiguration>);

        assertEquals(List.of(SERVER + ":8300"), got(without, ConsulApi::peers));
        assertEquals(new ApiAnswer.Denied<>("agent = \"read\""), ask(without, ConsulApi::self));
        assertEquals(new ApiAnswer.Denied<>("node = \"read\""), ask(without, ConsulApi::members));
        assertEquals(new ApiAnswer.Denied<>("operator = \"read\""), ask(without, ConsulApi::raftConfiguration));
        assertEquals(new ApiAnswer.Denied<>("operator = \"read\""), ask(without, ConsulApi::autopilotHealth));
        assertEquals(new ApiAnswer.Denied<>("agent = \"write\""), ask(without, api -> api.join(OTHER)));
        assertEquals(
                new ApiAnswer.Denied<>("agent = \"write\""), ask(without, api -> api.leave(Duration.ofSeconds(40))));
        assertEquals("node-1", got(with, ConsulApi::self).nodeName());
        assertEquals(1, got(with, ConsulApi::members).size());
        Map<String, String> unknown = new HashMap<>(without);
        unknown.put("CONSUL_HTTP_TOKEN", "11111111-1111-1111-1111-111111111111");
        assertEquals(new ApiAnswer.Denied<>("operator = \"read\""), ask(unknown, ConsulApi::raftConfiguration));
    }
}
