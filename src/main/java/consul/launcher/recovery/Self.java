package consul.launcher.recovery;

import java.util.Optional;

/// This instance and its Consul agent.
///
/// @param instanceId from the EC2 metadata; empty text if there is none
/// @param raftId the node id (`<data-dir>/node-id`)
/// @param address `ip:port` that others reach its raft at
/// @param server false for a client agent
/// @param raft empty if the agent didn't answer; [RaftState#blank] if it did and holds nothing. With Consul
///     stopped: what was read just before
public record Self(String instanceId, String raftId, String address, boolean server, Optional<RaftState> raft) {}
