package consul.launcher.identity;

import consul.launcher.config.InstanceId;
import consul.launcher.config.Origin;
import consul.launcher.config.Sourced;
import java.util.Map;
import java.util.Optional;

/// Who this instance is, as far as it was asked for; each value with its source. Values are validated: never empty,
/// never anything but what they claim to be.
///
/// @param nodeName the EC2 instance id, or the ECS task id where there is no EC2 instance or [Wanted#TASK_NAME] asks
/// for it
/// @param address the address other agents reach this one at, IPv4 or IPv6 without brackets
/// @param region the AWS region; also where it wasn't asked for, if it came along with something else
/// @param nodeMeta node metadata in insertion order: availability-zone, instance-type, instance-id, ecs-cluster,
/// ecs-task
/// @param networkMode how the ECS task is attached to the network
public record Identity(
        Optional<Sourced<String>> nodeName,
        Optional<Sourced<String>> address,
        Optional<Sourced<String>> region,
        Map<String, Sourced<String>> nodeMeta,
        NetworkMode networkMode) {

    public Identity {
        nodeMeta = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(nodeMeta));
    }

    /// The EC2 instance's id, if EC2 said it: a name that a user gave proves nothing.
    public Optional<String> instanceId() {
        return Optional.ofNullable(nodeMeta.get("instance-id"))
                .or(() -> nodeName)
                .filter(value -> value.origin().kind() == Origin.Kind.METADATA && InstanceId.isOne(value.value()))
                .map(Sourced::value);
    }

    /// Nothing known: `CONSUL_METADATA=none`, or nothing was wanted.
    public static Identity unknown() {
        return new Identity(Optional.empty(), Optional.empty(), Optional.empty(), Map.of(), NetworkMode.UNKNOWN);
    }
}
