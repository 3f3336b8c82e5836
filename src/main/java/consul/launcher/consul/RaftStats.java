package consul.launcher.consul;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A server's own view of its raft log.
///
/// @param state `Leader`, `Follower`, `Candidate` or `Shutdown`
/// @param term the current term, which a candidate without a quorum goes on raising
/// @param lastLogTerm the term of the last entry in the log; 0 where a snapshot is all there is
/// @param lastSnapshotIndex the last entry that the snapshot has; greater than `lastLogIndex` after a recovery
/// @param commitIndex 0 until it has heard of a leader since its start
/// @param lastContact since it last heard of a leader, zero on the leader itself; empty: never since its start
/// @param configuration the servers of its latest configuration, committed or not
public record RaftStats(
        String state,
        long term,
        long lastLogTerm,
        long lastLogIndex,
        long lastSnapshotTerm,
        long lastSnapshotIndex,
        long commitIndex,
        long appliedIndex,
        Optional<Duration> lastContact,
        List<RaftConfiguration.Server> configuration) {

    public RaftStats {
        configuration = List.copyOf(configuration);
    }

    /// The index of the last entry that it holds, in the log or in the snapshot.
    public long lastIndex() {
        return Math.max(lastLogIndex, lastSnapshotIndex);
    }

    /// The term of that entry. A higher one makes the better log, whatever the indexes are.
    public long lastTerm() {
        return lastSnapshotIndex > lastLogIndex ? lastSnapshotTerm : lastLogTerm;
    }

    /// Whether it holds nothing: it was never part of a cluster, or lost its disk. Asked for its raft configuration,
    /// such a server waits for a leader and then refuses.
    public boolean isBlank() {
        return configuration.isEmpty() && lastLogIndex == 0 && lastSnapshotIndex == 0;
    }
}
