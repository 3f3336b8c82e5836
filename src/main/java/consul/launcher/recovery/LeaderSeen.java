package consul.launcher.recovery;

import java.time.Instant;

/// Somebody knew a leader.
///
/// @param by the node name of who knew it
/// @param leader its address
/// @param at the last time that it was known
public record LeaderSeen(String by, String leader, Instant at) {}
