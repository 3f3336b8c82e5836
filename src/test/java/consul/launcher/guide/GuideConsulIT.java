package consul.launcher.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.LocalAgent;
import consul.launcher.testkit.LocalCluster;
import consul.launcher.testkit.RealConsul;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What docs/guide.md says of Consul, shown by one server and one client.
final class GuideConsulIT {

    private static final LocalAgent.Spec SERVER = LocalAgent.Spec.server("i-0dd00000000000011", "127.0.5.11");
    private static final LocalAgent.Spec CLIENT = LocalAgent.Spec.client("i-0dd00000000000012", "127.0.5.12");

    /// Of the form that docs/examples/cluster.yaml has made: 32 letters and digits. Guards nothing but this test.
    private static final String GOSSIP_KEY = "Guide0Guide1Guide2Guide3Guide456";

    /// Small clusters compare their services with the catalog every minute, plus up to a minute by chance.
    /// <https://developer.hashicorp.com/consul/docs/concept/consistency>
    private static final Duration ANTI_ENTROPY = Duration.ofMinutes(5);

    @TempDir
    Path directory;

    private LocalCluster cluster;
    private LocalAgent server;
    private LocalAgent client;

    @BeforeEach
    void start() {
        cluster = LocalCluster.ofBuiltLauncher(directory, List.of(SERVER.address()));
        server = cluster.start(SERVER, variables(SERVER));
        client = cluster.start(CLIENT, variables(CLIENT));
        cluster.awaitFormed();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private static Map<String, String> variables(LocalAgent.Spec spec) {
        return Map.of("CONSUL_ENCRYPT", GOSSIP_KEY, "CONSUL_HTTP_ADDR", spec.address() + ":8500");
    }

    @Test
    void bringsBackAServiceThatOnlyTheCatalogForgot() throws IOException {
        register("web-1", "");
        assertEquals(
                200,
                put(server, "/v1/catalog/deregister", "{\"Node\": \"" + CLIENT.id() + "\", \"ServiceID\": \"web-1\"}"));
        awaitCatalog("without web-1", false, LocalCluster.PATIENCE);

        awaitCatalog("with web-1 again, though nobody registered it", true, ANTI_ENTROPY);
    }

    @Test
    void forgetsAServiceThatItsOwnAgentForgot() throws IOException {
        register("web-1", "");
        // Whatever it answers: with Consul 1.8 it is 200.
        put(server, "/v1/agent/service/deregister/web-1", "");
        assertTrue(inCatalog("web-1"));

        assertEquals(200, put(client, "/v1/agent/service/deregister/web-1", ""));

        awaitCatalog("without web-1", false, LocalCluster.PATIENCE);
    }

    @Test
    void listsUnhealthyInstancesUnlessPassingIsAsked() throws IOException {
        register("web-1", ", \"Check\": {\"TTL\": \"1h\", \"Status\": \"critical\"}");
        assertTrue(server.get("/v1/health/service/web").orElse("").contains("web-1"));
        assertEquals(
                "[]", server.get("/v1/health/service/web?passing").orElse("").strip());

        assertEquals(200, put(client, "/v1/agent/check/pass/service:web-1", ""));

        Eventually.until(
                "web-1 to be listed as passing",
                LocalCluster.PATIENCE,
                () -> server.get("/v1/health/service/web?passing").orElse("").contains("web-1"));
    }

    @Test
    void letsAClientThatLostItsDataJoinAgain() throws IOException {
        stopClient();
        loseData();

        startClient();
    }

    /// C3: sooner than gossip takes it for failed.
    @Test
    void letsAClientThatWasKilledAndLostItsDataRegisterAgainAtOnce() throws IOException {
        client.kill();
        loseData();

        startClient();

        register("web-3", "");
    }

    @Test
    void remembersWhatWasRegisteredAtAClientThatKeepsItsData() throws IOException {
        register("web-1", "");
        stopClient();
        awaitCatalog("without web-1, whose client has left", false, LocalCluster.PATIENCE);

        startClient();

        awaitCatalog("with web-1 again", true, LocalCluster.PATIENCE);
    }

    @Test
    void forgetsWhatWasRegisteredAtAClientThatLostItsData() throws IOException {
        register("web-1", "");
        stopClient();
        awaitCatalog("without web-1, whose client has left", false, LocalCluster.PATIENCE);
        loseData();

        startClient();

        register("web-2", "");
        assertFalse(inCatalog("web-1"));
    }

    private void stopClient() {
        assertEquals(0, client.stop(), client::log);
        server.awaitStatus(CLIENT.id(), "left");
    }

    private void startClient() {
        client = cluster.start(CLIENT, variables(CLIENT));
        cluster.awaitFormed();
    }

    private void loseData() throws IOException {
        Path data = Path.of(client.environment().get("CONSUL_DATA_DIR"));
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void keepsTheKeyThatItsDataHas() {
        stopClient();

        client = cluster.start(
                CLIENT,
                Map.of("CONSUL_ENCRYPT", GOSSIP_KEY.replace('G', 'H'), "CONSUL_HTTP_ADDR", CLIENT.address() + ":8500"));

        cluster.awaitFormed();
    }

    @Test
    void asksWithTheTokenOfTheVariable() {
        String token = "01234567-89ab-cdef-0123-456789abcdef";
        LocalAgent.Spec spec = LocalAgent.Spec.server("i-0dd00000000000014", "127.0.5.14");
        LocalAgent guarded = cluster.start(
                spec,
                Map.of(
                        "CONSUL_RETRY_JOIN",
                        "",
                        "CONSUL_LOCAL_CONFIG",
                        "{\"acl\": {\"enabled\": true, \"default_policy\": \"deny\", \"tokens\": {\"master\": \""
                                + token + "\"}}, \"performance\": {\"raft_multiplier\": 1}}",
                        "CONSUL_ACL_DEFAULT_TOKEN",
                        token));

        // Nobody sends a token: without the default one it is refused.
        Eventually.until(
                "an answer that needs a token",
                LocalCluster.PATIENCE,
                () -> guarded.get("/v1/agent/self").isPresent());
    }

    @Test
    void restoresASnapshot() {
        String file = directory.resolve("backup.snap").toString();
        consul("kv", "put", "colour", "blue");
        consul("snapshot", "save", file);
        consul("kv", "put", "colour", "red");

        consul("snapshot", "restore", file);

        assertEquals("blue", consul("kv", "get", "colour").stdout().strip());
    }

    private static Running.Finished consul(String... arguments) {
        Running.Finished finished = RealConsul.find().run(SERVER.address(), arguments);
        assertEquals(0, finished.exitCode(), finished::toString);
        return finished;
    }

    @Test
    void letsNobodyInWithAnotherKey() {
        LocalAgent.Spec spec = LocalAgent.Spec.client("i-0dd00000000000013", "127.0.5.13");
        LocalAgent stranger = cluster.start(
                spec,
                Map.of("CONSUL_ENCRYPT", GOSSIP_KEY.replace('G', 'H'), "CONSUL_HTTP_ADDR", spec.address() + ":8500"));
        Eventually.until(
                "the server to turn it away",
                LocalCluster.PATIENCE,
                () -> server.log().contains("No installed keys could decrypt the message"));

        assertEquals(Optional.empty(), server.statusOf(spec.id()), stranger::logTail);
        stranger.kill();
    }

    @Test
    void encryptsGossipWithTheKeyOfTheVariable() {
        Running.Finished info = RealConsul.find().run(CLIENT.address(), "info");
        assertTrue(info.stdout().contains("encrypted = true"), info::toString);
    }

    @Test
    void findsALivingAgentInOrder() {
        for (LocalAgent agent : List.of(server, client)) {
            Running.Finished doctor = cluster.ask(agent, "doctor", "agent");
            assertEquals(0, doctor.exitCode(), doctor::toString);
            assertTrue(doctor.stdout().contains("127.0.5.11:8300"), doctor::toString);
        }
    }

    private void register(String id, String more) throws IOException {
        assertEquals(
                200,
                put(
                        client,
                        "/v1/agent/service/register",
                        "{\"ID\": \"" + id + "\", \"Name\": \"web\", \"Port\": 80" + more + "}"));
        Eventually.until("the catalog with " + id, LocalCluster.PATIENCE, () -> inCatalog(id));
    }

    private void awaitCatalog(String what, boolean there, Duration within) {
        Eventually.until("the catalog " + what, within, () -> inCatalog("web-1") == there);
    }

    private boolean inCatalog(String id) {
        return server.get("/v1/catalog/service/web")
                .map(services -> services.contains('"' + id + '"'))
                .orElseThrow();
    }

    private static int put(LocalAgent agent, String path, String body) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create("http://" + agent.spec().address() + ":8500" + path)
                        .toURL()
                        .openConnection();
        connection.setRequestMethod("PUT");
        connection.setDoOutput(true);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(body.getBytes(StandardCharsets.UTF_8));
        }
        return connection.getResponseCode();
    }
}
