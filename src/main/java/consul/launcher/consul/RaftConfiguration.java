package consul.launcher.consul;

import java.util.List;

/// The raft configuration, `/v1/operator/raft/configuration`.
///
/// @param index of the log entry that it came with; 0 where Consul doesn't say it, as 1.8 never does
public record RaftConfiguration(List<Server> servers, long index) {

    public RaftConfiguration {
        servers = List.copyOf(servers);
    }

    /// @param id the raft id, which is the node's id
    /// @param node the name that Consul found for the address, which can be that of another server at this address;
    ///     `(unknown)` where nobody is found
    /// @param address with the port, `10.0.0.1:8300`
    /// @param leader whether it leads; without a leader nobody does
    public record Server(String id, String node, String address, boolean leader, boolean voter) {}
}
