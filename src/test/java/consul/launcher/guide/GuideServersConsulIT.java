package consul.launcher.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;

import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.LocalAgent;
import consul.launcher.testkit.LocalCluster;
import consul.launcher.testkit.RealConsul;
import consul.launcher.testkit.Running;
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

/// What docs/guide.md says of a cluster's servers, shown by three that are replaced: first one after the other, then
/// two at once. The tests share the cluster.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class GuideServersConsulIT {

    private static final int SERVERS = 3;

    private final RealConsul consul = RealConsul.find();
    private LocalCluster cluster;
    private int launched;

    @BeforeAll
    void form(@TempDir Path directory) {
        cluster = LocalCluster.ofBuiltLauncher(directory, List.of(address(0), address(1), address(2)));
        for (int i = 0; i < SERVERS; i++) {
            launch(address(0));
        }
        cluster.awaitFormed();
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    /// @param join an agent of the cluster
    private LocalAgent launch(String join) {
        int number = launched++;
        return cluster.start(
                LocalAgent.Spec.server("i-0dd0000000000002" + number, address(number)),
                Map.of("CONSUL_QUORUM_RECOVERY", "off", "CONSUL_RETRY_JOIN", join));
    }

    private static String address(int number) {
        return "127.0.5.2" + number;
    }

    @Test
    @Order(1)
    void replacesAllServersOneByOneAndKeepsTheData() {
        assertEquals(0, run(address(0), "kv", "put", "colour", "blue").exitCode());
        for (LocalAgent going : cluster.running()) {
            awaitHealthy(going);
            LocalAgent staying = other(going);

            cluster.ec2().command("notice", "id=" + going.spec().id() + ",kind=autoscaling");
            try {
                staying.awaitStatus(going.spec().id(), "left");
            } catch (AssertionError e) {
                throw new AssertionError(e.getMessage() + "\n" + going.log(), e);
            }
            going.stop();
            cluster.ec2().command("terminate", "id=" + going.spec().id());
            LocalAgent coming = launch(staying.spec().address());

            cluster.awaitFormed();
            Eventually.until(
                    coming + " to be a healthy voter",
                    LocalCluster.PATIENCE,
                    () -> cluster.ask(coming, "ready", "--voter").exitCode() == 0);
        }
        String last = cluster.running().getFirst().spec().address();
        assertEquals("blue", run(last, "kv", "get", "colour").stdout().strip());
    }

    @Test
    @Order(2)
    void hasNoLeaderThoughTwoReplacementsForTwoLostServersHaveJoined() {
        LocalAgent survivor = cluster.running().getFirst();
        // A newcomer is no voter for its first ten seconds, and its loss no loss for the quorum.
        Eventually.until("three voters", LocalCluster.PATIENCE, () -> voters(survivor) == SERVERS);
        for (LocalAgent lost : cluster.running()) {
            if (!lost.equals(survivor)) {
                lost.kill();
                cluster.ec2().command("terminate", "id=" + lost.spec().id());
            }
        }
        // A server that is slow to die could still take the first of the replacements in.
        Eventually.value(
                () -> "the quorum to be lost; the leader is " + survivor.leader() + "\n" + survivor.log(),
                LocalCluster.PATIENCE,
                () -> Optional.of(true).filter(_ -> survivor.leader().isEmpty()));
        LocalAgent first = launch(survivor.spec().address());
        LocalAgent second = launch(survivor.spec().address());
        survivor.awaitStatus(first.spec().id(), "alive");
        survivor.awaitStatus(second.spec().id(), "alive");

        // With everybody there it tries again and again.
        long before = elections(survivor);
        Eventually.value(
                () -> "three more elections; the leader is " + survivor.leader() + "\n" + survivor.logTail(),
                LocalCluster.PATIENCE,
                () -> Optional.of(true).filter(_ -> elections(survivor) >= before + 3));

        for (LocalAgent server : List.of(survivor, first, second)) {
            assertEquals(Optional.empty(), server.leader(), server::logTail);
            // Its launcher notices at its next look.
            Eventually.until(
                    server + " not to be ready",
                    LocalCluster.PATIENCE,
                    () -> cluster.ask(server, "ready").exitCode() == 1);
        }
        assertEquals(Optional.empty(), survivor.get("/v1/kv/colour"));
        assertEquals(Optional.of("blue"), survivor.get("/v1/kv/colour?stale&raw"));
    }

    private long voters(LocalAgent by) {
        return run(by.spec().address(), "operator", "raft", "list-peers")
                .stdout()
                .lines()
                .filter(line -> line.contains(" true "))
                .count();
    }

    private static long elections(LocalAgent server) {
        return server.log()
                .lines()
                .filter(line -> line.contains("entering candidate state"))
                .count();
    }

    private LocalAgent other(LocalAgent going) {
        return cluster.running().stream()
                .filter(server -> !server.equals(going))
                .findFirst()
                .orElseThrow();
    }

    private void awaitHealthy(LocalAgent server) {
        Eventually.until(
                "autopilot to find all servers healthy",
                LocalCluster.PATIENCE,
                () -> server.get("/v1/operator/autopilot/health").isPresent());
    }

    private Running.Finished run(String address, String... arguments) {
        return consul.run(address, arguments);
    }
}
