package consul.launcher.config;

/// `CONSUL_LEAVE`: whether an agent that is told to stop leaves the cluster first.
public enum Leave {
    /// A client leaves; a server leaves if its instance is going away and the cluster can bear it.
    AUTO,
    /// Leaves whatever the consequences.
    ALWAYS,
    /// Never leaves.
    NEVER
}
