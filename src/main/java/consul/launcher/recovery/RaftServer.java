package consul.launcher.recovery;

/// One server of a raft configuration, as `/v1/operator/raft/configuration?stale` gives it.
///
/// @param id the raft id: the server's node id since raft protocol 3
/// @param address `ip:port` as of when the server was added; a living server may since re-use a dead one's
/// @param node the name that Consul found **by the address**, so it can name the wrong server; for display,
///     never a proof
/// @param voter false for a non-voter and one that is still staging
public record RaftServer(String id, String address, String node, boolean voter) {}
