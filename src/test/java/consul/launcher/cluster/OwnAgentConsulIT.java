package consul.launcher.cluster;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.LocalAgent;
import consul.launcher.testkit.LocalCluster;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a launcher says and does to real agents in its first looks: to its own, and to another one.
final class OwnAgentConsulIT {

    private static final LocalAgent.Spec FIRST = LocalAgent.Spec.server("i-0dd00000000000061", "127.0.3.61");
    private static final LocalAgent.Spec SECOND = LocalAgent.Spec.server("i-0dd00000000000062", "127.0.3.62");
    private static final LocalAgent.Spec CLIENT = LocalAgent.Spec.client("i-0dd00000000000063", "127.0.3.63");

    private static final Map<String, String> QUICK =
            Map.of("CONSUL_LOCAL_CONFIG", "{\"performance\": {\"raft_multiplier\": 1}, \"retry_interval\": \"1s\"}");

    @TempDir
    private Path directory;

    /// D1: the environment of one server has the address of another.
    @Test
    void doesNotTellAnotherAgentToLeave() {
        try (LocalCluster cluster =
                LocalCluster.ofBuiltLauncher(directory, List.of(FIRST.address(), SECOND.address()))) {
            LocalAgent healthy = cluster.start(FIRST, QUICK);
            LocalAgent going = cluster.start(
                    SECOND, with("CONSUL_HTTP_ADDR", FIRST.address() + ":8500", "CONSUL_LEAVE", "always"));
            cluster.awaitFormed();
            awaitWord(going, "is not the one that this launcher started");

            cluster.ec2().command("notice", "id=" + SECOND.id() + ",kind=autoscaling");

            awaitWord(going, "the agent can't be told to leave: the agent at http://" + FIRST.address());
            assertTrue(healthy.process().isAlive(), healthy::log);
            assertFalse(healthy.log().contains("starting leave"), healthy::log);
        }
    }

    /// The node id of a configuration file, which no file in the data directory has.
    @Test
    void tellsItsOwnAgentToLeaveThatWasGivenItsNodeId() {
        try (LocalCluster cluster = LocalCluster.ofBuiltLauncher(directory, List.of(FIRST.address()))) {
            LocalAgent own = cluster.start(
                    FIRST,
                    Map.of(
                            "CONSUL_LEAVE",
                            "always",
                            "CONSUL_LOCAL_CONFIG",
                            "{\"performance\": {\"raft_multiplier\": 1},"
                                    + " \"node_id\": \"0AE5A7D1-0B1C-4F5A-9DD3-6A5C9C9D0B61\"}"));
            cluster.awaitFormed();

            cluster.ec2().command("notice", "id=" + FIRST.id() + ",kind=autoscaling");

            awaitWord(own, "waiting for the end of this instance");
        }
    }

    /// D6: a client that finds no server logs an error with each question for the leader.
    @Test
    void addsNoLineToTheLogOfAClientThatFindsNoServer() {
        try (LocalCluster cluster = LocalCluster.ofBuiltLauncher(directory, List.of("127.0.3.69"))) {
            LocalAgent client = cluster.start(CLIENT, QUICK);
            Eventually.until(
                    "some lines of its own",
                    LocalCluster.PATIENCE,
                    () -> client.log().split("failed to sync remote state", -1).length > 2);

            assertFalse(client.log().contains("Request error"), client::log);
        }
    }

    /// F1: ACLs are on, and the launcher has no token, or one that Consul doesn't know.
    @Test
    void saysInTheFirstLooksWhatItsTokenLacks() {
        String acls = "{\"performance\": {\"raft_multiplier\": 1}, \"acl\": {\"enabled\": true,"
                + " \"default_policy\": \"deny\", \"tokens\": {\"master\": \"a-master-token\"}}}";
        try (LocalCluster cluster = LocalCluster.ofBuiltLauncher(directory, List.of(FIRST.address()))) {
            LocalAgent agent = cluster.start(FIRST, Map.of("CONSUL_LOCAL_CONFIG", acls));
            awaitWord(
                    agent,
                    "[WARN]  launcher: the launcher's token lacks rules: leaving at the end of the instance needs"
                            + " agent = \"read\", agent = \"write\", operator = \"read\"; quorum recovery needs"
                            + " agent = \"read\", node = \"read\", operator = \"read\": set CONSUL_HTTP_TOKEN");
            agent.stop();

            LocalAgent wrong =
                    cluster.start(FIRST, Map.of("CONSUL_LOCAL_CONFIG", acls, "CONSUL_HTTP_TOKEN", "no-such-token"));
            awaitWord(wrong, "Consul doesn't know the launcher's token: ");
        }
    }

    private static Map<String, String> with(String... pairs) {
        Map<String, String> all = new HashMap<>(QUICK);
        for (int i = 0; i < pairs.length; i += 2) {
            all.put(pairs[i], pairs[i + 1]);
        }
        return all;
    }

    private static void awaitWord(LocalAgent agent, String word) {
        Eventually.until(
                "'" + word + "' in the log",
                LocalCluster.PATIENCE,
                () -> agent.log().contains(word));
    }
}
