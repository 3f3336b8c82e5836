package consul.launcher.recovery;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Until when the own raft log is known to hold everything that was committed: what bounds the loss. Contact
/// with a leader alone doesn't show it: a server that comes back from a partition is in contact long before its
/// log has caught up. So after every gap, and with every new leader, the leader is asked once for the end of
/// its log. A value, kept by the regular look at the agent while it is healthy.
///
/// @param leader the leader's address at that contact
/// @param contact the last contact with a leader, or the last look at which this server was the leader
/// @param caughtUp whether the log has caught up since the last gap or change of leader
/// @param completeAt until when it is known to be complete, for [ProofLedger#complete]
public record LogWatch(String leader, Optional<Instant> contact, boolean caughtUp, Optional<Instant> completeAt) {

    /// A longer time without contact is a gap. A follower in contact may lack the very latest entries, and a
    /// leader that lost its followers notices only when its lease ends: 0.5 s by default, at most 5 s with
    /// `raft_multiplier` 10. So much is allowed for in any case.
    public static final Duration LAG = Duration.ofSeconds(5);

    /// Where a log ends: `last_log_term` and `last_log_index`, or those of the snapshot where that goes
    /// further.
    public record End(long term, long index) {

        /// Raft's log matching: who has an entry of the same term at the same place has everything before it
        /// too.
        boolean reaches(End other) {
            return term == other.term && index >= other.index;
        }
    }

    /// When the launcher starts.
    public static LogWatch start() {
        return new LogWatch("", Optional.empty(), false, Optional.empty());
    }

    /// Whether the leader should be asked for the end of its log.
    public boolean isDoubtful() {
        return !caughtUp;
    }

    /// Takes in one look at the own agent; to be had more often than once in [#LAG].
    ///
    /// @param at when the agent last heard from the leader (`X-Consul-LastContact`, or `last_contact`), or, of
    ///     a leader, when it was asked. Without a leader there is nothing to take in
    /// @param from the leader's address
    /// @param own the end of the own log, read after `leaders`
    /// @param leaders the end of the leader's log, which has everything that was ever committed, whereas its
    ///     commit index may be behind after an election; of a leader its own; empty if it wasn't asked or
    ///     didn't answer
    public LogWatch on(Instant at, String from, End own, Optional<End> leaders) {
        if (contact.isPresent() && !at.isAfter(contact.get())) {
            return this;
        }
        // The first contact proves nothing: a machine that was asleep takes itself for the leader for a moment.
        boolean steady = contact.isPresent() && !at.isAfter(contact.get().plus(LAG)) && leader.equals(from);
        boolean complete = steady && (caughtUp || leaders.filter(own::reaches).isPresent());
        return new LogWatch(from, Optional.of(at), complete, complete ? Optional.of(at) : completeAt);
    }
}
