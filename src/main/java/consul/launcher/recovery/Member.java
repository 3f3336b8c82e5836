package consul.launcher.recovery;

/// One member of the gossip pool, as `/v1/agent/members` gives it.
///
/// @param name the node name: the EC2 instance id, where the launcher named it
/// @param raftId the serf tag `id`
/// @param address `ip:port` of raft: the member's address and its tag `port`
/// @param server whether its tag `role` is `consul`
public record Member(String name, String raftId, String address, Status status, boolean server) {

    /// As gossip sees it from here; `FAILED` is no proof of anything, and an alive one may be dead since
    /// seconds.
    public enum Status {
        ALIVE,
        LEAVING,
        LEFT,
        FAILED
    }
}
