package consul.launcher.guide;

import java.util.List;

/// What docs/guide.md and the examples rely on in AWS, each with the words of AWS's own model that say so.
///
/// @param member of botocore's models: service, shape and mostly a member
/// @param words of its documentation, without markup
record AwsStatements(String member, String words) {

    static final List<AwsStatements> ALL = List.of(
            new AwsStatements(
                    "autoscaling.LifecycleHookSpecification.HeartbeatTimeout", "The range is from 30 to 7200 seconds"),
            new AwsStatements(
                    "autoscaling.Tag.PropagateAtLaunch", "added to new instances as they are launched in the group"),
            new AwsStatements(
                    "cloudformation.UpdateStackInput.DisableRollback",
                    "Preserve the state of previously provisioned resources when an operation fails"),
            new AwsStatements("ec2.DescribeInstancesRequest.DryRun", "without actually making the request"),
            new AwsStatements(
                    "ec2.InstanceMetadataOptionsRequest.HttpProtocolIpv6", "enables or disables the IPv6 endpoint"),
            new AwsStatements("ec2.InstanceMetadataOptionsRequest.HttpPutResponseHopLimit", "Default: 1"),
            new AwsStatements("ecs.ContainerDefinition.stopTimeout", "The max stop timeout value is 120 seconds"),
            new AwsStatements(
                    "ecs.ContainerDefinition.stopTimeout", "default values of 30 seconds for Linux containers"),
            new AwsStatements(
                    "ecs.ContainerDependency.condition", "This condition can't be set on an essential container"),
            new AwsStatements(
                    "ecs.CreateServiceRequest.enableExecuteCommand",
                    "enables execute command functionality on all containers"),
            new AwsStatements(
                    "ecs.CreateServiceRequest.schedulingStrategy",
                    "exactly one task on each active container instance"),
            new AwsStatements(
                    "ecs.CreateServiceRequest.schedulingStrategy", "don't support the DAEMON scheduling strategy"),
            new AwsStatements(
                    "ecs.DeploymentCircuitBreaker.rollback", "rolled back to the last deployment that completed"),
            new AwsStatements("ecs.DeploymentConfiguration.maximumPercent", "rounded down to the nearest integer"),
            new AwsStatements("ecs.DeploymentConfiguration.minimumHealthyPercent", "rounded up to the nearest integer"),
            new AwsStatements(
                    "ecs.HealthCheck",
                    "if the task reports as unhealthy then the task will be stopped and the service scheduler will replace it"),
            new AwsStatements(
                    "ecs.HealthCheck", "does not monitor Docker health checks that are embedded in a container image"),
            new AwsStatements(
                    "ecs.RegisterTaskDefinitionRequest.networkMode",
                    "exposed container ports are mapped directly to the corresponding host port"),
            new AwsStatements(
                    "ecs.TaskDefinition.executionRoleArn", "grants the Amazon ECS container agent permission"),
            new AwsStatements(
                    "ecs.UpdateServiceRequest.forceNewDeployment",
                    "use a newer Docker image with the same image/tag combination"),
            new AwsStatements(
                    "servicediscovery.DnsConfig.RoutingPolicy",
                    "If you don't define a health check for the service, Route 53 assumes that all instances are healthy"));
}
