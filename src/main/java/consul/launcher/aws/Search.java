package consul.launcher.aws;

import consul.launcher.config.AwsRegion;
import consul.launcher.config.InstanceId;
import consul.launcher.config.MetadataSettings;
import consul.launcher.config.MetadataSettings.Mode;
import consul.launcher.config.Origin;
import consul.launcher.config.Sourced;
import consul.launcher.identity.IdentitySource.Found;
import consul.launcher.identity.IdentitySource.NotFound;
import consul.launcher.identity.IdentitySource.Result;
import consul.launcher.identity.NetworkMode;
import consul.launcher.identity.Wanted;
import consul.launcher.json.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One search for who this instance is: which service is asked for what, with as few calls as that takes.
///
/// ECS says how the task runs, and so whether the instance's name and address are this agent's or the task has
/// its own; EC2 says the rest. Node metadata is taken along where something else is asked, and never a reason
/// to ask or to fail; so is the region where nobody wants it, for whoever asks the EC2 API later.
final class Search {

    private static final String DOCUMENT = "/latest/dynamic/instance-identity/document";

    /// A task with ten containers has 15 KB.
    private static final int MOST_TASK_BYTES = 1024 * 1024;

    private final MetadataSettings settings;
    private final Set<Wanted> wanted;
    private final Findings found;
    private final List<String> notes = new ArrayList<>();
    private List<String> remedies = List.of();

    /// Whether the node is named after its task, and the instance under that isn't known yet.
    private boolean lacksInstance;

    Search(MetadataSettings settings, Set<Wanted> wanted) {
        this.settings = settings;
        this.wanted = wanted;
        this.found = new Findings(wanted);
        if (found.missRegion()) {
            found.region = settings.region().orElse(null);
        }
    }

    boolean asksEcs() {
        boolean allowed = settings.mode() == Mode.AUTO || settings.mode() == Mode.ECS;
        return allowed && settings.ecsEndpoint().isPresent() && (wanted.contains(Wanted.NETWORK_MODE) || found.miss());
    }

    boolean asksEc2() {
        boolean allowed = settings.mode() == Mode.AUTO || settings.mode() == Mode.EC2;
        return allowed && !settings.ec2Disabled() && found.miss();
    }

    /// What is known, or why it isn't, where there is nobody to ask.
    Result withoutCall() {
        if (settings.mode() == Mode.NONE || !found.miss()) {
            return new Found(found.identity());
        }
        if (settings.mode() == Mode.ECS) {
            notes.add("ECS metadata not asked: " + MetadataSettings.ECS_ENDPOINT + " is not set");
            remedies = Remedies.notInEcs(wanted);
        } else {
            ec2Disabled();
        }
        return new NotFound(notes, remedies);
    }

    Result run(Http http, Ec2Metadata ec2) {
        if ((asksEcs() && !fromEcs(http)) || (found.miss() && !fromEc2(http, ec2))) {
            List<String> attempts = new ArrayList<>(http.story());
            attempts.addAll(notes);
            return new NotFound(attempts, remedies);
        }
        return new Found(found.identity());
    }

    // ---- ECS

    /// Whether the instance is to be asked about for the node metadata of a task alone, once.
    boolean lacksInstance() {
        return lacksInstance && wanted.contains(Wanted.NODE_META) && !settings.ec2Disabled();
    }

    /// Takes what the instance says along; that it says nothing is no reason to fail.
    void instance(Http http, Ec2Metadata ec2) {
        Answer document = ec2.get(DOCUMENT);
        if (document.ok() && !Ec2Metadata.isNoToken(document)) {
            fromDocument(http, document);
        }
    }

    Result found() {
        return new Found(found.identity());
    }

    private boolean fromEcs(Http http) {
        Answer answer = http.get(settings.ecsEndpoint().orElseThrow() + "/task", null, MOST_TASK_BYTES);
        if (!answer.ok()) {
            remedies = Remedies.ecs(settings, wanted);
            return false;
        }
        EcsTask task = EcsTask.read(answer.body());
        if (!task.fault().isEmpty()) {
            http.reject(answer, "a task's metadata (" + task.fault() + ")");
            remedies = Remedies.ecs(settings, wanted);
            return false;
        }
        found.networkMode = task.networkMode();
        found.zone = ecs(task.zone(), "AvailabilityZone");
        found.cluster = ecs(task.cluster(), "Cluster");
        found.taskId = ecs(task.taskId(), "TaskARN");
        if (found.region == null) {
            found.region = ecs(task.region(), "TaskARN");
        }
        boolean instanceToo = settings.mode() == Mode.AUTO && task.onEc2();
        if (found.missAddress() && (found.networkMode == NetworkMode.AWSVPC || !instanceToo)) {
            found.address = ecs(task.address(), task.addressFamily());
            if (found.missAddress()) {
                return noAddressOfItsOwn(http, answer, task);
            }
        }
        boolean named = !instanceToo || (found.networkMode == NetworkMode.AWSVPC && wanted.contains(Wanted.TASK_NAME));
        if (named && found.missName()) {
            found.nodeName = found.taskId;
        }
        if (instanceToo) {
            lacksInstance = !found.miss() && found.nodeName != null;
            return true;
        }
        if (found.miss()) {
            http.reject(answer, "a task's metadata with a usable TaskARN");
            remedies = Remedies.ecs(settings, wanted);
            return false;
        }
        return true;
    }

