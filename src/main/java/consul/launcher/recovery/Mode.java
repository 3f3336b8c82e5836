package consul.launcher.recovery;

/// `CONSUL_QUORUM_RECOVERY`.
public enum Mode {
    /// Diagnose, log the plan and the command that applies it.
    ADVISE,
    /// Apply the plan where this is the only holder of raft state.
    AUTO,
    /// Look at nothing.
    OFF
}
