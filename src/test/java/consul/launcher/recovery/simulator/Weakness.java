package consul.launcher.recovery.simulator;

/// A launcher with one guard missing, made by lying to the real one: a simulator that finds nothing wrong with
/// these proves nothing about the real one.
enum Weakness {
    NONE,
    /// I1: whoever can't be reached counts as dead.
    UNREACHABLE_IS_DEAD,
    /// I2: whoever is silent counts as blank.
    SILENT_IS_BLANK,
    /// I3: a leader of just now is no reason to wait.
    HASTY,
    /// I4: the worst log wins.
    WORST_LOG,
    /// I5: the own log is taken for complete now.
    COMPLETE_NOW,
    /// I5: the own log is taken for complete whenever there is contact with a leader.
    CONTACT_ONLY,
    /// I5: no allowance for a follower that lags.
    NO_LAG,
    /// I5: any loss will do.
    ANY_LOSS,
    /// I6: stopped is dead.
    STOPPED_IS_DEAD,
    /// I6: not found is dead.
    NOT_FOUND_IS_DEAD,
    /// I6: an error is a death.
    ERROR_IS_DEAD,
    /// I6: one answer is enough.
    ONE_ANSWER,
    /// I6: any answer counts, of whatever account or region.
    ANY_ACCOUNT,
    /// A voter is who has its address.
    BY_ADDRESS,
    /// I7: every disk is one's own.
    ANY_DISK,
    /// I8: every peers.json is one's own.
    ANY_PEERS_JSON,
    /// `auto` acts although others hold raft state.
    NOT_ALONE
}
