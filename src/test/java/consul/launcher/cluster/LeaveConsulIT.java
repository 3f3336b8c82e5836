package consul.launcher.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.LocalAgent;
import consul.launcher.testkit.LocalCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// What a stop, a reload and the end of an instance come to in a cluster of real agents. The tests share the cluster,
/// which they take apart one after the other.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class LeaveConsulIT {

    private static final List<LocalAgent.Spec> SERVERS = List.of(
            LocalAgent.Spec.server("i-0dd00000000000011", "127.0.3.11"),
            LocalAgent.Spec.server("i-0dd00000000000012", "127.0.3.12"),
            LocalAgent.Spec.server("i-0dd00000000000013", "127.0.3.13"));
    private static final LocalAgent.Spec CLIENT = LocalAgent.Spec.client("i-0dd00000000000014", "127.0.3.14");

    private LocalCluster cluster;

    @BeforeAll
    void form(@TempDir Path directory) {
        cluster = LocalCluster.ofBuiltLauncher(
                directory, SERVERS.stream().map(LocalAgent.Spec::address).toList());
        SERVERS.forEach(this::start);
        cluster.start(CLIENT);
        cluster.awaitFormed();
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @Test
    @Order(1)
    void keepsTheAnswerToHealthChecksInAFile() {
        LocalAgent client = cluster.agent(CLIENT.id());
        Path ready = Path.of(client.environment().get("CONSUL_DATA_DIR"), ".launcher-ready");
        Eventually.until("the file", LocalCluster.PATIENCE, () -> Files.exists(ready));

        assertEquals(0, cluster.ask(client, "ready").exitCode());
    }

    @Test
    @Order(2)
    void reloadsOnHup() throws IOException {
        LocalAgent client = cluster.agent(CLIENT.id());
        assertEquals("{}", client.get("/v1/agent/services").orElseThrow().strip());
        Files.writeString(
                Path.of(client.environment().get("CONSUL_CONFIG_DIR"), "service.json"),
                "{\"service\": {\"name\": \"web\", \"port\": 80}}");

        client.process().signal("HUP");

        Eventually.until(
                "the new service",
                LocalCluster.PATIENCE,
                () -> client.get("/v1/agent/services").orElse("").contains("\"web\""));
    }

    @Test
    @Order(3)
    void stopsAClientThatHasLeft() {
        LocalAgent client = cluster.agent(CLIENT.id());

        assertEquals(0, client.stop(), client::log);

        server(0).awaitStatus(CLIENT.id(), "left");
        assertTrue(
                Files.notExists(Path.of(client.environment().get("CONSUL_DATA_DIR"), ".launcher-ready")),
                "no agent, no file");
    }

    @Test
    @Order(4)
    void keepsAServerWhoseTaskIsStoppedAMember() throws IOException {
        Path nodeId = Path.of(server(2).environment().get("CONSUL_DATA_DIR"), "node-id");
        String before = Files.readString(nodeId);

        server(2).stop();

        server(0).awaitStatus(SERVERS.get(2).id(), "failed");
        awaitPeers(3, server(0));
        start(SERVERS.get(2));
        cluster.awaitFormed();
        assertEquals(before, Files.readString(nodeId));
    }

    /// While one of three servers is down, the two others are the quorum: a third that left would take it away.
    @Test
    @Order(5)
    void staysWhereTheClusterCannotBearALeave() {
        server(2).stop();
        server(0).awaitStatus(SERVERS.get(2).id(), "failed");
        awaitUnhealthy();
        LocalAgent going = server(1);
        cluster.ec2().command("notice", "id=" + going.spec().id() + ",kind=autoscaling");

        Eventually.value(
                () -> "the decision\n" + going.log(),
                LocalCluster.PATIENCE,
                () -> Optional.of(going.log())
                        .filter(log -> log.contains("not leaving the cluster: only 1 of the 2 voters that would be left"
                                + " are healthy")));

        assertTrue(going.log().contains("the autoscaling group takes this instance out"), going::log);
        assertFalse(going.log().contains("launcher: leaving the cluster: "), going::log);
        awaitPeers(3, server(0));
    }

    /// None are known while a leader is elected.
    private static void awaitPeers(int count, LocalAgent by) {
        Eventually.value(
                () -> count + " raft peers, not " + by.peers(),
                LocalCluster.PATIENCE,
                () -> Optional.of(by.peers()).filter(peers -> peers.size() == count));
    }

    /// That one of the three isn't healthy, and so not the three of them together. A new leader says nothing of any at
    /// first.
    private void awaitUnhealthy() {
        Eventually.value(
                () -> "autopilot to notice, which says " + health(),
                LocalCluster.PATIENCE,
                () -> Optional.of(health())
                        .filter(health -> health.split("\"Healthy\":false", -1).length == 3
                                && health.split("\"Healthy\":true", -1).length == 3));
    }

    private String health() {
        return server(0).get("/v1/operator/autopilot/health", 429).orElse("");
    }

    /// As in a replacement one by one, where the notice may come before the newcomers are voters.
    @Test
    @Order(6)
    void leavesAfterTheNoticeAsSoonAsTheClusterCanBearIt() {
        LocalAgent going = server(1);
        start(SERVERS.get(2));

        server(0).awaitStatus(going.spec().id(), "left");
        assertEquals(0, going.stop(), going::log);
        Eventually.until(
                "two voters", LocalCluster.PATIENCE, () -> server(0).peers().size() == 2);
    }

    /// A server comes back as a new instance, and then one whose Spot capacity is taken back leaves by itself, two
    /// minutes ahead.
    @Test
    @Order(7)
    void leavesOnANoticeAndWaitsToBeStopped() {
        cluster.ec2().command("notice", "id=" + SERVERS.get(1).id() + ",kind=none");
        start(SERVERS.get(1));
        cluster.awaitFormed();
        Eventually.until(
                "all servers to be healthy voters",
                LocalCluster.PATIENCE,
                () -> server(0).peers().size() == 3
                        && server(0).get("/v1/operator/autopilot/health").isPresent());
        LocalAgent going = server(2);
        LocalAgent observer = server(0);

        cluster.ec2().command("notice", "id=" + going.spec().id() + ",kind=spot");

        observer.awaitStatus(going.spec().id(), "left");
        Eventually.until(
                "two voters", LocalCluster.PATIENCE, () -> observer.peers().size() == 2);
        Eventually.until(
                "the launcher to wait", LocalCluster.PATIENCE, () -> going.log().contains("waiting for the end"));
        assertTrue(going.process().isAlive(), "ended, it would be started again and join");
        assertTrue(going.log().contains("the Spot instance is to terminate at 20"), going::log);

        assertEquals(0, going.stop(), going::log);
    }

    /// D9: nothing is missing for the start, so nothing is asked before it.
    @Test
    @Order(8)
    void foreseesTheEndOfAnInstanceWhoseNameAndAddressAreGiven(@TempDir Path directory) {
        LocalAgent.Spec spec = LocalAgent.Spec.server("i-0dd00000000000015", "127.0.3.15");
        try (LocalCluster alone = LocalCluster.ofBuiltLauncher(directory, List.of(spec.address()))) {
            LocalAgent server = alone.start(spec, Map.of(), "-node=" + spec.id(), "-advertise=" + spec.address());
            alone.awaitFormed();
            Eventually.until(
                    "the owner of the data, which recovery needs",
                    LocalCluster.PATIENCE,
                    () -> Files.exists(Path.of(server.environment().get("CONSUL_DATA_DIR"), "launcher/owner")));
            alone.ec2().command("notice", "id=" + spec.id() + ",kind=spot");

            Eventually.value(
                    () -> "the decision\n" + server.log(),
                    LocalCluster.PATIENCE,
                    () -> Optional.of(server.log())
                            .filter(log -> log.contains("not leaving the cluster: this is the only voter")));

            String log = server.log();
            assertTrue(
                    log.indexOf("this is EC2 instance " + spec.id() + ", by metadata asked after the start")
                            > log.indexOf("launcher: starting consul agent"),
                    log);
        }
    }

    /// Without Consul's own clean-up of failed servers: here it is seen what the launcher does.
    private void start(LocalAgent.Spec server) {
        cluster.start(
                server,
                Map.of(
                        "CONSUL_LOCAL_CONFIG",
                        "{\"performance\": {\"raft_multiplier\": 1}, \"retry_interval\": \"1s\","
                                + " \"autopilot\": {\"cleanup_dead_servers\": false}}"));
    }

    private LocalAgent server(int index) {
        return cluster.agent(SERVERS.get(index).id());
    }
}
