package consul.launcher.recovery;

import java.time.Instant;

/// One look at EC2.
///
/// @param at when the last answer of it was complete: what it calls terminated was dead by then
/// @param byId asked for the own instance, every server of every known raft configuration by every name it was
///     seen under, every server in gossip and every instance of `byTag`
/// @param byTag every instance that carries the cluster's tag, in any state
public record Ec2Round(Instant at, Ec2Answer byId, Ec2Answer byTag) {}
