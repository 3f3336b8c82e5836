package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.contract.Scenario.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Secrets reach Consul by a file that only its user can read.
@Execution(ExecutionMode.CONCURRENT)
final class SecretsProcessIT {

    private static final String KEY = "pUqJrVyVRj5jsiYEkM/tFQYfWyJIv4s3XkvDwy7Cu5s=";
    private static final String TOKEN = "5fdf5f35-0f7c-4d5f-8a0d-fc3d5a0e7b11";

    @AutoClose
    private final Scenario scenario = Scenario.create();

    @Test
    @NeedsRoot
    void areWrittenForTheConsulUserAlone() throws IOException {
        Path mounted = Files.writeString(scenario.home().resolve("token"), TOKEN + "\n");
        scenario.with("CONSUL_ENCRYPT", KEY).with("CONSUL_ACL_AGENT_TOKEN_FILE", mounted.toString());

        Outcome outcome = scenario.run("agent");

        Path file = scenario.config().resolve("launcher-secrets.json");
        assertEquals(
                "{\"encrypt\":\"" + KEY + "\",\"acl\":{\"tokens\":{\"agent\":\"" + TOKEN + "\"}}}\n",
                Files.readString(file));
        assertEquals(Scenario.CONSUL_UID + ":" + Scenario.CONSUL_GID + " 600", Scenario.ownerAndMode(file));
        String said = outcome.argv() + outcome.toString();
        assertFalse(said.contains(KEY) || said.contains(TOKEN), said);
        assertTrue(
                said.contains("encrypt from CONSUL_ENCRYPT, acl.tokens.agent from CONSUL_ACL_AGENT_TOKEN_FILE"), said);
    }

    /// What the launcher wrote is not the user's.
    @Test
    void areWrittenAgainAtTheNextStart() throws IOException {
        scenario.with("CONSUL_ENCRYPT", KEY).with("CONSUL_ACL_AGENT_TOKEN", TOKEN);
        scenario.run("agent");
        Path file = scenario.config().resolve("launcher-secrets.json");
        String written = Files.readString(file);

        scenario.run("agent");

        assertEquals(written, Files.readString(file));
    }

    @Test
    void goWithTheirVariables() throws IOException {
        Path file = Files.writeString(scenario.config().resolve("launcher-secrets.json"), "{}");

        scenario.run("agent");

        assertFalse(Files.exists(file));
    }

    @Test
    void leaveWhatTheUserConfiguresAlone() {
        scenario.with("CONSUL_ENCRYPT", KEY);

        scenario.run("agent", "-encrypt=" + KEY);

        assertFalse(Files.exists(scenario.config().resolve("launcher-secrets.json")));
    }

    @Test
    void leaveWhatTheUsersFilesConfigureAlone() throws IOException {
        Files.writeString(
                scenario.config().resolve("consul.hcl"), "encrypt = \"" + KEY + "\"\nacl { tokens { agent = \"a\" } }");
        scenario.with("CONSUL_ENCRYPT", KEY)
                .with("CONSUL_ACL_AGENT_TOKEN", TOKEN)
                .with("CONSUL_ACL_DEFAULT_TOKEN", TOKEN);

        Outcome outcome = scenario.run("agent");

        assertEquals(
                "{\"acl\":{\"tokens\":{\"default\":\"" + TOKEN + "\"}}}\n",
                Files.readString(scenario.config().resolve("launcher-secrets.json")));
        outcome.assertTells("CONSUL_ENCRYPT not used: encrypt in ", "consul.hcl");
        outcome.assertTells("CONSUL_ACL_AGENT_TOKEN not used: acl.tokens.agent in ", "consul.hcl");
        assertFalse(outcome.toString().contains(KEY), outcome::toString);
    }

    @Test
    void leaveWhatTheLocalConfigurationSetsAlone() {
        scenario.with("CONSUL_ENCRYPT", KEY)
                .with("CONSUL_LOCAL_CONFIG", "{\"encrypt\": \"" + KEY + "\", \"acl\": {\"tokens\": [{\"agent\": 1}]}}");

        Outcome outcome = scenario.run("agent");

        assertFalse(Files.exists(scenario.config().resolve("launcher-secrets.json")));
        outcome.assertTells("CONSUL_ENCRYPT not used: encrypt in CONSUL_LOCAL_CONFIG");
        assertFalse(outcome.toString().contains(KEY), outcome::toString);
    }

    /// Rule 15: the launcher adds nothing to such a command, but says what it starts.
    @Test
    void areNotShownInACommandThatIsTheUsersAlone() {
        Outcome outcome = scenario.run(
                "consul",
                "agent",
                "-data-dir=/tmp",
                "-encrypt",
                KEY,
                "-hcl",
                "acl { tokens { agent = \"" + TOKEN + "\" } }");

        assertTrue(outcome.argv().contains(KEY), outcome::toString);
        outcome.assertTells("starting consul agent -data-dir=/tmp -encrypt *** -hcl *** ");
        assertFalse(outcome.stderr().contains(KEY) || outcome.stderr().contains(TOKEN), outcome::toString);
    }

    @Test
    void areNeverShownWhereTheyAreWrong() {
        String wrong = "c2VjcmV0c2VjcmV0";
        Outcome outcome = scenario.with("CONSUL_ENCRYPT", wrong).refuses(78, "agent");
        assertFalse(outcome.toString().contains(wrong), outcome::toString);
    }

    @Test
    void areRefusedWhereTheirFileIsMissing() {
        scenario.with("CONSUL_ENCRYPT_FILE", "/nowhere/gossip").refuses(78, "agent");
    }
}
