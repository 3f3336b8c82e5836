package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
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
                "CONSUL_HTTP_TOKEN_FILE=/nowhere/token",
                "AWS_ENDPOINT_URL_EC2=ec2.eu-central-1.amazonaws.com",
                "AWS_ENDPOINT_URL=localhost:4566",
                "CONSUL_QUORUM_RECOVERY=yes",
            })
    void stopTheStartWhereTheyAreWrong(String wrong) {
        String name = wrong.substring(0, wrong.indexOf('='));
        scenario.with(name, wrong.substring(name.length() + 1));

        scenario.refuses(78, "agent").assertTells("[ERROR]", name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONSUL_HTTP_ADDR", "AWS_ENDPOINT_URL", "CONSUL_QUORUM_RECOVERY"})
    void stopNoOtherCommand(String name) {
        assertEquals(0, scenario.with(name, "??").run("consul", "members").exitCode());
    }
}
