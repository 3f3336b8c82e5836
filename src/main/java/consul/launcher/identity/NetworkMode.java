package consul.launcher.identity;

/// How the ECS task is attached to the network; UNKNOWN outside ECS.
public enum NetworkMode {
    HOST,
    BRIDGE,
    AWSVPC,
    UNKNOWN
}
