package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.contract.Scenario.Outcome;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    /// F16, F15
    @ParameterizedTest
    @ValueSource(strings = {"plan", "plan --json", "run"})
    void areHiddenInArgumentsAndVariablesHoweverTheCommandIsShown(String command) {
        scenario.with("CONSUL_CLIENT", "127.0.0.1 -encrypt=" + KEY)
                .with("CONSUL_BIND", "-bind=127.0.0.1 -encrypt " + KEY)
                .with("CONSUL_RETRY_JOIN", "\"provider=aws secret_access_key=" + TOKEN + "\"");
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.addAll(List.of("agent", "-encrypt", KEY, "-hcl", "acl { tokens { agent = \"" + TOKEN + "\" } }"));
        words.addAll(List.of("-retry-join", "http://user:" + TOKEN + "@host/?token=" + TOKEN));

        try (Running running = scenario.startLauncher(words.toArray(String[]::new))) {
            Running.Finished finished = running.await();

            assertEquals(0, finished.exitCode(), finished::toString);
            String said = finished.stdout() + finished.stderr();
            assertTrue(said.contains("***"), said);
            assertFalse(said.contains(KEY) || said.contains(TOKEN), said);
        }
    }

    /// F15
    @ParameterizedTest
    @CsvSource({
        "CONSUL_HTTP_ADDR, http://user:HUNTER2@host:8500, run agent",
        "CONSUL_HTTP_ADDR, http://host:8500/?token=HUNTER2, ready",
        "CONSUL_HTTP_ADDR, user:HUNTER2@host, doctor agent",
        "AWS_ENDPOINT_URL, http://user:HUNTER2@host, plan agent",
        "AWS_ENDPOINT_URL_EC2, http://host?token=HUNTER2, doctor agent",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT, http://host?token=HUNTER2, plan agent",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT, http://user:HUNTER2@host, plan agent",
        "ECS_CONTAINER_METADATA_URI_V4, http://host?token=HUNTER2, plan agent",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI, http://user:HUNTER2@1.2.3.4/x?token=HUNTER2, doctor agent",
        "HTTPS_PROXY, ftp://user:HUNTER2@host, doctor agent",
        "CONSUL_RETRY_JOIN, 'http://user:HUNTER2@host,b', plan agent",
    })
    void areHiddenInUrls(String variable, String url, String command) {
        scenario.with(variable, url)
                .with("CONSUL_METADATA", variable.contains("METADATA") ? "auto" : "none")
                .with("TAG_KEY", "Role")
                .with("TAG_VALUE", "consul")
                .with("AWS_REGION", "eu-central-1")
                .inOwnNetwork();

        try (Running running = scenario.startLauncher(command.split(" "))) {
            Running.Finished finished = running.await();

            String said = finished.stdout() + finished.stderr();
            assertTrue(said.contains(variable), said);
            assertFalse(said.contains("HUNTER2"), said);
        }
    }

    @Test
    void areNeverShownWhereTheyAreWrong() {
        String wrong = "c2VjcmV0c2VjcmV0";
        Outcome outcome = scenario.with("CONSUL_ENCRYPT", wrong).refuses(78, "agent");
        assertFalse(outcome.toString().contains(wrong), outcome::toString);
    }

    /// B7: as of a file.
    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void loseTheLineBreakAtTheirEnd(String lineBreak) throws IOException {
        scenario.with("CONSUL_ENCRYPT", KEY + lineBreak).with("CONSUL_ACL_AGENT_TOKEN", TOKEN + lineBreak);

        scenario.run("agent");

        assertEquals(
                "{\"encrypt\":\"" + KEY + "\",\"acl\":{\"tokens\":{\"agent\":\"" + TOKEN + "\"}}}\n",
                Files.readString(scenario.config().resolve("launcher-secrets.json")));
    }

    /// F12. An HTTP client refuses such a token, when it is too late.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CONSUL_ACL_AGENT_TOKEN",
                "CONSUL_ACL_DEFAULT_TOKEN",
                "CONSUL_ACL_REPLICATION_TOKEN",
                "CONSUL_HTTP_TOKEN"
            })
    void areRefusedWithAControlCharacter(String variable) throws IOException {
        scenario.with(variable, "HUN\nTER2").refuses(78, "agent").assertTells("[ERROR]", variable);
        scenario.with(variable, "HUNTER2\r").refuses(78, "agent").assertTells("[ERROR]", variable);
        scenario.with(variable, "HUNTER2\n\n").refuses(78, "agent").assertTells("[ERROR]", variable);
        Path file = Files.writeString(scenario.home().resolve("token"), "HUN\rTER2\n");
        Outcome outcome = scenario.without(variable)
                .with(variable + "_FILE", file.toString())
                .refuses(78, "agent");
        outcome.assertTells("[ERROR]", variable + "_FILE");
        assertFalse(outcome.toString().contains("HUN"), outcome::toString);
    }

    @Test
    void mayHaveNoCharacterThatNoHeaderHas() {
        scenario.with("CONSUL_HTTP_TOKEN", "é").refuses(78, "agent").assertTells("[ERROR]", "CONSUL_HTTP_TOKEN");
    }

    @Test
    void areRefusedWhereTheirFileIsMissing() {
        scenario.with("CONSUL_ENCRYPT_FILE", "/nowhere/gossip").refuses(78, "agent");
    }
}
