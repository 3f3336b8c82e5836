package consul.launcher.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import consul.launcher.mockec2.Options;
import consul.launcher.testkit.LocalAgent;
import consul.launcher.testkit.LocalCluster;
import consul.launcher.testkit.RealConsul;
import consul.launcher.testkit.Running;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two servers on the network of their hosts, each bound to its instance's second interface.
final class BindInterfaceConsulIT {

    private static final List<LocalAgent.Spec> SERVERS = List.of(
            LocalAgent.Spec.server("i-0cc00000000000021", "10.0.1.5"),
            LocalAgent.Spec.server("i-0cc00000000000022", "10.0.1.6"));

    /// Longer than the cluster itself waits, so that its story is told.
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private static final String NETWORK = "ip link set lo up"
            + " && ip link add eth0 type veth peer name far0 && ip link add eth1 type veth peer name eth2"
            + " && ip addr add 10.0.0.5/24 dev eth0 && ip addr add 10.0.0.6/24 dev eth0"
            + " && ip addr add 10.0.1.5/24 dev eth1 && ip addr add 10.0.1.6/24 dev eth2"
            + " && for i in eth0 far0 eth1 eth2; do ip link set $i up || exit; done";

    @TempDir
    private Path directory;

    /// B2
    @Test
    void electsALeaderAmongServersBoundToAnotherInterfaceThanTheInstancesFirst() {
        Running.Finished allowed = Running.run("unshare", "--map-root-user", "--net", "sh", "-c", NETWORK);
        assumeTrue(allowed.exitCode() == 0, "this machine lets nobody have a network of its own: " + allowed.stderr());
        try (Running running = Running.start(new ProcessBuilder(
                "unshare",
                "--map-root-user",
                "--net",
                "sh",
                "-c",
                NETWORK + " && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                BindInterfaceConsulIT.class.getName(),
                System.getProperty("launcher.directory") + "/consul-launcher",
                RealConsul.find().binary().toString(),
                directory.toString()))) {
            Running.Finished finished = running.await(PATIENCE);
            assertEquals(0, finished.exitCode(), finished::toString);
            assertEquals(
                    List.of(
                            "i-0cc00000000000021 10.0.1.5:8301 alive server",
                            "i-0cc00000000000022 10.0.1.6:8301 alive server"),
                    finished.stdout().lines().toList());
        }
    }

    /// Forms the cluster, and prints its members.
    ///
    /// @param args the launcher, Consul, a directory
    public static void main(String[] args) {
        Options options = Options.loopback(
                "id=i-0cc00000000000021,address=10.0.0.5,caller=127.0.0.5",
                "id=i-0cc00000000000022,address=10.0.0.6,caller=127.0.0.6");
        List<String> join = SERVERS.stream().map(LocalAgent.Spec::address).toList();
        try (LocalCluster cluster =
                new LocalCluster(Path.of(args[0]), new RealConsul(Path.of(args[1])), Path.of(args[2]), join, options)) {
            for (int i = 0; i < SERVERS.size(); i++) {
                cluster.start(
                        SERVERS.get(i),
                        Map.of(
                                "CONSUL_BIND",
                                "",
                                "CONSUL_BIND_INTERFACE",
                                "eth" + (i + 1),
                                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                cluster.ec2().endpoint("127.0.0." + (i + 5))));
            }
            cluster.awaitFormed();
            cluster.agents()
                    .getFirst()
                    .members()
                    .forEach(it ->
                            System.out.println(String.join(" ", it.node(), it.address(), it.status(), it.type())));
        }
    }
}
