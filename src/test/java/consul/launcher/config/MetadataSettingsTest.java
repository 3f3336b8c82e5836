package consul.launcher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.MetadataSettings.Mode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataSettingsTest {

    private final List<Problem> problems = new ArrayList<>();

    @Test
    void asksEc2AtItsIpv4AddressByDefault() {
        MetadataSettings settings = read();

        assertEquals(Mode.AUTO, settings.mode());
        assertEquals("http://169.254.169.254", settings.ec2Endpoint().value());
        assertFalse(settings.ec2Disabled());
        assertFalse(settings.v1Disabled());
        assertEquals(Duration.ofSeconds(1), settings.attemptTimeout());
        assertEquals(3, settings.attempts());
        assertEquals(Optional.empty(), settings.ecsEndpoint());
        assertEquals(Optional.empty(), settings.region());
        assertEquals(List.of(), problems);
    }

    @Test
    void countsEmptyVariablesAsUnset() {
        MetadataSettings unset = read();

        MetadataSettings empty = read(
                "CONSUL_METADATA",
                "",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                "",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
                "",
                "AWS_EC2_METADATA_DISABLED",
                "",
                "AWS_EC2_METADATA_V1_DISABLED",
                "",
                "AWS_METADATA_SERVICE_TIMEOUT",
                "",
                "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
                "",
                "ECS_CONTAINER_METADATA_URI_V4",
                "",
                "AWS_REGION",
                "",
                "AWS_DEFAULT_REGION",
                "");

        assertEquals(unset, empty);
        assertEquals(List.of(), problems);
    }

    @ParameterizedTest
    @CsvSource({"auto,AUTO", "ec2,EC2", "ecs,ECS", "none,NONE", "EC2,EC2", "None,NONE", "' Auto\n',AUTO"})
    void readsWhomToAsk(String value, Mode expected) {
        assertEquals(expected, read("CONSUL_METADATA", value).mode());
        assertEquals(List.of(), problems);
    }

    @ParameterizedTest
    @CsvSource({
        "IPv4,http://169.254.169.254",
        "IPv6,http://[fd00:ec2::254]",
        "ipv6,http://[fd00:ec2::254]",
        "IPV4,http://169.254.169.254"
    })
    void choosesTheEndpointByItsMode(String mode, String expected) {
        MetadataSettings settings = read("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", mode);

        assertEquals(expected, settings.ec2Endpoint().value());
        assertEquals(
                Origin.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"),
                settings.ec2Endpoint().origin());
        assertEquals(List.of(), problems);
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:1338,http://127.0.0.1:1338",
        "http://127.0.0.1:1338/,http://127.0.0.1:1338",
        "http://127.0.0.1:1338//,http://127.0.0.1:1338",
        "http://[::1]:8080,http://[::1]:8080",
        "HTTP://imds.example/base/,HTTP://imds.example/base",
        "https://imds.example,https://imds.example",
        "http://ec2-metadata,http://ec2-metadata"
    })
    void takesAnEndpointWithoutSlashesAtItsEnd(String value, String expected) {
        assertEquals(
                expected,
                read("AWS_EC2_METADATA_SERVICE_ENDPOINT", value).ec2Endpoint().value());
        assertEquals(
                Optional.of(expected),
                read("ECS_CONTAINER_METADATA_URI_V4", value).ecsEndpoint());
        assertEquals(List.of(), problems);
    }

    @Test
    void letsTheEndpointWinOverItsMode() {
        MetadataSettings settings = read(
                "AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1338",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6");

        assertEquals(
                new Sourced<>("http://127.0.0.1:1338", Origin.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT")),
                settings.ec2Endpoint());
    }

    @ParameterizedTest
    @CsvSource({"true,true", "TRUE,true", "True,true", "false,false", "FALSE,false"})
    void readsWhatIsDisabled(String value, boolean expected) {
        assertEquals(expected, read("AWS_EC2_METADATA_DISABLED", value).ec2Disabled());
        assertEquals(expected, read("AWS_EC2_METADATA_V1_DISABLED", value).v1Disabled());
        assertEquals(List.of(), problems);
    }

    @ParameterizedTest
    @CsvSource({"1,1000", "5,5000", "0.5,500", ".25,250", "2.,2000", "60,60000", "1.2345,1235", "0.0001,1"})
    void readsTheTimeoutInSecondsWithDecimals(String value, long millis) {
        assertEquals(
                Duration.ofMillis(millis),
                read("AWS_METADATA_SERVICE_TIMEOUT", value).attemptTimeout());
        assertEquals(List.of(), problems);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "3,3", "10,10", "1000,1000"})
    void readsTheNumberOfAttempts(String value, int expected) {
        assertEquals(expected, read("AWS_METADATA_SERVICE_NUM_ATTEMPTS", value).attempts());
        assertEquals(List.of(), problems);
    }

    @Test
    void prefersTheRegionToTheDefaultRegion() {
        assertEquals(
                Optional.of(new Sourced<>("eu-west-1", Origin.variable("AWS_REGION"))),
                read("AWS_REGION", "eu-west-1", "AWS_DEFAULT_REGION", "us-east-1")
                        .region());
        assertEquals(
                Optional.of(new Sourced<>("us-east-1", Origin.variable("AWS_DEFAULT_REGION"))),
                read("AWS_DEFAULT_REGION", "us-east-1").region());
        assertEquals(
                Optional.of(new Sourced<>("eu-west-1", Origin.variable("AWS_REGION"))),
                read("AWS_REGION", "eu-west-1").region());
    }

    @ParameterizedTest
    @CsvSource({
        // Two requests of 3 attempts with 1 s need less than the 10 s that are always there.
        "1,3,10000",
        "5,3,30000",
        "1,20,40000",
        "60,1000,120000",
        "0.1,1,10000"
    })
    void allowsAllRequestsTogetherWhatTheVariablesAskForWithinBounds(String timeout, String attempts, long millis) {
        MetadataSettings settings =
                read("AWS_METADATA_SERVICE_TIMEOUT", timeout, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", attempts);

        assertEquals(Duration.ofMillis(millis), settings.deadline());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CONSUL_METADATA|on|auto (the default), ec2, ecs or none",
                "CONSUL_METADATA|' '|auto (the default), ec2, ecs or none",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE|v6|IPv4 (the default) or IPv6",
                "AWS_EC2_METADATA_DISABLED|1|true or false",
                "AWS_EC2_METADATA_DISABLED|yes|true or false",
                "AWS_EC2_METADATA_V1_DISABLED|on|true or false",
                "AWS_METADATA_SERVICE_TIMEOUT|0|seconds",
                "AWS_METADATA_SERVICE_TIMEOUT|0.0|seconds",
                "AWS_METADATA_SERVICE_TIMEOUT|-1|seconds",
                "AWS_METADATA_SERVICE_TIMEOUT|61|seconds",
                "AWS_METADATA_SERVICE_TIMEOUT|1s|seconds",
                "AWS_METADATA_SERVICE_TIMEOUT|1e1|seconds",
                "AWS_METADATA_SERVICE_TIMEOUT|NaN|seconds",
                "AWS_METADATA_SERVICE_TIMEOUT|1,5|seconds",
                "AWS_METADATA_SERVICE_TIMEOUT|1.2.3|seconds",
                "AWS_METADATA_SERVICE_TIMEOUT|.|seconds",
                "AWS_METADATA_SERVICE_TIMEOUT|٣|seconds",
                "AWS_METADATA_SERVICE_NUM_ATTEMPTS|0|from 1 to 1000",
                "AWS_METADATA_SERVICE_NUM_ATTEMPTS|-1|from 1 to 1000",
                "AWS_METADATA_SERVICE_NUM_ATTEMPTS|1001|from 1 to 1000",
                "AWS_METADATA_SERVICE_NUM_ATTEMPTS|99999999999|from 1 to 1000",
                "AWS_METADATA_SERVICE_NUM_ATTEMPTS|1.5|from 1 to 1000",
                "AWS_METADATA_SERVICE_NUM_ATTEMPTS|three|from 1 to 1000",
            })
    void namesTheVariableAndTheWayOut(String name, String value, String remedy) {
        read(name, value);

        assertEquals(1, problems.size(), problems.toString());
        assertEquals(name + " is '" + value + "'", problems.get(0).what());
        assertTrue(problems.get(0).remedy().contains(remedy), problems.get(0).line());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "127.0.0.1:1338",
                "ftp://127.0.0.1",
                "http:",
                "http://",
                "http:///latest",
                "http://under_score",
                "http://host:",
                "http://host:0",
                "http://host:70000",
                "http://host:99999999999",
                "http://host?a=b",
                "http://host#a",
                "http://[::1",
                "http://[fe80::1%25eth0]",
                "http://ho st",
                "http://host/a b",
                "/latest"
            })
    void refusesWhatIsNoBaseOfAMetadataUrl(String value) {
        MetadataSettings settings =
                read("AWS_EC2_METADATA_SERVICE_ENDPOINT", value, "ECS_CONTAINER_METADATA_URI_V4", value);

        assertEquals(2, problems.size(), problems.toString());
        for (Problem problem : problems) {
            assertTrue(problem.what().contains(MaskedUrl.of(value) + "', wh"), problem.line());
            assertTrue(problem.remedy().contains("such as http://169.254.169.254"), problem.line());
        }
        assertEquals("http://169.254.169.254", settings.ec2Endpoint().value());
        assertEquals(Optional.empty(), settings.ecsEndpoint());
    }

    @Test
    void keepsAPasswordInAUrlToItself() {
        read("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://user:secret@host");

        assertEquals(1, problems.size(), problems.toString());
        assertEquals(
                "AWS_EC2_METADATA_SERVICE_ENDPOINT is a URL with a user in it",
                problems.get(0).what());
        assertFalse(problems.get(0).line().contains("secret"), problems.get(0).line());
    }

    /// B6
    @ParameterizedTest
    @CsvSource({
        "none, AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "none, AWS_METADATA_SERVICE_TIMEOUT",
        "none, ECS_CONTAINER_METADATA_URI_V4",
        "ecs, AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "ecs, AWS_EC2_METADATA_DISABLED",
        "ec2, ECS_CONTAINER_METADATA_URI_V4",
    })
    void findsNoProblemWithAServiceThatIsNotAsked(String mode, String variable) {
        read("CONSUL_METADATA", mode, variable, "x");
        assertEquals(List.of(), problems);

        read("CONSUL_METADATA", "auto", variable, "x");
        assertEquals(1, problems.size(), problems::toString);
    }

    /// B6
    @Test
    void findsNoProblemWithAModeThatLosesToTheEndpoint() {
        read(
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                "http://127.0.0.1:1338",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
                "x");

        assertEquals(List.of(), problems);
    }

    @Test
    void collectsEveryProblem() {
        read(
                "CONSUL_METADATA",
                "x",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                "x",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
                "x",
                "AWS_EC2_METADATA_DISABLED",
                "x",
                "AWS_EC2_METADATA_V1_DISABLED",
                "x",
                "AWS_METADATA_SERVICE_TIMEOUT",
                "x",
                "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
                "x",
                "ECS_CONTAINER_METADATA_URI_V4",
                "x",
                "AWS_REGION",
                "!",
                "AWS_DEFAULT_REGION",
                "!");

        assertEquals(8, problems.size(), problems.toString());
    }

    private MetadataSettings read(String... variables) {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return MetadataSettings.from(new Environment(environment), problems::add);
    }
}
