package consul.launcher.agent;

import consul.launcher.json.JsonException;
import consul.launcher.json.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// `server_metadata.json` in a server's data directory: when it was last seen, which Consul since 1.15.3 writes once an
/// hour, and not in one step. By it Consul refuses to start a server that was off for longer than
/// `server_rejoin_age_max`, or whose file is damaged (consul#20722).
public final class ServerMetadata {

    /// Consul's default.
    static final Duration MAX_AGE = Duration.ofDays(7);

    private static final String NAME = "server_metadata.json";

    /// No such file is longer; keeps another one from filling the launcher's small heap.
    private static final int LONGEST = 4096;

    private ServerMetadata() {}

    /// Whether a warning is one of [#refusal].
    public static boolean isSource(String warning) {
        return warning.contains(NAME);
    }

    /// Why Consul 1.15.3 or newer will refuse to start, and the way out; empty if it won't, or an older Consul wrote
    /// the data.
    ///
    /// @param maxAge `server_rejoin_age_max`; empty if the user doesn't set it
    static Optional<String> refusal(Path data, Optional<String> maxAge, Instant now) {
        Path file = data.resolve(NAME);
        try {
            if (Files.size(file) > LONGEST) {
                return Optional.of(damaged(file));
            }
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            JsonNode metadata = JsonNode.parse(text);
            if (!metadata.isObject()) {
                return Optional.of(damaged(file));
            }
            long seen = metadata.path("last_seen_unix").asLong();
            Duration most = maxAge.flatMap(GoText::duration).orElse(MAX_AGE);
            return seen < now.minus(most).getEpochSecond()
                    ? Optional.of(tooOld(file, data, Instant.ofEpochSecond(Math.max(0, seen)), most))
                    : Optional.empty();
        } catch (IOException e) {
            // None, as before the first start; or Consul's to say.
            return Optional.empty();
        } catch (JsonException e) {
            return Optional.of(damaged(file));
        }
    }

    private static String damaged(Path file) {
        return file + " is damaged, so Consul 1.15.3 and newer refuses to start: delete that file";
    }

    private static String tooOld(Path file, Path data, Instant seen, Duration most) {
        return "this server was last up at " + seen + " by " + file + ", more than " + most.toHours()
                + " h ago (server_rejoin_age_max), so Consul 1.15.3 and newer refuses to rejoin: empty " + data
                + " where the other servers live, and it joins as a new one; where its data is the only one left, delete"
                + " that file";
    }
}
