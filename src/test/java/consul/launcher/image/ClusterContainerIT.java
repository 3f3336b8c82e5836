package consul.launcher.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.Eventually;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A server and a client that learn from metadata who they are.
@NeedsImage
final class ClusterContainerIT {

    private Fleet fleet;
    private Launched server;
    private Launched client;

    @BeforeEach
    void form() {
        fleet = Fleet.create();
        server = fleet.start(1, "agent", "-server", "-bootstrap-expect=1", Launched.QUICK)
                .awaitLeader();
        client = fleet.start(2, "agent");
        Eventually.until(
                "the client among the members",
                Launched.PATIENCE,
                () -> state(server, 2).equals("alive"));
        client.awaitLeader();
    }

    @AfterEach
    void end() {
        fleet.close();
    }

    @Test
    void knowEachOtherByInstanceIdAndAddress() {
        List<List<String>> members = members(client);

        assertEquals(List.of(Fleet.id(1), fleet.address(1) + ":8301", "alive", "server"), members.getFirst());
        assertEquals(List.of(Fleet.id(2), fleet.address(2) + ":8301", "alive", "client"), members.getLast());
    }

    @Test
    void aStoppedClientLeaves() {
        assertEquals(0, client.stop().exitCode());

        Eventually.until(
                "the client to have left",
                Launched.PATIENCE,
                () -> state(server, 2).equals("left"));
    }

    @Test
    void aStoppedServerStaysAMemberAndComesBack() {
        String id = nodeId();

        Launched.Ended ended = server.stop();

        assertEquals(1, ended.exitCode(), ended::toString);
        assertEquals(1, count(ended, "Caught: signal"), ended::toString);
        assertFalse((ended.stdout() + ended.stderr()).contains("server starting leave"), ended::toString);
        Eventually.until(
                "the server to have failed",
                Launched.PATIENCE,
                () -> state(client, 1).equals("failed"));

        server.restart();
        Eventually.until(
                "the server to be back",
                Launched.PATIENCE,
                () -> state(client, 1).equals("alive"));
        server.awaitLeader();
        assertEquals(id, nodeId());
    }

    @Test
    void canBeAskedFromInsideTheContainer() {
        assertTrue(client.tell("consul", "members").contains(Fleet.id(1)));
        assertTrue(client.tell("consul-launcher", "version").contains("Consul v"));
        assertEquals(0, client.exec("consul-launcher", "ready").getExitCode());
    }

    /// Which uses of Java what nothing else does: it signs requests to the EC2 API and reads their answers' XML.
    @Test
    void theDoctorFindsThemWell() {
        String doctor = client.tell(
                "env",
                "TAG_KEY=Role",
                "TAG_VALUE=consul",
                "AWS_ENDPOINT_URL_EC2=" + fleet.metadata(),
                "AWS_ACCESS_KEY_ID=id",
                "AWS_SECRET_ACCESS_KEY=secret",
                "consul-launcher",
                "doctor");

        assertTrue(doctor.lines().anyMatch(line -> line.matches("EC2 API +ok +ec2:DescribeInstances .*")), doctor);
        assertTrue(doctor.lines().anyMatch(line -> line.matches("leader +ok .*")), doctor);
    }

    private String nodeId() {
        return server.tell("cat", "/consul/data/node-id");
    }

    private static long count(Launched.Ended ended, String what) {
        return (ended.stdout() + ended.stderr())
                .lines()
                .filter(line -> line.contains(what))
                .count();
    }

    private static String state(Launched asked, int number) {
        return members(asked).stream()
                .filter(member -> member.getFirst().equals(Fleet.id(number)))
                .map(member -> member.get(2))
                .findFirst()
                .orElse("unknown");
    }

    /// Name, address, state and role of each.
    private static List<List<String>> members(Launched asked) {
        return asked.tell("consul", "members")
                .lines()
                .skip(1)
                .map(line -> List.of(line.split(" +", -1)).subList(0, 4))
                .sorted(java.util.Comparator.comparing(List::getFirst))
                .toList();
    }
}
