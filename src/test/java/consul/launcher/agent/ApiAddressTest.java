package consul.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import consul.launcher.config.ConsulApiSettings.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Where an agent listens, by its own words, as Consul 1.8 to the newest take them.
final class ApiAddressTest {

    @TempDir
    Path directory;

    private String of(String... arguments) {
        return of(false, arguments);
    }

    private String of(boolean requiresTls, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("-config-dir=" + directory);
        UserConfiguration configuration = UserConfiguration.readWithoutLocalJson(directory, all, problem -> {
            throw new AssertionError(problem.line());
        });
        return ApiAddress.of(all, configuration, requiresTls)
                .map(Address::toString)
                .orElse("none");
    }

    @Test
    void isLoopbackByDefault() {
        assertEquals("http://127.0.0.1:8500", of());
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, http://10.0.0.1:8500",
        "0.0.0.0, http://127.0.0.1:8500",
        "::, http://[::1]:8500",
        "[::], http://[::1]:8500",
        "fd00::1, http://[fd00::1]:8500",
        "[fd00::1], http://[fd00::1]:8500",
        "10.0.0.1 127.0.0.1, http://10.0.0.1:8500",
        "unix:///run/consul.sock, unix:///run/consul.sock",
        "unix:///run/consul.sock 127.0.0.1, unix:///run/consul.sock",
    })
    void isTheFirstOfWhereItListens(String client, String expected) {
        assertEquals(expected, of("-client=" + client));
        assertEquals(expected, of("-client", client));
    }

    /// Only Consul knows what they come to.
    @Test
    void isUnknownWhereConsulWorksItOut() {
        assertEquals("none", of("-client={{ GetPrivateIP }}"));
    }

    /// As Consul 1.8.7 says itself: `Client Addr: []`.
    @Test
    void isNoneWhereItListensNowhere() {
        assertEquals("none", of("-client="));
        assertEquals("none", of("-client", " "));
    }

    @Test
    void isTheOneForAllWhereTheOneForHttpIsEmpty() throws IOException {
        Files.writeString(directory.resolve("a.hcl"), "addresses { http = \"\" }");

        assertEquals("http://10.0.0.3:8500", of("-client= 10.0.0.3 "));
    }

    @Test
    void hasThePortOfTheCommandLine() {
        assertEquals("http://127.0.0.1:9500", of("-http-port=9500"));
    }

    @Test
    void isFoundInTheConfiguration() throws IOException {
        Files.writeString(directory.resolve("a.json"), """
                {"client_addr": "10.0.0.2", "ports": {"http": 9500}}
                """);

        assertEquals("http://10.0.0.2:9500", of());
        assertEquals("http://10.0.0.3:9501", of("-client=10.0.0.3", "-http-port=9501"));
    }

    @Test
    void isTheOneForHttpBeforeTheOneForAll() throws IOException {
        Files.writeString(directory.resolve("a.hcl"), """
                client_addr = "10.0.0.2"
                addresses { http = "10.0.0.4" }
                """);

        assertEquals("http://10.0.0.4:8500", of());
        assertEquals("http://10.0.0.4:8500", of("-client=10.0.0.3"));
    }

    @Test
    void isHttpsWhereThereIsNothingElse() throws IOException {
        Files.writeString(directory.resolve("a.json"), """
                {"ports": {"http": -1, "https": 8501}, "addresses": {"https": "10.0.0.5", "http": "10.0.0.4"}}
                """);

        assertEquals("https://10.0.0.5:8501", of());
        assertEquals("https://10.0.0.5:9501", of("-https-port=9501"));
    }

    /// D2: with `CONSUL_HTTP_SSL=true`.
    @Test
    void isHttpsWhereTlsIsRequired() throws IOException {
        assertEquals("https://127.0.0.1:8500", of(true));
        assertEquals("https://127.0.0.1:9501", of(true, "-https-port=9501"));

        Files.writeString(directory.resolve("a.json"), """
                {"ports": {"https": 8501}, "addresses": {"https": "10.0.0.5", "http": "10.0.0.4"}}
                """);
        assertEquals("https://10.0.0.5:8501", of(true));
    }

    @Test
    void isNoneWhereThereIsNoApi() throws IOException {
        Files.writeString(directory.resolve("a.json"), "{\"ports\": {\"http\": -1}}");

        assertEquals("none", of());
    }
}
