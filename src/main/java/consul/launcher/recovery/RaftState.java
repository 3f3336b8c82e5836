package consul.launcher.recovery;

import java.util.List;

/// What one server's raft holds, from its raft configuration and its own statistics (`/v1/agent/self`,
/// Stats.raft).
///
/// @param servers the latest configuration in its log, committed or not
/// @param configurationIndex the log index of that configuration (`Index` of the answer), or where Consul doesn't
///     tell it the last one that it can be
/// @param lastTerm of the last entry: `last_log_term`, or `last_snapshot_term` where the snapshot goes further,
///     as after a recovery, which leaves an empty log behind a snapshot
/// @param lastIndex of the last entry: `last_log_index` or `last_snapshot_index`, the greater
/// @param commitIndex `commit_index`
public record RaftState(
        List<RaftServer> servers, long configurationIndex, long lastTerm, long lastIndex, long commitIndex) {

    public RaftState {
        servers = List.copyOf(servers);
    }

    /// A server that was never part of a cluster, or lost its disk.
    public static RaftState blank() {
        return new RaftState(List.of(), 0, 0, 0, 0);
    }

    public boolean isBlank() {
        return servers.isEmpty() && lastIndex == 0;
    }

    public boolean names(String raftId) {
        return servers.stream().anyMatch(server -> server.id().equals(raftId));
    }

    public List<RaftServer> voters() {
        return servers.stream().filter(RaftServer::voter).toList();
    }

    public boolean hasVoter(String raftId) {
        return servers.stream().anyMatch(server -> server.voter() && server.id().equals(raftId));
    }
}
