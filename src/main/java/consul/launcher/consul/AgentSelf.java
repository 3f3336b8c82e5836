package consul.launcher.consul;

import java.util.Optional;

/// What the agent says of itself, `/v1/agent/self`.
///
/// @param nodeId the node's id, which is a server's raft id
/// @param version Consul's, `1.8.7` for example
/// @param member how it is in the gossip pool
/// @param raft its raft statistics, if it is a server
public record AgentSelf(
        String nodeName,
        String nodeId,
        String datacenter,
        boolean server,
        String version,
        Member member,
        Optional<RaftStats> raft) {}
