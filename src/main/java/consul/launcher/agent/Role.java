package consul.launcher.agent;

/// What the agent is to its cluster.
public enum Role {
    SERVER,
    CLIENT,
    /// A server of its own, in memory only: nothing is derived for it.
    DEV
}
