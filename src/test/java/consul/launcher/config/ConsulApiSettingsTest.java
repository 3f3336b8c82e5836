package consul.launcher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConsulApiSettingsTest {

    private final List<Problem> problems = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1:8500, false, http://10.0.0.1:8500",
        "10.0.0.1:8501, true, https://10.0.0.1:8501",
        // D2: TLS that was asked for is never given up, as in Consul's own client
        "http://10.0.0.1:8501, true, https://10.0.0.1:8501",
        "http://10.0.0.1, true, https://10.0.0.1:443",
        "http://10.0.0.1:8500, false, http://10.0.0.1:8500",
        "https://consul.internal:8501, false, https://consul.internal:8501",
        "https://consul.internal, false, https://consul.internal:443",
        // E: a reverse proxy's path, as Consul's own client takes it
        "http://consul.internal/path, false, http://consul.internal:80/path",
        "https://consul.internal/one/two/, false, https://consul.internal:443/one/two",
        "http://consul.internal:8500/, false, http://consul.internal:8500",
        "consul.internal:8500/path, false, http://consul.internal:8500/path",
        "[fd00::1]:8500, false, http://[fd00::1]:8500",
        "https://[fd00::1]:8501, false, https://[fd00::1]:8501",
        ":8500, false, http://127.0.0.1:8500",
        "unix:///run/consul.sock, true, unix:///run/consul.sock",
    })
    void readsAnAddressAsConsulDoes(String text, boolean https, String expected) {
        assertEquals(Optional.of(expected), ConsulApiSettings.parse(text, https).map(Object::toString));
    }

    /// D2
    @Test
    void tellsWhetherTlsWasAskedFor() {
        assertTrue(settings(Map.of("CONSUL_HTTP_SSL", "true")).requiresTls());
        assertFalse(settings(Map.of("CONSUL_HTTP_SSL", "false")).requiresTls());
        assertFalse(settings(Map.of()).requiresTls());
    }

    /// F15
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://user:HUNTER2@consul",
                "user:HUNTER2@consul:8500",
                "https://user:HUNTER2@consul:8501/path",
                "http://HUNTER2@consul:8500",
                "http://consul:8500?token=HUNTER2",
                "http://consul:8500/path?token=HUNTER2",
                "http://consul:8500/path#HUNTER2",
                "http://user:HUN/TER2@consul:8500",
                "http://user:HUN?TER2@consul:8500",
                "http://user:HUN TER2@consul:8500",
            })
    void refusesAnAddressWithAUserOrAQueryWithoutShowingThem(String text) {
        var settings = settings(Map.of("CONSUL_HTTP_ADDR", text));

        assertEquals(Optional.empty(), settings.address());
        assertEquals(1, problems.size());
        String line = problems.getFirst().line();
        assertTrue(line.contains("CONSUL_HTTP_ADDR is '"), line);
        assertFalse(line.contains("HUN") || line.contains("TER2"), line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1:0",
                "10.0.0.1:65536",
                "10.0.0.1:http",
                "ftp://10.0.0.1:21",
                "[fd00::1:8500",
                "unix://",
                "\"http://10.0.0.1:8500\"",
                "10.0.0.1:8500 ",
                "http://10.0.0.1:8500/a b"
            })
    void refusesWhatIsNoAddress(String text) {
        var settings = settings(Map.of("CONSUL_HTTP_ADDR", text));

        assertEquals(Optional.empty(), settings.address());
        assertEquals(1, problems.size());
        assertTrue(problems.getFirst().line().contains("CONSUL_HTTP_ADDR is '" + text + "'"));
    }

    @Test
    void leavesTheAddressToTheAgentWhereNoneIsGiven() {
        assertEquals(Optional.empty(), settings(Map.of("CONSUL_HTTP_ADDR", "")).address());
        assertEquals(List.of(), problems);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "1, true", "T, true", "False, false", "0, false", "f, false"})
    void readsTruthAsConsulDoes(String text, boolean expected) {
        var settings = settings(Map.of("CONSUL_HTTP_SSL_VERIFY", text));

        assertEquals(expected, settings.tls().verifies());
        assertEquals(List.of(), problems);
    }

    @Test
    void verifiesUnlessItIsClearlyToldNotTo() {
        assertTrue(settings(Map.of()).tls().verifies());
        assertTrue(settings(Map.of("CONSUL_HTTP_SSL_VERIFY", "no")).tls().verifies());
        assertTrue(settings(Map.of("CONSUL_HTTP_SSL_VERIFY", "fALSE")).tls().verifies());
        assertEquals(2, problems.size());
    }

    @Test
    void takesTheTokenBeforeTheFile(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("token"), "from-file\n");

        assertEquals(
                Optional.of("from-file"),
                settings(Map.of("CONSUL_HTTP_TOKEN_FILE", file.toString())).token());
        assertEquals(
                Optional.of("from-variable"),
                settings(Map.of("CONSUL_HTTP_TOKEN", "from-variable", "CONSUL_HTTP_TOKEN_FILE", file.toString()))
                        .token());
        assertEquals(List.of(), problems);
    }

    @Test
    void tellsOfATokenFileThatIsMissingOrEmptyWithoutItsContent(@TempDir Path directory) throws IOException {
        Path empty = Files.writeString(directory.resolve("empty"), " \n");
        settings(Map.of("CONSUL_HTTP_TOKEN_FILE", directory + "/none"));
        settings(Map.of("CONSUL_HTTP_TOKEN_FILE", empty.toString()));
        Path huge = Files.writeString(directory.resolve("huge"), "secret".repeat(20_000));
        settings(Map.of("CONSUL_HTTP_TOKEN_FILE", huge.toString()));

        assertEquals(3, problems.size());
        assertTrue(problems.get(0).line().contains(directory + "/none"));
        assertTrue(problems.get(1).line().contains("is empty"));
        assertTrue(problems.get(2).line().contains("longer than any secret"));
        assertFalse(problems.get(2).line().contains("secretsecret"));
    }

    private ConsulApiSettings settings(Map<String, String> variables) {
        return ConsulApiSettings.from(new Environment(variables), new SecretFiles(), problems::add);
    }
}
