package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import consul.launcher.contract.Scenario.Outcome;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Settings that are needed only once the agent runs, or its quorum is lost: what is wrong with them is said at the
/// start, when somebody is there to read it.
@Execution(ExecutionMode.CONCURRENT)
final class SettingsProcessIT {

    @AutoClose
    private final Scenario scenario = Scenario.create();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CONSUL_HTTP_ADDR=consul:http",
                "CONSUL_HTTP_SSL=maybe",
                "CONSUL_HTTP_SSL_VERIFY=maybe",
                "AWS_ENDPOINT_URL_EC2=ec2.eu-central-1.amazonaws.com",
                "AWS_ENDPOINT_URL=localhost:4566",
                "CONSUL_QUORUM_RECOVERY=yes",
                // D10
                "AWS_REGION=eu-west-1a",
                "AWS_DEFAULT_REGION=Ireland",
            })
    void stopTheStartWhereTheyAreWrong(String wrong) {
        String name = wrong.substring(0, wrong.indexOf('='));
        scenario.with(name, wrong.substring(name.length() + 1))
                .with("TAG_KEY", "Role")
                .with("TAG_VALUE", "consul");

        scenario.refuses(78, "agent").assertTells("[ERROR]", name);
    }

    @ParameterizedTest
    @CsvSource({
        "AWS_ENDPOINT_URL, agent, 'nobody asks the EC2 API without a tag'",
        "CONSUL_HTTP_ADDR, agent -dev, 'nothing is derived'",
        "CONSUL_HTTP_TOKEN_FILE, agent, 'a token may be made by help of this agent'",
    })
    void stopNothingWhereNobodyUsesThemYet(String name, String command, String why) {
        assertEquals(0, scenario.with(name, "??").run(command.split(" ")).exitCode(), why);
    }

    @ParameterizedTest
    @CsvSource({
        "CONSUL_BIND_INTERFACE, nosuch0, 1, 2",
        "CONSUL_LEAVE, wrong, 78, 2",
        "CONSUL_METADATA, wrong, 78, 1",
        "CONSUL_UI, true, 69, 1"
    })
    @DisplayName("F3: an instance that can't be found out is told with all other problems, where it could be asked for")
    void hideNoErrorOfTheMetadataService(String name, String value, int exitCode, int errors) {
        scenario.with("CONSUL_METADATA", "ec2")
                .with("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1")
                .with("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1")
                .with(name, value);

        Outcome outcome = scenario.refuses(exitCode, "agent");

        assertEquals(errors, outcome.errors().size(), outcome::toString);
        assertEquals(
                !name.equals("CONSUL_METADATA"),
                outcome.errors().getLast().contains("can't find out who this instance is"),
                outcome::toString);
    }

    /// F19: Java puts U+FFFD in the place of bytes that are not UTF-8.
    @ParameterizedTest
    @CsvSource({
        "TAG_VALUE, 78",
        "TAG_KEY, 78",
        "CONSUL_RETRY_JOIN, 78",
        "CONSUL_BIND, 78",
        "CONSUL_CLIENT, 78",
        "CONSUL_DATA_DIR, 78",
        "CONSUL_CONFIG_DIR, 78",
        "CONSUL_LOCAL_CONFIG, 1",
        "CONSUL_ACL_AGENT_TOKEN, 78",
        "CONSUL_HTTP_TOKEN, 78",
    })
    void stopTheStartWhereTheyAreNotUtf8(String name, int exitCode) {
        scenario.with("TAG_KEY", "Role")
                .with("TAG_VALUE", "consul")
                .startedBy("sh", "-c", "export " + name + "=$(printf 'a\\377'); exec \"$@\"", "sh");

        scenario.refuses(exitCode, "agent").assertTells("[ERROR]", name, "UTF-8");
    }

    @Tag("outside-the-image")
    @Test
    @NeedsRoot
    void stopTheStartWhereTheHomeIsNotUtf8() {
        withHome("/h\\xff");

        scenario.refuses(1, "agent").assertTells("[ERROR]", "home directory", "/etc/passwd", "UTF-8");
    }

    @Test
    @NeedsRoot
    void keepAHomeThatIsNotAscii() {
        withHome("/hömé");
        scenario.programs().does("consul", "echo \"$HOME\"\n");

        assertEquals("/hömé\n", scenario.run("agent").stdout());
    }

    /// @param home as `sed` writes it
    private void withHome(String home) {
        Path passwd = scenario.home().resolve("passwd");
        String changed = passwd + ".changed";
        scenario.prepared(
                "sed 's|Linux User,,,:[^:]*|Linux User,,,:" + home + "|' " + passwd + " >" + changed,
                "cat " + changed + " >" + passwd);
    }

    @Test
    void stopNothingWhereNobodyWatches() {
        scenario.with("CONSUL_LAUNCHER_MODE", "exec").with("CONSUL_HTTP_ADDR", "??");

        assertEquals(0, scenario.run("agent").exitCode());
    }

    /// B6: what the user's own command line or configuration sets anyway.
    @ParameterizedTest
    @CsvSource({
        "CONSUL_SERVER=host.example, agent -server -bootstrap-expect=3",
        "TAG_KEY=a, agent -retry-join b",
        "CONSUL_ENCRYPT=none, agent -encrypt=pUqJrVyVRj5jsiYEkM/tFQYfWyJIv4s3XkvDwy7Cu5s=",
        "CONSUL_ENCRYPT_FILE=/nowhere, agent -encrypt=pUqJrVyVRj5jsiYEkM/tFQYfWyJIv4s3XkvDwy7Cu5s=",
        "CONSUL_ENCRYPT=none, agent -dev",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT=none, agent",
        "AWS_METADATA_SERVICE_TIMEOUT=none, agent",
    })
    void stopNothingWhereTheyLose(String wrong, String command) {
        String name = wrong.substring(0, wrong.indexOf('='));
        scenario.with(name, wrong.substring(name.length() + 1));

        Outcome outcome = scenario.run(command.split(" "));

        assertEquals(0, outcome.exitCode(), outcome::toString);
    }

    /// F5
    @ParameterizedTest
    @ValueSource(strings = {"agent", "consul agent -data-dir=/tmp"})
    void areAskedAboutWhereTheirNamesAreMisspelt(String command) {
        Outcome outcome = scenario.with("CONSUL_QUORUM_RECOVRY", "auto").run(command.split(" "));

        assertEquals(0, outcome.exitCode(), outcome::toString);
        outcome.assertTells("[WARN]", "CONSUL_QUORUM_RECOVRY", "did you mean CONSUL_QUORUM_RECOVERY?");
    }

    /// F5: the cause stands beside the problem that it makes.
    @Test
    void areAskedAboutWhereTheStartIsRefusedToo() {
        scenario.with("CONSUL_SERVER", "true").with("BOOTSTRAP_EXPCET", "3");

        scenario.refuses(78, "agent").assertTells("BOOTSTRAP_EXPCET", "did you mean BOOTSTRAP_EXPECT?");
    }

    /// D13
    @Test
    void areNamedWhereTheCommandLineIsTheUsersAlone() {
        scenario.with("CONSUL_ENCRYPT", "pUqJrVyVRj5jsiYEkM/tFQYfWyJIv4s3XkvDwy7Cu5s=")
                .with("CONSUL_ACL_AGENT_TOKEN_FILE", "/nowhere")
                .with("TAG_KEY", "Role")
                .with("TAG_VALUE", "consul")
                .with("CONSUL_BIND_INTERFACE", Scenario.NO_INTERFACE);

        Outcome outcome = scenario.run("consul", "agent", "-data-dir=/tmp");

        assertEquals(List.of("agent", "-data-dir=/tmp"), outcome.argv());
        outcome.assertTells(
                "[WARN]",
                "not passed to Consul: CONSUL_BIND_INTERFACE, TAG_KEY, TAG_VALUE, CONSUL_ENCRYPT,"
                        + " CONSUL_ACL_AGENT_TOKEN_FILE; begin it with 'agent' to have them passed");
        assertEquals(
                1,
                outcome.stderrLines().stream()
                        .filter(line -> line.contains("[WARN]"))
                        .count(),
                outcome::toString);
    }

    /// D13
    @ParameterizedTest
    @ValueSource(strings = {"-dev", "-help"})
    void areNotNamedWhereNothingWouldBePassedAnyway(String flag) {
        Outcome outcome = scenario.with("TAG_KEY", "Role").run("consul", "agent", flag);

        assertFalse(outcome.stderr().contains("[WARN]"), outcome::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONSUL_HTTP_ADDR", "AWS_ENDPOINT_URL", "CONSUL_QUORUM_RECOVERY"})
    void stopNoOtherCommand(String name) {
        assertEquals(0, scenario.with(name, "??").run("consul", "members").exitCode());
    }
}
