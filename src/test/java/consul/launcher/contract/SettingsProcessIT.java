package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AutoClose;
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

    @Test
    void stopNothingWhereNobodyWatches() {
        scenario.with("CONSUL_LAUNCHER_MODE", "exec").with("CONSUL_HTTP_ADDR", "??");

        assertEquals(0, scenario.run("agent").exitCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONSUL_HTTP_ADDR", "AWS_ENDPOINT_URL", "CONSUL_QUORUM_RECOVERY"})
    void stopNoOtherCommand(String name) {
        assertEquals(0, scenario.with(name, "??").run("consul", "members").exitCode());
    }
}
