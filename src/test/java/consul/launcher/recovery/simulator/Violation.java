package consul.launcher.recovery.simulator;

/// A recovery that was wrong.
record Violation(Kind kind, long seed, long second, String detail) {

    enum Kind {
        /// Two leaders committed different entries.
        DIVERGED,
        /// I1: servers that may still live could elect a leader without the recovered one.
        OLD_QUORUM_POSSIBLE,
        /// I2: a living server with raft state is not in the plan.
        HOLDER_LEFT_OUT,
        /// I3: there was a leader within the confirmation time.
        LEADER_SEEN,
        /// I4, I2: a committed entry is gone that a living server had.
        LIVING_ENTRY_LOST,
        /// I5: a write is gone that the plan did not name as perhaps lost.
        LOSS_UNDERSTATED,
        /// I5: more may be lost than the operator allowed.
        LOSS_TOO_LARGE,
        /// I7: the launcher acted by itself on the disk of another instance.
        FOREIGN_DISK,
        /// I8: a peers.json of an operator was overwritten.
        STRAY_OVERWRITTEN,
        /// The launcher acted by itself although another living server holds raft state.
        NOT_ALONE,
        /// The same was logged twice.
        REPEATED_LOG
    }
}
