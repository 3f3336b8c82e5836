package consul.launcher.aws;

import consul.launcher.config.Sourced;
import consul.launcher.identity.Identity;
import consul.launcher.identity.NetworkMode;
import consul.launcher.identity.Wanted;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is known so far of what is wanted. A null value isn't known.
final class Findings {

    private final Set<Wanted> wanted;

    @Nullable
    Sourced<String> nodeName;

    @Nullable
    Sourced<String> address;

    @Nullable
    Sourced<String> region;

    @Nullable
    Sourced<String> zone;

    @Nullable
    Sourced<String> instanceType;

    @Nullable
    Sourced<String> instanceId;

    @Nullable
    Sourced<String> cluster;

    @Nullable
    Sourced<String> taskId;

    NetworkMode networkMode = NetworkMode.UNKNOWN;

    Findings(Set<Wanted> wanted) {
        this.wanted = wanted;
    }

    /// Whether a value is missing that the launch can't do without.
    boolean miss() {
        return missName() || missAddress() || missRegion();
    }

    boolean missName() {
        return nodeName == null && wanted.contains(Wanted.NODE_NAME);
    }

    boolean missAddress() {
        return address == null && wanted.contains(Wanted.ADDRESS);
    }

    boolean missRegion() {
        return region == null && wanted.contains(Wanted.REGION);
    }

    Identity identity() {
        Map<String, Sourced<String>> meta = new LinkedHashMap<>();
        if (wanted.contains(Wanted.NODE_META)) {
            put(meta, "availability-zone", zone);
            put(meta, "instance-type", instanceType);
            put(meta, "instance-id", instanceId);
            put(meta, "ecs-cluster", cluster);
            put(meta, "ecs-task", taskId);
        }
        return new Identity(
                Optional.ofNullable(nodeName),
                Optional.ofNullable(address),
                Optional.ofNullable(region),
                meta,
                networkMode);
    }

    private static void put(Map<String, Sourced<String>> meta, String key, @Nullable Sourced<String> value) {
        if (value != null) {
            meta.put(key, value);
        }
    }
}
