package consul.launcher.identity;

/// What a launch still needs to know. Only what is wanted is asked for.
public enum Wanted {
    NODE_NAME,
    ADDRESS,
    REGION,
    NODE_META,
    NETWORK_MODE
}
