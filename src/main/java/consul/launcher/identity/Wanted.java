package consul.launcher.identity;

/// What a launch still needs to know. Only what is wanted is asked for.
public enum Wanted {
    /// The EC2 instance's id, or the ECS task's where there is no instance.
    NODE_NAME,
    /// With [#NODE_NAME]: the task's id in awsvpc mode too, where several tasks share an instance.
    TASK_NAME,
    ADDRESS,
    REGION,
    /// Availability zone, instance type and the like: taken along, and never a reason to ask or to fail.
    NODE_META,
    NETWORK_MODE
}
