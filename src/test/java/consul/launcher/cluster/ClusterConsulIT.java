package consul.launcher.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.LocalAgent;
import consul.launcher.testkit.LocalCluster;
import consul.launcher.testkit.RealConsul;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Three servers and a client that know of each other only what EC2 and `CONSUL_RETRY_JOIN` tell their launchers. They
/// are shared: each test leaves these four as it found them.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClusterConsulIT {

    private static final List<LocalAgent.Spec> SERVERS = List.of(
            LocalAgent.Spec.server("i-0bb00000000000011", "127.0.1.11").inZone("eu-central-1a"),
            LocalAgent.Spec.server("i-0bb00000000000012", "127.0.1.12").inZone("eu-central-1b"),
            LocalAgent.Spec.server("i-0bb00000000000013", "127.0.1.13").inZone("eu-central-1c"));
    private static final LocalAgent.Spec CLIENT = LocalAgent.Spec.client("i-0bb00000000000014", "127.0.1.14");
    private static final LocalAgent.Spec NEWCOMER = LocalAgent.Spec.client("i-0bb00000000000015", "127.0.1.15");

    private LocalCluster cluster;
    private LocalAgent server;

    @BeforeAll
    void form(@TempDir Path directory) {
        cluster = LocalCluster.ofBuiltLauncher(
                directory, SERVERS.stream().map(LocalAgent.Spec::address).toList());
        SERVERS.forEach(cluster::start);
        cluster.start(CLIENT);
        cluster.awaitFormed();
        server = cluster.agents().getFirst();
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    /// On a busy machine one may be taken for failed for a moment.
    @Test
    void namesNodesByInstanceIdAndAdvertisesTheInstancesAddress() {
        List<RealConsul.Member> expected = List.of(
                new RealConsul.Member("i-0bb00000000000011", "127.0.1.11:8301", "alive", "server"),
                new RealConsul.Member("i-0bb00000000000012", "127.0.1.12:8301", "alive", "server"),
                new RealConsul.Member("i-0bb00000000000013", "127.0.1.13:8301", "alive", "server"),
                new RealConsul.Member("i-0bb00000000000014", "127.0.1.14:8301", "alive", "client"));
        Eventually.value(
                () -> expected + ", not " + members(),
                LocalCluster.PATIENCE,
                () -> Optional.of(members()).filter(expected::equals));
    }

    private List<RealConsul.Member> members() {
        return server.members().stream()
                .filter(member ->
                        member.node().startsWith("i-") && !member.node().equals(NEWCOMER.id()))
                .toList();
    }

    /// On a busy machine another one may be elected just now.
    @Test
    void electsALeaderThatEverybodyKnows() {
        List<String> servers = List.of("127.0.1.11:8300", "127.0.1.12:8300", "127.0.1.13:8300");
        Eventually.value(
                () -> "one leader, not " + leaders(),
                LocalCluster.PATIENCE,
                () -> Optional.of(leaders()).filter(leaders -> leaders.size() == 1 && servers.containsAll(leaders)));
        awaitPeers(servers);
    }

    /// The leaders that the agents know.
    private Set<String> leaders() {
        return cluster.running().stream()
                .map(agent -> agent.leader().orElse("none"))
                .collect(Collectors.toSet());
    }

    /// None are known while a leader is elected.
    private void awaitPeers(List<String> expected) {
        Eventually.value(
                () -> "the peers " + expected + ", not " + server.peers(),
                LocalCluster.PATIENCE,
                () -> Optional.of(server.peers()).filter(expected::equals));
    }

    @Test
    void tellsConsulTheZoneAndTheTypeOfTheInstance() {
        String there = "/v1/catalog/nodes?node-meta=instance-type:t3.small&node-meta=availability-zone:eu-central-1b";
        Eventually.until("the catalog to have the node's metadata", LocalCluster.PATIENCE, () -> {
            String nodes = server.get(there).orElse("");
            return nodes.contains("\"i-0bb00000000000012\"") && !nodes.contains("\"i-0bb00000000000011\"");
        });
    }

    @Test
    void letsAClientLeaveWhenItIsStopped() {
        LocalAgent newcomer = cluster.start(NEWCOMER);
        cluster.awaitFormed();

        int exitCode = newcomer.stop();

        assertEquals(0, exitCode, newcomer::log);
        server.awaitStatus(NEWCOMER.id(), "left");
    }

    /// C1: in awsvpc mode, with a client as a container of each task.
    @Test
    void registersTheClientsOfTwoTasksOnOneInstance() {
        String instance = "i-0bb00000000000016";
        String metadata = "127.0.1.16";
        cluster.ec2().command("launch", "id=" + instance + ",address=" + metadata);
        List<LocalAgent> tasks = new ArrayList<>();
        for (int i = 7; i <= 8; i++) {
            LocalAgent.Spec task = LocalAgent.Spec.client("158d1c8083dd49d6b527399fd6414f5" + i, "127.0.1.1" + i);
            cluster.ec2().command("task", "id=" + task.id() + ",network=awsvpc,address=" + task.address());
            tasks.add(cluster.start(
                    task,
                    Map.of(
                            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                            cluster.ec2().endpoint(metadata),
                            "ECS_CONTAINER_METADATA_URI_V4",
                            cluster.ec2().endpoint(metadata) + "/ecs/" + task.id())));
        }
        cluster.awaitFormed();

        Eventually.until("both in the catalog, with their instance", LocalCluster.PATIENCE, () -> {
            String nodes = server.get("/v1/catalog/nodes?node-meta=instance-id:" + instance)
                    .orElse("");
            return tasks.stream()
                    .allMatch(task -> nodes.contains("\"" + task.spec().id() + "\""));
        });
        for (LocalAgent task : tasks) {
            assertEquals(0, task.stop(), task::log);
            server.awaitStatus(task.spec().id(), "left");
        }
    }

    @Test
    void keepsAServerAMemberWhenItIsStoppedAndStartedAgain() throws IOException {
        LocalAgent third = cluster.agent(SERVERS.getLast().id());
        Path nodeId = Path.of(third.environment().get("CONSUL_DATA_DIR"), "node-id");
        String before = Files.readString(nodeId);

        int exitCode = third.stop();

        // Consul's own for a server that TERM ends.
        assertEquals(1, exitCode, third::log);
        server.awaitStatus(third.spec().id(), "failed");
        awaitPeers(List.of("127.0.1.11:8300", "127.0.1.12:8300", "127.0.1.13:8300"));

        cluster.start(third.spec());
        cluster.awaitFormed();
        assertEquals(before, Files.readString(nodeId));
    }
}
