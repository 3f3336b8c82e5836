package consul.launcher.aws;

import consul.launcher.config.AgentSettings;
import consul.launcher.config.MetadataSettings;
import consul.launcher.identity.NetworkMode;
import consul.launcher.identity.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What an operator can do where metadata didn't say who this instance is, most likely cause first. Loaded only
/// then.
final class Remedies {

    private static final String OPTIONS = "aws ec2 modify-instance-metadata-options --instance-id i-… ";

    private static final String HOP_LIMIT =
            "in a container that isn't on the host's network, the instance's hop limit of 1 swallows the token: "
                    + OPTIONS + "--http-put-response-hop-limit 2";

    private static final String BLOCKED =
            "ECS_AWSVPC_BLOCK_IMDS=true in /etc/ecs/ecs.config keeps EC2 metadata from awsvpc tasks: take it out";

    private static final String IPV6 = "on an IPv6-only instance: set " + MetadataSettings.ENDPOINT_MODE + "=IPv6";

    private static final String IPV6_ENABLED =
            "EC2 answers at its IPv6 address only if told so: " + OPTIONS + "--http-protocol-ipv6 enabled";

    private Remedies() {}

    /// @param last what came back where the search ended
    static List<String> ec2(Answer last, MetadataSettings settings, NetworkMode networkMode, Set<Wanted> wanted) {
        List<String> remedies = new ArrayList<>();
        String elsewhere = "not on EC2: " + byHand(wanted);
        switch (last.trouble()) {
            case SILENT -> {
                remedies.add(HOP_LIMIT);
                blocked(remedies, settings, networkMode);
            }
            case NO_CONNECTION, REFUSED -> {
                endpoint(remedies, settings);
                if (!inEcs(settings)) {
                    // Even with a hop limit of 1 a container on EC2 gets its connection: this is rather no EC2.
                    remedies.add(elsewhere);
                }
                unreachable(remedies, settings, networkMode);
            }
            case INTERRUPTED -> remedies.add("the launcher was told to stop: start it again");
            case BROKEN, TOO_LONG, OUT_OF_TIME, NONE -> strange(remedies, last, settings);
        }
        asTask(remedies, settings, networkMode, wanted);
        if (!remedies.contains(elsewhere)) {
            remedies.add(elsewhere);
        }
        return remedies;
    }

    private static void endpoint(List<String> remedies, MetadataSettings settings) {
        if (explicit(settings)) {
            remedies.add("nobody answers at " + settings.ec2Endpoint().value() + ": correct or remove "
                    + MetadataSettings.ENDPOINT);
        }
    }

    private static void unreachable(List<String> remedies, MetadataSettings settings, NetworkMode networkMode) {
        blocked(remedies, settings, networkMode);
        remedies.add("on EC2, let this container reach "
                + settings.ec2Endpoint().value() + ": look for a firewall rule (DOCKER-USER) or a missing route");
        remedies.add(HOP_LIMIT);
        if (!explicit(settings)) {
            remedies.add(settings.ec2Endpoint().value().startsWith("http://[") ? IPV6_ENABLED : IPV6);
        }
    }

    private static boolean explicit(MetadataSettings settings) {
        return settings.ec2Endpoint().origin().detail().equals(MetadataSettings.ENDPOINT);
    }

    private static void blocked(List<String> remedies, MetadataSettings settings, NetworkMode networkMode) {
        if (networkMode == NetworkMode.AWSVPC || (networkMode == NetworkMode.UNKNOWN && inEcs(settings))) {
            remedies.add(BLOCKED);
        }
    }

