package consul.launcher.consul;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// The node id of the agent that the launcher started, which tells it from another agent that answers at the same
/// address: `CONSUL_HTTP_ADDR` may name any.
///
/// @param given `-node-id` or `node_id`; then Consul doesn't look into its data directory
/// @param dataDirectory where Consul keeps the id otherwise; empty if that isn't known
public record OwnNode(Optional<String> given, Optional<Path> dataDirectory) {

    /// An id has 36 characters.
    private static final long LONGEST = 1024;

    /// Why an agent with this id isn't the own one; empty if it is. Consul writes the file before it answers.
    Optional<String> differs(String nodeId) {
        if (given.isPresent()) {
            return isSame(given.get(), nodeId)
                    ? Optional.empty()
                    : Optional.of("its node id is " + nodeId + ", this launcher's agent has " + given.get());
        }
        if (dataDirectory.isEmpty()) {
            return Optional.of("the data directory of this launcher's agent isn't known: give -data-dir");
        }
        Path file = dataDirectory.get().resolve("node-id");
        try {
            if (Files.size(file) > LONGEST || !Files.isRegularFile(file)) {
                return Optional.of(file + " holds no node id");
            }
            return isSame(Files.readString(file), nodeId)
                    ? Optional.empty()
                    : Optional.of("its node id is " + nodeId + ", " + file + " has another one");
        } catch (NoSuchFileException e) {
            return Optional.of("its node id is " + nodeId + ", and there is no " + file);
        } catch (IOException e) {
            return Optional.of("the node id of this launcher's agent can't be read: " + e);
        }
    }

    /// As Consul reads an id.
    private static boolean isSame(String own, String nodeId) {
        return own.strip().toLowerCase(Locale.ROOT).equals(nodeId.toLowerCase(Locale.ROOT));
    }
}
