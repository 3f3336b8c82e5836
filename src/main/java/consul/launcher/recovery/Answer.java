package consul.launcher.recovery;

import java.time.Instant;
import java.util.Optional;

/// What another agent said about itself, asked directly. Who said nothing has no answer. Whose answer it is, is
/// what the agent calls itself, never the address that it was asked at.
public sealed interface Answer {

    /// The node name: the EC2 instance id, where the launcher named it.
    String name();

    Instant at();

    /// @param raftId its node id
    /// @param address `ip:port` of its raft
    /// @param server false for a client agent, which holds no raft state
    /// @param raft what it holds; [RaftState#blank] for a client and a blank server
    /// @param leader the leader that it knows, by address
    record Told(
            String name,
            Instant at,
            String raftId,
            String address,
            boolean server,
            RaftState raft,
            Optional<String> leader)
            implements Answer {}

    /// It is there, but its ACLs hide what it holds.
    ///
    /// @param rule what the token lacks, for example `operator = "read"`
    record Refused(String name, Instant at, String rule) implements Answer {}
}
