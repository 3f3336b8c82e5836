package consul.launcher.consul;

import java.util.List;

/// The leader's view of its servers, `/v1/operator/autopilot/health`.
///
/// @param servers none in the first seconds after an election
public record AutopilotHealth(List<Server> servers) {

    public AutopilotHealth {
        servers = List.copyOf(servers);
    }

    /// @param id the raft id, which is the node's id
    /// @param serfStatus how gossip sees it: `alive`, `leaving`, `left` or `failed`
    /// @param healthy in the eyes of autopilot: alive, in contact with the leader, and not far behind its log
    public record Server(String id, String serfStatus, boolean voter, boolean healthy) {}
}
