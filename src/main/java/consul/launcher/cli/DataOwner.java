package consul.launcher.cli;

import consul.launcher.config.InstanceId;
import consul.launcher.config.Problem;
import consul.launcher.identity.Identity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/// The instance that wrote a server's data, by the file `launcher/owner`.
final class DataOwner {

    private static final int LONGEST = 64;

    private DataOwner() {}

    /// The problem of data that another instance wrote; empty if this one did, or that isn't known.
    static Optional<Problem> mismatch(Path data, Identity identity) {
        Optional<String> self = identity.instanceId();
        return self.isEmpty()
                ? Optional.empty()
                : read(data.resolve("launcher/owner"))
                        .filter(owner -> !owner.equals(self.get()))
                        .map(owner -> problem(data, owner, self.get()));
    }

    private static Problem problem(Path data, String owner, String self) {
        return new Problem(
                "the data in " + data + " is that of " + owner + ", and this is " + self
                        + ": if it came with a machine image or a snapshot, two agents have the same node id",
                "stop this agent, empty " + data + " here and in the image, and start it again; if the data was moved"
                        + " on purpose, write " + self + " into " + data.resolve("launcher/owner"));
    }

    /// Consul's user may write there: what is a link or no instance id is neither followed nor shown.
    private static Optional<String> read(Path file) {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            String text = new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8).strip();
            return InstanceId.isOne(text) ? Optional.of(text) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
