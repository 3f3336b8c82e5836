package consul.launcher.consul;

import java.util.List;

/// The leader's view of its servers, `/v1/operator/autopilot/health`.
///
/// @param healthy whether every server is
/// @param failureTolerance how many voters may be lost
public record AutopilotHealth(boolean healthy, int failureTolerance, List<Server> servers) {

    public AutopilotHealth {
        servers = List.copyOf(servers);
    }

    /// @param id the raft id
    /// @param serfStatus `alive`, `failed`, `left`
    public record Server(
            String id,
            String name,
            String address,
            String serfStatus,
            boolean leader,
            boolean voter,
            boolean healthy,
            long lastTerm,
            long lastIndex) {}
}
