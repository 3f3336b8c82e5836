package consul.launcher.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.LocalCluster;
import consul.launcher.testkit.RealConsul;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `ready` and `wait` asked about a real agent in every state that it can be in. No launcher supervises these agents,
/// so each answer is the JVM's own.
final class ReadyConsulIT {

    private static final String ADDRESS = "127.0.3.21";

    private final RealConsul consul = RealConsul.find();
    private final List<Running> agents = new ArrayList<>();

    @TempDir
    private Path directory;

    @AfterEach
    void stop() {
        agents.forEach(Running::close);
    }

    @Test
    void isNotReadyWithoutAnAgent() {
        assertNotReady("no answer from http://127.0.3.21:8500", ready());
    }

    /// Held in the first moments of its start, wherever that is: it may listen already or not.
    @Test
    void isNotReadyWhileTheAgentStarts() {
        Running agent = agent("server", ADDRESS, "-dev");
        agent.signal("STOP");

        assertNotReady("no answer from http://127.0.3.21:8500", ready());
        agent.signal("CONT");
        awaitReady();
    }

    /// As one that is out of memory, or whose disk hangs.
    @Test
    void isNotReadyWhenTheAgentHangs() {
        Running agent = agent("server", ADDRESS, "-dev");
        awaitReady();
        agent.signal("STOP");

        assertNotReady("no answer from http://127.0.3.21:8500", ready());
        agent.signal("CONT");
        awaitReady();
    }

    @Test
    void isReadyOnceThereIsALeader() {
        start("-server", "-bootstrap-expect=1");
        awaitReady();

        assertEquals("", ready().stdout());
        awaitVoter();
    }

    @Test
    void isNotReadyWithoutALeader() {
        start("-server", "-bootstrap-expect=3");
        awaitAnswer("http://" + ADDRESS + ":8500");

        assertNotReady("knows no leader", ready());
        assertNotReady("knows no leader", ask(Map.of("CONSUL_HTTP_ADDR", ADDRESS + ":8500"), "ready", "--voter"));
    }

    @Test
    void isNotReadyAsAClientThatKnowsNoServer() {
        start();
        awaitAnswer("http://" + ADDRESS + ":8500");

        assertNotReady("knows no leader", ready());
    }

    @Test
    void tellsAVoterFromAClient() {
        start("-dev");
        awaitReady();
        awaitVoter();
        Running client = agent("client", "127.0.3.22", "-retry-join=" + ADDRESS, "-retry-interval=1s");
        assertTrue(client.isAlive());
        Map<String, String> environment = Map.of("CONSUL_HTTP_ADDR", "127.0.3.22:8500");
        Eventually.until(
                "the client to join",
                LocalCluster.PATIENCE,
                () -> ask(environment, "ready").exitCode() == 0);

        assertNotReady("no server of the raft configuration", ask(environment, "ready", "--voter"));
    }

    @Test
    void asksByAUnixSocket() {
        Path socket = directory.resolve("consul.sock");
        start("-dev", "-hcl", "addresses { http = \"unix://" + socket + "\" }");
        Map<String, String> environment = Map.of("CONSUL_HTTP_ADDR", "unix://" + socket);
        Eventually.until(
                "an answer",
                LocalCluster.PATIENCE,
                () -> ask(environment, "ready").exitCode() == 0);

        Eventually.until(
                "a voter",
                LocalCluster.PATIENCE,
                () -> ask(environment, "ready", "--voter").exitCode() == 0);
    }

    @Test
    void asksByTlsWithTheAuthorityAndAClientsCertificate() throws IOException {
        tool("tls", "ca", "create");
        tool("tls", "cert", "create", "-server", "-additional-ipaddress=" + ADDRESS);
        tool("tls", "cert", "create", "-client");
        start("-dev", "-hcl", """
                ports { http = -1, https = 8501 }
                ca_file = "%1$s/consul-agent-ca.pem"
                cert_file = "%1$s/dc1-server-consul-0.pem"
                key_file = "%1$s/dc1-server-consul-0-key.pem"
                verify_incoming = true
                """.formatted(directory));
        Map<String, String> trusting = Map.of(
                "CONSUL_HTTP_ADDR", ADDRESS + ":8501",
                "CONSUL_HTTP_SSL", "true",
                "CONSUL_CACERT", directory.resolve("consul-agent-ca.pem").toString(),
                "CONSUL_CLIENT_CERT",
                        directory.resolve("dc1-client-consul-0.pem").toString(),
                "CONSUL_CLIENT_KEY",
                        directory.resolve("dc1-client-consul-0-key.pem").toString());
        Eventually.until(
                "an answer", LocalCluster.PATIENCE, () -> ask(trusting, "ready").exitCode() == 0);

        // By the name in the certificate, at an address that is none of it.
        assertEquals(0, with(trusting, "CONSUL_TLS_SERVER_NAME", "server.dc1.consul"));
        assertEquals(1, with(trusting, "CONSUL_TLS_SERVER_NAME", "server.dc2.consul"));
        assertEquals(
                1,
                with(
                        trusting,
                        "CONSUL_CACERT",
                        directory.resolve("dc1-client-consul-0.pem").toString()));
        assertEquals(1, with(trusting, "CONSUL_HTTP_SSL", "false"));
        assertNotReady("belong together", ask(changed(trusting, "CONSUL_CLIENT_KEY", ""), "ready"));
    }

