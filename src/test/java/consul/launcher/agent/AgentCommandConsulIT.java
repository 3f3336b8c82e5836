package consul.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import consul.launcher.identity.NetworkMode;
import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.RealConsul;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is assembled is what a real Consul then does: it takes the command, and each setting ends where the
/// launcher says it comes from.
class AgentCommandConsulIT {

    @TempDir
    Path directory;

    @Test
    void startsTheServerThatVariablesAndMetadataDescribe() throws IOException {
        String address = "127.0.42.1";
        Draft draft = Draft.of("CONSUL_SERVER=true BOOTSTRAP_EXPECT=3 agent -advertise=" + address)
                .set("CONSUL_RETRY_JOIN", address + " 127.0.42.99:8301");

        JsonNode self = runs(draft, address);

        assertEquals("i-1", self.at("/Config/NodeName").asText());
        assertTrue(self.at("/Config/Server").asBoolean());
        assertEquals(3, self.at("/DebugConfig/BootstrapExpect").asInt());
        assertEquals("eu-west-1a", self.at("/Meta/availability-zone").asText());
        assertEquals(
                "[\"127.0.42.99:8301\"]", self.at("/DebugConfig/RetryJoinLAN").toString());
    }

    /// B1, and an IPv6 address as Consul 2.0 wants it.
    @Test
    void startsAServerThatOnlyJoins() throws IOException {
        String address = "127.0.42.4";
        Draft draft = Draft.of("CONSUL_RETRY_JOIN=fd00::1 agent -server -advertise=" + address);

        JsonNode self = runs(draft, address);

        assertTrue(self.at("/Config/Server").asBoolean());
        assertEquals(0, self.at("/DebugConfig/BootstrapExpect").asInt());
        assertEquals("[\"[fd00::1]\"]", self.at("/DebugConfig/RetryJoinLAN").toString());
    }

    @Test
    void letsTheUsersConfigurationAndArgumentsWinAsAnnounced() throws IOException {
        String address = "127.0.42.2";
        Files.createDirectory(directory.resolve("config"));
        Draft draft = Draft.of(
                        "CONSUL_SERVER=false CONSUL_RETRY_JOIN=10.255.0.1 agent -bootstrap-expect=5 -node-meta=rack:argument")
                .file(
                        directory.resolve("config"),
                        "a.json",
                        "{\"SERVER\": true, \"node_name\": \"a\", \"node_meta\": {\"instance-id\": \"file\"}, \"retry_join\": [\"127.0.42.98\"]}")
                .file(
                        directory.resolve("config"),
                        "b.hcl",
                        "node_name = \"b${x}\"\nadvertise_addr = \"" + address + "\" node_meta { rack = \"file\" }");

        JsonNode self = runs(draft, address);

        assertEquals("b${x}", self.at("/Config/NodeName").asText());
        assertTrue(self.at("/Config/Server").asBoolean());
        assertEquals(5, self.at("/DebugConfig/BootstrapExpect").asInt());
        assertEquals("argument", self.at("/Meta/rack").asText());
        assertEquals("file", self.at("/Meta/instance-id").asText());
        assertEquals("eu-west-1a", self.at("/Meta/availability-zone").asText());
        assertEquals("[\"127.0.42.98\"]", self.at("/DebugConfig/RetryJoinLAN").toString());
    }

    @Test
    void letsAFragmentWinOverAnArgument() throws IOException {
        String address = "127.0.42.3";
        Draft draft = Draft.of("agent -node=argument -advertise=" + address)
                .arguments("-hcl", "node_name = \"fragment\" server = false");

        JsonNode self = runs(draft, address);

        assertEquals("fragment", self.at("/Config/NodeName").asText());
        assertEquals(Role.CLIENT, draft.draft().role());
    }

    /// Runs the command until its agent answers, and returns what it says of itself.
    private JsonNode runs(Draft draft, String address) throws IOException {
        draft.bind("-bind=" + address).client("-client=" + address);
        assertEquals(List.of(), draft.problems());
        List<String> command =
                new ArrayList<>(List.of(RealConsul.find().binary().toString(), "agent"));
        List<String> words = draft.draft()
                .complete(Draft.identity(NetworkMode.UNKNOWN), new AgentDraft.Host(_ -> false, true), Map.of())
                .arguments();
        command.add("-data-dir=" + directory.resolve("data"));
        command.add("-config-dir=" + Files.createDirectories(directory.resolve("config")));
        command.addAll(words.subList(2, words.size()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("CHECKPOINT_DISABLE", "1");
        try (Running consul = Running.start(builder)) {
            return Eventually.value(() -> "the agent to answer: " + consul, Running.PATIENCE, () -> self(address));
        }
    }

    private static Optional<JsonNode> self(String address) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://" + address + ":8500/v1/agent/self").toURL().openConnection();
        connection.setConnectTimeout(1_000);
        connection.setReadTimeout(5_000);
        try {
            return connection.getResponseCode() == 200
                    ? Optional.of(new ObjectMapper().readTree(connection.getInputStream()))
                    : Optional.empty();
        } finally {
            connection.disconnect();
        }
    }
}