    /// A container's address on its host's bridge is the same on every host: advertised, it makes a cluster whose
    /// members can't reach each other.
    private boolean noAddressOfItsOwn(Http http, Answer answer, EcsTask task) {
        if (found.networkMode == NetworkMode.BRIDGE || found.networkMode == NetworkMode.HOST) {
            notes.add("the task's network mode is " + (found.networkMode == NetworkMode.HOST ? "host" : "bridge")
                    + ": ECS metadata has no address that other hosts reach it at");
        } else {
            http.reject(answer, "a task's metadata with a usable address in Containers[].Networks[]");
        }
        remedies = Remedies.noTaskAddress(settings, task.isExternal());
        return false;
    }

    private static @Nullable Sourced<String> ecs(String value, String key) {
        return value.isEmpty() ? null : new Sourced<>(value, Origin.metadata("ECS task metadata " + key));
    }

    // ---- EC2

    private boolean fromEc2(Http http, Ec2Metadata ec2) {
        if (settings.ec2Disabled()) {
            ec2Disabled();
            return false;
        }
        boolean askForIpv4 = true;
        int values = (found.missName() ? 1 : 0) + (found.missAddress() ? 1 : 0) + (found.missRegion() ? 1 : 0);
        if (values > 1 || wanted.contains(Wanted.NODE_META)) {
            Answer document = ec2.get(DOCUMENT);
            if (document.status() == 0 || Ec2Metadata.isNoToken(document)) {
                return failed(document);
            }
            askForIpv4 = !document.ok() || fromDocument(http, document);
        }
        return fromPaths(ec2, askForIpv4);
    }

    /// Takes what is usable; what is not may have a path of its own, as in services that stand in for EC2's.
    ///
    /// @return whether the instance may have an IPv4 address that wasn't found
    private boolean fromDocument(Http http, Answer document) {
        JsonNode values = JsonNode.object(document.body());
        if (!values.isObject()) {
            http.reject(document, "an instance-identity document");
            return true;
        }
        String id = values.path("instanceId").asText();
        String ip = values.path("privateIp").asText();
        String region = values.path("region").asText();
        String zone = values.path("availabilityZone").asText();
        String type = values.path("instanceType").asText();
        found.instanceId = InstanceId.isOne(id) ? document(id, "instanceId") : null;
        found.zone = AwsRegion.isZone(zone) ? document(zone, "availabilityZone") : found.zone;
        found.instanceType = Shapes.isInstanceType(type) ? document(type, "instanceType") : null;
        if (found.missName()) {
            found.nodeName = found.instanceId;
        }
        if (found.missAddress() && Shapes.isAddress(ip)) {
            found.address = document(ip, "privateIp");
        }
        if (found.region == null && AwsRegion.isOne(region)) {
            found.region = document(region, "region");
        }
        if (found.missName() || found.missRegion() || (found.missAddress() && !ip.isEmpty())) {
            String key = found.missName() ? "instanceId" : found.missRegion() ? "region" : "privateIp";
            http.reject(document, "a document with a usable " + key);
        }
        return !ip.isEmpty();
    }

    private static Sourced<String> document(String value, String key) {
        return new Sourced<>(value, Origin.metadata("EC2 instance-identity document " + key));
    }

    /// @param askForIpv4 false where the document of the instance has none: an IPv6-only subnet
    private boolean fromPaths(Ec2Metadata ec2, boolean askForIpv4) {
        if (found.missName()) {
            Answer answer = ec2.value(Ec2Metadata.INSTANCE_ID);
            if (!answer.ok()) {
                return failed(answer);
            }
            found.instanceId = path(answer, Ec2Metadata.INSTANCE_ID);
            found.nodeName = found.instanceId;
        }
        if (found.missAddress() && askForIpv4) {
            Answer answer = ec2.value(Ec2Metadata.LOCAL_IPV4);
            if (!answer.ok() && !Ec2Metadata.isNoSuchValue(answer)) {
                return failed(answer);
            }
            found.address = answer.ok() ? path(answer, Ec2Metadata.LOCAL_IPV4) : null;
        }
        if (found.missAddress()) {
            Answer answer = ec2.value(Ec2Metadata.IPV6);
            if (!answer.ok()) {
                return failed(answer);
            }
            found.address = path(answer, Ec2Metadata.IPV6);
        }
        if (found.missRegion()) {
            Answer answer = ec2.value(Ec2Metadata.REGION);
            if (!answer.ok()) {
                return failed(answer);
            }
            found.region = path(answer, Ec2Metadata.REGION);
        }
        return true;
    }

    private static Sourced<String> path(Answer answer, String path) {
        return new Sourced<>(answer.body(), Origin.metadata("EC2 " + path));
    }

    private boolean failed(Answer answer) {
        remedies = Remedies.ec2(answer, settings, found.networkMode, wanted);
        return false;
    }

    private void ec2Disabled() {
        notes.add("EC2 metadata not asked: " + MetadataSettings.DISABLED + "=true");
        remedies = Remedies.ec2Disabled(settings, found.networkMode, wanted);
    }
}