    private int with(Map<String, String> environment, String name, String value) {
        return ask(changed(environment, name, value), "ready").exitCode();
    }

    private static Map<String, String> changed(Map<String, String> environment, String name, String value) {
        Map<String, String> changed = new java.util.HashMap<>(environment);
        changed.put(name, value);
        return changed;
    }

    @Test
    void saysWhichAclRuleIsMissing() throws IOException {
        start("-dev", "-hcl", """
                acl { enabled = true, default_policy = "deny", tokens { master = "a-master-token" } }
                """);
        awaitReady();
        Map<String, String> anonymous = Map.of("CONSUL_HTTP_ADDR", ADDRESS + ":8500");
        Path secret = Files.writeString(directory.resolve("token"), "a-master-token\n");

        // Until the token is known, nobody's rules are.
        Eventually.until(
                "a voter by the token of a file",
                LocalCluster.PATIENCE,
                () -> ask(changed(anonymous, "CONSUL_HTTP_TOKEN_FILE", secret.toString()), "ready", "--voter")
                                .exitCode()
                        == 0);
        assertNotReady("the token needs agent = \"read\"", ask(anonymous, "ready", "--voter"));
        assertEquals(
                78,
                ask(changed(anonymous, "CONSUL_HTTP_TOKEN_FILE", directory + "/none"), "ready")
                        .exitCode());
    }

    @Test
    void waitsAndBecomesTheCommand() {
        try (Running waiting = launch(
                Map.of("CONSUL_HTTP_ADDR", ADDRESS + ":8500"),
                "wait",
                "--timeout",
                "90s",
                "--",
                "sh",
                "-c",
                "printf '%s|' $$ \"$@\"",
                "sh",
                "a b",
                "",
                "--")) {
            start("-dev");

            assertEquals(waiting.pid() + "|a b||--|", waiting.await().stdout());
        }
    }

    @Test
    void givesUpWaiting() {
        Running.Finished finished =
                ask(Map.of("CONSUL_HTTP_ADDR", ADDRESS + ":8500"), "wait", "--timeout", "1s", "--", "echo", "started");

        assertEquals(1, finished.exitCode());
        assertEquals("", finished.stdout());
        assertTrue(finished.stderr().contains("not ready after 1 s: no answer from"), finished::stderr);
    }

    private void assertNotReady(String why, Running.Finished finished) {
        assertEquals(1, finished.exitCode(), finished::toString);
        assertTrue(
                finished.stdout().startsWith("not ready: ") && finished.stdout().contains(why), finished::toString);
        assertEquals(1, finished.stdout().lines().count(), finished::toString);
    }

    private Running.Finished ready() {
        return ask(Map.of("CONSUL_HTTP_ADDR", ADDRESS + ":8500"), "ready");
    }

    private void awaitReady() {
        Eventually.until("ready", LocalCluster.PATIENCE, () -> ready().exitCode() == 0);
    }

    /// Autopilot looks every 10 s for who is stable.
    private void awaitVoter() {
        Map<String, String> environment = Map.of("CONSUL_HTTP_ADDR", ADDRESS + ":8500");
        Eventually.until(
                "a healthy voter",
                LocalCluster.PATIENCE,
                () -> ask(environment, "ready", "--voter").exitCode() == 0);
    }

    private void awaitAnswer(String api) {
        Eventually.until("an answer", LocalCluster.PATIENCE, () -> {
            var connection = (java.net.HttpURLConnection)
                    java.net.URI.create(api + "/v1/status/leader").toURL().openConnection();
            return connection.getResponseCode() > 0;
        });
    }

    private Running.Finished ask(Map<String, String> environment, String... arguments) {
        try (Running running = launch(environment, arguments)) {
            return running.await();
        }
    }

    private Running launch(Map<String, String> environment, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(Path.of(System.getProperty("launcher.directory"), "consul-launcher")
                        .toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().put("PATH", System.getenv("PATH"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment()
                .put("CONSUL_DATA_DIR", directory.resolve("nowhere").toString());
        builder.environment().putAll(environment);
        return Running.start(builder);
    }

    private void start(String... arguments) {
        agent("server", ADDRESS, arguments);
    }

    private Running agent(String name, String address, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                consul.binary().toString(),
                "agent",
                "-node=" + name,
                "-bind=" + address,
                "-advertise=" + address,
                "-client=" + address,
                "-data-dir=" + directory.resolve(name),
                "-hcl",
                "performance { raft_multiplier = 1 }"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(variable -> variable.startsWith("CONSUL_"));
        builder.environment().put("CHECKPOINT_DISABLE", "1");
        Running agent = Running.start(builder);
        agents.add(agent);
        return agent;
    }

    private void tool(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(consul.binary().toString()));
        command.addAll(List.of(arguments));
        try (Running running = Running.start(new ProcessBuilder(command).directory(directory.toFile()))) {
            Running.Finished finished = running.await();
            if (finished.exitCode() != 0) {
                throw new IOException(finished.toString());
            }
        }
    }
}
