package consul.launcher.aws;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import consul.launcher.identity.NetworkMode;
import java.io.IOException;

/// One ECS task as version 4 of its metadata describes it. Loaded only where ECS is asked: this is what brings
/// Jackson.
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
        return !launchType.equals("FARGATE") && !launchType.equals("EXTERNAL");
    }

    static EcsTask read(String json) {
        Reader reader = new Reader();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return reader.fault("no JSON object");
            }
            reader.task(parser);
            if (parser.nextToken() != null) {
                return reader.fault("more than one JSON object");
            }
            return reader.task("");
        } catch (JsonProcessingException e) {
            return reader.fault("not JSON: " + e.getOriginalMessage() + " in line "
                    + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr());
        } catch (IOException e) {
            return reader.fault("not readable: " + e);
        }
    }

    /// Collects what is known while the parser walks.
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

        EcsTask task(String fault) {
            boolean old = ipv4.isEmpty();
            return new EcsTask(
                    fault,
                    taskId,
                    region,
                    cluster,
                    launchType,
                    zone,
                    networkMode,
                    old ? ipv6 : ipv4,
                    old ? IPV6 : IPV4);
        }

        void task(JsonParser parser) throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("Containers") && value == JsonToken.START_ARRAY) {
                    containers(parser);
                } else if (value == JsonToken.VALUE_STRING) {
                    member(name, parser.getText());
                } else {
                    parser.skipChildren();
                }
            }
        }

        private void member(String name, String value) {
            switch (name) {
                case "TaskARN" -> arn(value);
                case "Cluster" -> cluster = clusterName(value);
                case "LaunchType" -> launchType = value;
                case "AvailabilityZone" -> zone = Shapes.isZone(value) ? value : "";
                default -> {}
            }
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
            if (start > 4 && end > start && Shapes.isRegion(arn.substring(start, end))) {
                region = arn.substring(start, end);
            }
        }

        /// A name, or the ARN that ends with it.
        private static String clusterName(String value) {
            String name = value.substring(value.lastIndexOf('/') + 1);
            return Shapes.isClusterName(name) ? name : "";
        }

        /// The containers of a task share its network mode, and in awsvpc mode its interface: whose network it is
        /// doesn't matter.
        private void containers(JsonParser parser) throws IOException {
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    if (parser.nextToken() == JsonToken.START_ARRAY && name.equals("Networks")) {
                        networks(parser);
                    } else {
                        parser.skipChildren();
                    }
                }
            }
        }

        private void networks(JsonParser parser) throws IOException {
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                NetworkMode mode = NetworkMode.UNKNOWN;
                String first4 = "";
                String first6 = "";
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    JsonToken value = parser.nextToken();
                    if (name.equals("NetworkMode") && value == JsonToken.VALUE_STRING) {
                        mode = mode(parser.getText());
                    } else if (name.equals(IPV4) && value == JsonToken.START_ARRAY) {
                        first4 = firstAddress(parser);
                    } else if (name.equals(IPV6) && value == JsonToken.START_ARRAY) {
                        first6 = firstAddress(parser);
                    } else {
                        parser.skipChildren();
                    }
                }
                if (networkMode == NetworkMode.UNKNOWN) {
                    networkMode = mode;
                }
                if (mode == NetworkMode.AWSVPC) {
                    ipv4 = ipv4.isEmpty() ? first4 : ipv4;
                    ipv6 = ipv6.isEmpty() ? first6 : ipv6;
                }
            }
        }

        private static String firstAddress(JsonParser parser) throws IOException {
            String first = "";
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (first.isEmpty()
                        && parser.currentToken() == JsonToken.VALUE_STRING
                        && Shapes.isAddress(parser.getText())) {
                    first = parser.getText();
                }
                parser.skipChildren();
            }
            return first;
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
