package consul.launcher.identity;

/// What a launch still needs to know. Only what is wanted is asked for.
public enum Wanted {
    NODE_NAME,
    ADDRESS,
    REGION,
    /// Availability zone, instance type and the like: taken along, and never a reason to ask or to fail.
    NODE_META,
    NETWORK_MODE
}