    private static void strange(List<String> remedies, Answer last, MetadataSettings settings) {
        boolean token = Ec2Metadata.isNoToken(last);
        int status = last.status();
        if (token && settings.v1Disabled() && (status == 403 || status == 404 || status == 405)) {
            remedies.add("this service has no version 2, and " + MetadataSettings.V1_DISABLED
                    + "=true forbids version 1: remove that variable");
        }
        if (status == 403) {
            remedies.add("EC2 metadata is turned off for this instance: " + OPTIONS + "--http-endpoint enabled");
        } else if (status == 401) {
            remedies.add("a token is demanded that this container can't get or pass on: let nothing (a proxy, a service"
                    + " mesh) stand between it and " + settings.ec2Endpoint().value());
        } else if (status == 429 || status >= 500 || status == 0) {
            remedies.add("the service is there, but overloaded or broken: start again; " + MetadataSettings.ATTEMPTS
                    + " and " + MetadataSettings.TIMEOUT + " give it longer");
        } else {
            remedies.add("something else than EC2's metadata service answers at "
                    + settings.ec2Endpoint().value() + ": check " + MetadataSettings.ENDPOINT
                    + " and what stands between (a proxy, a service mesh)");
        }
    }

    static List<String> ec2Disabled(MetadataSettings settings, NetworkMode networkMode, Set<Wanted> wanted) {
        List<String> remedies = new ArrayList<>();
        remedies.add("remove " + MetadataSettings.DISABLED);
        asTask(remedies, settings, networkMode, wanted);
        remedies.add(byHand(wanted));
        return remedies;
    }

    static List<String> ecs(MetadataSettings settings, Set<Wanted> wanted) {
        return List.of(
                "start the task again, with a newer ECS agent if it is older than 1.45",
                "if " + MetadataSettings.ECS_ENDPOINT + " was set by hand, correct or remove it (it is "
                        + settings.ecsEndpoint().orElse("not set") + ")",
                "in host or bridge mode on EC2: set " + MetadataSettings.MODE + "=ec2",
                byHand(wanted));
    }

    static List<String> notInEcs(Set<Wanted> wanted) {
        return List.of(
                "ECS sets " + MetadataSettings.ECS_ENDPOINT + " in every container (agent 1.39 or later): pass it on if"
                        + " something in between clears the environment",
                "not in ECS: set " + MetadataSettings.MODE + "=ec2",
                byHand(wanted));
    }

    /// @param external whether the machine is none of EC2's (ECS Anywhere), where there is no awsvpc mode:
    ///     https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-anywhere.html
    static List<String> noTaskAddress(MetadataSettings settings, boolean external) {
        List<String> remedies = new ArrayList<>();
        remedies.add("give -advertise= with an address of the host that other agents reach");
        if (!external) {
            remedies.add("use network mode awsvpc");
        }
        if (settings.mode() == MetadataSettings.Mode.ECS) {
            remedies.add("on EC2: set " + MetadataSettings.MODE + "=auto, and the instance's address is taken");
        }
        return remedies;
    }

    private static void asTask(
            List<String> remedies, MetadataSettings settings, NetworkMode networkMode, Set<Wanted> wanted) {
        if (!inEcs(settings)) {
            return;
        }
        boolean addressToo = wanted.contains(Wanted.ADDRESS) && networkMode != NetworkMode.AWSVPC;
        remedies.add("do without the instance: set " + MetadataSettings.MODE + "=ecs"
                + (addressToo ? " and give -advertise=" : "")
                + (wanted.contains(Wanted.NODE_NAME) ? "; the task's id becomes the node's name" : ""));
    }

    private static boolean inEcs(MetadataSettings settings) {
        return settings.ecsEndpoint().isPresent();
    }

    private static String byHand(Set<Wanted> wanted) {
        List<String> given = new ArrayList<>();
        if (wanted.contains(Wanted.NODE_NAME)) {
            given.add("-node=");
        }
        if (wanted.contains(Wanted.ADDRESS)) {
            given.add("-advertise=");
        }
        if (wanted.contains(Wanted.REGION)) {
            given.add(AgentSettings.REGION);
        }
        return "set " + MetadataSettings.MODE + "=none"
                + (given.isEmpty() ? "" : " and give " + String.join(", ", given) + " yourself");
    }
}
