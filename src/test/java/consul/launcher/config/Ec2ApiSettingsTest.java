package consul.launcher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class Ec2ApiSettingsTest {

    private final List<Problem> problems = new ArrayList<>();

    private Ec2ApiSettings from(Map<String, String> variables) {
        return Ec2ApiSettings.from(new Environment(variables), problems::add);
    }

    @Test
    void knowsNoEndpointByItself() {
        assertEquals(new Ec2ApiSettings(Optional.empty(), false, false, Proxies.none()), from(Map.of()));
        assertEquals(List.of(), problems);
    }

    @Test
    void prefersTheEndpointOfTheServiceToThatOfAll() {
        Ec2ApiSettings settings = from(Map.of(
                "AWS_ENDPOINT_URL", "http://all.example:1", "AWS_ENDPOINT_URL_EC2", "https://ec2.example:2/path"));

        assertEquals(
                Optional.of(new Sourced<>(
                        URI.create("https://ec2.example:2/path"), Origin.variable("AWS_ENDPOINT_URL_EC2"))),
                settings.endpoint());
    }

    @Test
    void takesTheEndpointOfAllServicesElse() {
        assertEquals(
                Optional.of(new Sourced<>(URI.create("http://[::1]:1"), Origin.variable("AWS_ENDPOINT_URL"))),
                from(Map.of("AWS_ENDPOINT_URL", "http://[::1]:1")).endpoint());
    }

    @Test
    void ignoresEndpointsWhereItIsTold() {
        assertEquals(
                Optional.empty(),
                from(Map.of("AWS_ENDPOINT_URL", "http://all.example", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True"))
                        .endpoint());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ec2.example",
                "ftp://ec2.example",
                "http://",
                "http:/x",
                "http://a b",
                "https://u@h",
                "http://h?q"
            })
    void refusesWhatIsNoEndpoint(String value) {
        Ec2ApiSettings settings =
                from(Map.of("AWS_ENDPOINT_URL_EC2", value, "AWS_ENDPOINT_URL", "http://other.example"));

        assertEquals(Optional.empty(), settings.endpoint());
        assertEquals(
                "AWS_ENDPOINT_URL_EC2 is '" + MaskedUrl.of(value) + "'",
                problems.getFirst().what());
    }

    @ParameterizedTest
    @CsvSource({"true, TRUE, true, true", "false, False, false, false", "'', true, false, true"})
    void knowsWhichOfTheRegionsEndpointsIsWanted(String fips, String dualStack, boolean first, boolean second) {
        Ec2ApiSettings settings = from(Map.of("AWS_USE_FIPS_ENDPOINT", fips, "AWS_USE_DUALSTACK_ENDPOINT", dualStack));

        assertEquals(first, settings.fips());
        assertEquals(second, settings.dualStack());
        assertEquals(List.of(), problems);
    }

    @ParameterizedTest
    @ValueSource(strings = {"AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"})
    void refusesWhatIsNeitherTrueNorFalse(String variable) {
        Ec2ApiSettings settings = from(Map.of(variable, "1"));

        assertFalse(settings.fips() || settings.dualStack());
        assertEquals(List.of(variable + " is '1': set it to true or false"), lines());
    }

    @Test
    void knowsTheProxies() {
        assertEquals(
                "proxy.example:3128 of https_proxy",
                from(Map.of("https_proxy", "http://proxy.example:3128"))
                        .proxies()
                        .https()
                        .orElseThrow()
                        .describe());
        assertEquals(List.of(), problems);
    }

    private List<String> lines() {
        return problems.stream().map(Problem::line).toList();
    }
}
