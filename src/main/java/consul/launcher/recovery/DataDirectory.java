package consul.launcher.recovery;

import java.util.Optional;

/// What the data directory says about itself.
///
/// @param path where it is
/// @param owner the instance that wrote it, from the launcher's marker; empty where there is no marker yet
/// @param peersInfo whether `raft/peers.info` exists: without it Consul deletes peers.json unread
public record DataDirectory(String path, Optional<String> owner, PeersFile peersFile, boolean peersInfo) {

    /// Whose `raft/peers.json` it is.
    public enum PeersFile {
        ABSENT,
        /// Its content is what the launcher planned.
        OURS,
        /// Anybody else's: never touched.
        STRAY
    }
}
