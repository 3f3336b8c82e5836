package consul.launcher.aws;

import consul.launcher.config.AwsRegion;
import consul.launcher.identity.NetworkMode;
import consul.launcher.json.JsonException;
import consul.launcher.json.JsonNode;

/// One ECS task as version 4 of its metadata describes it.
///
/// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html
///
/// @param fault why the text is no task; empty if it is one. Every other text is empty where it isn't known.
/// @param launchType `EC2`, `FARGATE`, `EXTERNAL` or one that came later
/// @param address the task's own, only where it has a network interface of its own (awsvpc)
/// @param addressFamily the key that the address stood under
record EcsTask(
        String fault,
        String taskId,
        String region,
        String cluster,
        String launchType,
        String zone,
        NetworkMode networkMode,
        String address,
        String addressFamily) {

    private static final String IPV4 = "IPv4Addresses";
    private static final String IPV6 = "IPv6Addresses";

    /// Whether the instance under the task is one of EC2's that the task may ask about itself. A launch type
    /// that isn't known is taken for one: agents before 1.45 don't tell, and they run on EC2.
    boolean onEc2() {
        return !launchType.equals("FARGATE") && !isExternal();
    }

    /// Whether it runs on a machine of the user's own: ECS Anywhere.
    boolean isExternal() {
        return launchType.equals("EXTERNAL");
    }

    static EcsTask read(String json) {
        Reader reader = new Reader();
        try {
            JsonNode task = JsonNode.parse(json);
            if (!task.isObject()) {
                return reader.fault("no JSON object");
            }
            reader.take(task);
            return reader.task();
        } catch (JsonException e) {
            return reader.fault("not JSON: " + e.getMessage());
        }
    }

    /// Collects what is known.
    private static final class Reader {

        private String taskId = "";
        private String region = "";
        private String cluster = "";
        private String launchType = "";
        private String zone = "";
        private NetworkMode networkMode = NetworkMode.UNKNOWN;
        private String ipv4 = "";
        private String ipv6 = "";

        EcsTask fault(String why) {
            return new EcsTask(why, "", "", "", "", "", NetworkMode.UNKNOWN, "", "");
        }

        EcsTask task() {
            boolean old = ipv4.isEmpty();
            return new EcsTask(
                    "", taskId, region, cluster, launchType, zone, networkMode, old ? ipv6 : ipv4, old ? IPV6 : IPV4);
        }

        void take(JsonNode task) {
            arn(text(task, "TaskARN"));
            cluster = clusterName(text(task, "Cluster"));
            launchType = text(task, "LaunchType");
            String where = text(task, "AvailabilityZone");
            zone = AwsRegion.isZone(where) ? where : "";
            // The containers of a task share its network mode, and in awsvpc mode its interface: whose network it is
            // doesn't matter.
            for (JsonNode container : list(task, "Containers")) {
                for (JsonNode network : list(container, "Networks")) {
                    take(network, mode(text(network, "NetworkMode")));
                }
            }
        }

        private void take(JsonNode network, NetworkMode mode) {
            if (networkMode == NetworkMode.UNKNOWN) {
                networkMode = mode;
            }
            if (mode == NetworkMode.AWSVPC) {
                ipv4 = ipv4.isEmpty() ? firstAddress(list(network, IPV4)) : ipv4;
                ipv6 = ipv6.isEmpty() ? firstAddress(list(network, IPV6)) : ipv6;
            }
        }

        /// Empty for what is no string.
        private static String text(JsonNode node, String name) {
            JsonNode value = node.path(name);
            return value.isTextual() ? value.asText() : "";
        }

        /// Without elements for what is no list.
        private static JsonNode list(JsonNode node, String name) {
            JsonNode value = node.path(name);
            return value.isArray() ? value : JsonNode.MISSING;
        }

        /// `arn:aws:ecs:eu-west-1:123456789012:task/cluster/0123…`; in the old form without the cluster.
        private void arn(String arn) {
            String id = arn.substring(arn.lastIndexOf('/') + 1);
            if (!arn.startsWith("arn:") || !arn.contains(":task/") || !Shapes.isTaskId(id)) {
                return;
            }
            taskId = id;
            int start = arn.indexOf(":ecs:") + 5;
            int end = arn.indexOf(':', start);
            if (start > 4 && end > start && AwsRegion.isOne(arn.substring(start, end))) {
                region = arn.substring(start, end);
            }
        }

        /// A name, or the ARN that ends with it.
        private static String clusterName(String value) {
            String name = value.substring(value.lastIndexOf('/') + 1);
            return Shapes.isClusterName(name) ? name : "";
        }

        private static String firstAddress(JsonNode addresses) {
            for (JsonNode address : addresses) {
                if (address.isTextual() && Shapes.isAddress(address.asText())) {
                    return address.asText();
                }
            }
            return "";
        }

        private static NetworkMode mode(String name) {
            return switch (name) {
                case "awsvpc" -> NetworkMode.AWSVPC;
                case "host" -> NetworkMode.HOST;
                // "default" is Docker's word for its bridge.
                case "bridge", "default" -> NetworkMode.BRIDGE;
                default -> NetworkMode.UNKNOWN;
            };
        }
    }
}
