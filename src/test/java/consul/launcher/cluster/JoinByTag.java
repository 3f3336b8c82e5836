package consul.launcher.cluster;

import consul.launcher.mockec2.Options;
import consul.launcher.mockec2.Tls;
import consul.launcher.testkit.LocalAgent;
import consul.launcher.testkit.LocalCluster;
import consul.launcher.testkit.RealConsul;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Forms a cluster whose agents find each other by tag alone, in a network of its own, where the name of the EC2 API
/// leads to the mock. Prints the members as the client sees them, and how often the EC2 API was asked.
final class JoinByTag {

    private static final List<LocalAgent.Spec> AGENTS = List.of(
            LocalAgent.Spec.server("i-0cc00000000000011", "127.0.0.11"),
            LocalAgent.Spec.server("i-0cc00000000000012", "127.0.0.12"),
            LocalAgent.Spec.server("i-0cc00000000000013", "127.0.0.13"),
            LocalAgent.Spec.client("i-0cc00000000000014", "127.0.0.14"));

    private JoinByTag() {}

    /// @param args the launcher, Consul, a directory, the key store for the EC2 API's name, its certificate, the tag's
    /// value
    public static void main(String[] args) {
        List<String> servers = AGENTS.stream()
                .filter(spec -> spec.role() == LocalAgent.Role.SERVER)
                .map(LocalAgent.Spec::address)
                .toList();
        Options options = Options.loopback().withTls(new Tls(443, Path.of(args[3]), "changeit"));
        Map<String, String> byTag = Map.of(
                "CONSUL_RETRY_JOIN", "",
                "TAG_KEY", "Role",
                "TAG_VALUE", args[5],
                // Consul's discovery takes credentials from the environment, and its certificate authority.
                "AWS_ACCESS_KEY_ID", "AKIAMOCKMOCKMOCKMOCK",
                "AWS_SECRET_ACCESS_KEY", "mock/secret/of/nobody",
                "SSL_CERT_FILE", args[4]);
        try (LocalCluster cluster = new LocalCluster(
                Path.of(args[0]), new RealConsul(Path.of(args[1])), Path.of(args[2]), servers, options)) {
            AGENTS.forEach(spec -> cluster.start(spec, byTag));
            cluster.awaitFormed();
            LocalAgent client = cluster.agent(AGENTS.getLast().id());
            client.members().forEach(member -> System.out.println(member.node() + " " + member.status()));
            System.out.println("asked " + cluster.ec2().requests().counters().getOrDefault("ec2", 0L));
        }
    }
}
