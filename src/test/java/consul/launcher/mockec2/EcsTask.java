package consul.launcher.mockec2;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One ECS task, as version 4 of the task metadata endpoint shows it:
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html>
///
/// @param launchType `EC2` or `FARGATE`
/// @param networkMode `host`, `bridge` or `awsvpc`
/// @param address the task's own address; empty in host mode, where AWS gives none
public record EcsTask(
        String id, String cluster, String launchType, String networkMode, String address, String ipv6, String zone) {

    private static final String ACCOUNT = "111122223333";

    static EcsTask of(Attributes given) {
        EcsTask task = new EcsTask(
                given.require("id"),
                given.take("cluster", "default"),
                given.take("launch", "EC2"),
                given.take("network", "awsvpc"),
                given.take("address", ""),
                given.take("ipv6", ""),
                given.take("zone", "eu-central-1a"));
        given.expectNothingLeft();
        return task;
    }

    private String region() {
        return zone.substring(0, zone.length() - 1);
    }

    String arn() {
        return "arn:aws:ecs:" + region() + ":" + ACCOUNT + ":task/" + cluster + "/" + id;
    }

    /// What `${ECS_CONTAINER_METADATA_URI_V4}/task` answers.
    Map<String, Object> task() {
        Map<String, Object> json = new LinkedHashMap<>();
        // Fargate gives the cluster's ARN, EC2 its short name.
        json.put(
                "Cluster",
                launchType.equals("FARGATE")
                        ? "arn:aws:ecs:" + region() + ":" + ACCOUNT + ":cluster/" + cluster
                        : cluster);
        json.put("TaskARN", arn());
        json.put("Family", "consul");
        json.put("Revision", "1");
        json.put("DesiredStatus", "RUNNING");
        json.put("KnownStatus", "RUNNING");
        json.put("AvailabilityZone", zone);
        json.put("LaunchType", launchType);
        json.put("Containers", List.of(container()));
        return json;
    }

    /// What `${ECS_CONTAINER_METADATA_URI_V4}` itself answers.
    Map<String, Object> container() {
        Map<String, Object> network = new LinkedHashMap<>();
        network.put("NetworkMode", networkMode);
        network.put("IPv4Addresses", List.of(address));
        if (!ipv6.isEmpty()) {
            network.put("IPv6Addresses", List.of(ipv6));
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("DockerId", id + "-0123456789");
        json.put("Name", "consul");
        json.put("DockerName", "consul");
        json.put("Image", "consul-launcher");
        json.put("DesiredStatus", "RUNNING");
        json.put("KnownStatus", "RUNNING");
        json.put("Labels", Map.of("com.amazonaws.ecs.task-arn", arn()));
        json.put("Type", "NORMAL");
        json.put("Networks", List.of(network));
        return json;
    }
}
