package consul.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// D14.
final class ServerMetadataTest {

    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

    @TempDir
    private Path data;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                // 168 hours are 604,800 seconds.
                "{\"last_seen_unix\":1799395200} | -      | fine",
                "{\"last_seen_unix\":1799395199} | -      | old, 168 h",
                "{\"last_seen_unix\":1799395199} | 168h1s | fine",
                "{\"last_seen_unix\":1799395199} | 1.5h   | old, 1 h",
                "{\"last_seen_unix\":1799395199} | 720h   | fine",
                "{\"last_seen_unix\":1799395199} | 7d     | old, 168 h",
                "{\"last_seen_unix\":9999999999} | -      | fine",
                "{}                              | -      | old, 168 h",
                "{\"last_seen_unix\":17          | -      | damaged",
                "``                              | -      | damaged",
                "[]                              | -      | damaged",
            })
    void tellsWhatConsulWillRefuse(String text, String maxAge, String outcome) throws IOException {
        Path file = Files.writeString(data.resolve("server_metadata.json"), text);

        Optional<String> refusal = ServerMetadata.refusal(data, Optional.ofNullable(maxAge), NOW);

        String told = refusal.map(line -> line.startsWith(
                                file + " is damaged, so Consul 1.15.3 and newer refuses to start")
                        ? "damaged"
                        : line.replaceAll("(?s)^this server was last up at .* more than (\\d+) h ago .*", "old, $1 h"))
                .orElse("fine");
        assertEquals(outcome, told, refusal::toString);
    }

    @Test
    void saysNothingWithoutTheFile() {
        assertEquals(Optional.empty(), ServerMetadata.refusal(data, Optional.empty(), NOW));
    }

    @ParameterizedTest
    @CsvSource({"168h,604800", "1h30m,5400", "1m30s,90", "1500ms,1", "0.5h,1800", "7d,-1", "h,-1", "5,-1", "'',-1"})
    void readsTimesAsGoDoes(String text, long seconds) {
        assertEquals(seconds, GoText.duration(text).map(Duration::toSeconds).orElse(-1L));
    }
}
