package consul.launcher.quorum;

import consul.launcher.aws.Ec2Api;
import consul.launcher.aws.Ec2ApiAnswer;
import consul.launcher.aws.Ec2ApiFailure;
import consul.launcher.aws.Ec2Instance;
import consul.launcher.config.AgentSettings.Tag;
import consul.launcher.config.InstanceId;
import consul.launcher.recovery.Ec2Answer;
import consul.launcher.recovery.Ec2Round;
import consul.launcher.recovery.Facts;
import consul.launcher.recovery.InstanceState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Looks at EC2.
public final class Cloud {

    /// Each refusal names ids that EC2 doesn't know; without them it is asked again, so often at most.
    private static final int ROUNDS = 4;

    /// Of one look, less what getting credentials takes: the agent and the other servers are asked in the same
    /// [Facts#FRESH].
    static final Duration LONGEST = Duration.ofSeconds(15);

    /// The same while Consul is stopped for it. EC2 answers in well under a second.
    static final Duration LONGEST_STOPPED = Duration.ofSeconds(8);

    /// The part of [Ec2Api] that is asked, which blocks.
    public interface Api {
        Ec2ApiAnswer byIds(Collection<String> ids, Duration within);

        Ec2ApiAnswer byTag(String key, String value, Duration within);

        static Api of(Ec2Api api) {
            return new Api() {
                @Override
                public Ec2ApiAnswer byIds(Collection<String> ids, Duration within) {
                    return api.byIds(ids, within);
                }

                @Override
                public Ec2ApiAnswer byTag(String key, String value, Duration within) {
                    return api.byTag(key, value, Set.of(), within);
                }
            };
        }
    }

    /// Where no region is known there is nobody to ask.
    public static final class NoRegion implements Api {

        @Override
        public Ec2ApiAnswer byIds(Collection<String> ids, Duration within) {
            return new Ec2ApiFailure.Refused(0, "no region is known", "set AWS_REGION");
        }

        @Override
        public Ec2ApiAnswer byTag(String key, String value, Duration within) {
            return byIds(Set.of(), within);
        }
    }

    /// One look, and where the instances are.
    ///
    /// @param addresses of the instances with the tag that may run, by id
    record Sight(Ec2Round round, Map<String, String> addresses) {
        Sight {
            addresses = Map.copyOf(addresses);
        }
    }

    /// Whether the servers' instances could be seen.
    sealed interface Servers {}

    /// @param addresses of those that run, by id
    record Seen(Map<String, String> addresses) implements Servers {
        Seen {
            addresses = Map.copyOf(addresses);
        }
    }

    record Unseen(String why) implements Servers {}

    private final Api api;
    private final Optional<Tag> tag;
    private final InstantSource clock;

    public Cloud(Api api, Optional<Tag> tag, InstantSource clock) {
        this.api = api;
        this.tag = tag;
        this.clock = clock;
    }

    /// @param ownId the own instance id
    /// @param names what is to be looked for besides; names that are no instance ids are left out
    /// @param within for all calls together
    Sight look(String ownId, Collection<String> names, Duration within) {
        Instant begin = clock.instant();
        Map<String, String> addresses = new TreeMap<>();
        Ec2Answer byTag = byTag(addresses, within);
        Set<String> ids = new TreeSet<>(names);
        ids.add(ownId);
        if (byTag instanceof Ec2Answer.Listed listed) {
            ids.addAll(listed.states().keySet());
        }
        ids.removeIf(name -> !InstanceId.isOne(name));
        // Who can't be reached needn't be waited for twice.
        boolean reached = !(byTag instanceof Ec2Answer.Failed failed && failed.kind() == Ec2Answer.Kind.UNREACHABLE);
        Ec2Answer byId = reached ? byIds(ids, begin, within) : byTag;
        Instant end = clock.instant();
        if (end.isAfter(begin.plus(Facts.FRESH))) {
            // What was listed first may no longer be true.
            byTag = tooSlow(Facts.FRESH);
        }
        return new Sight(new Ec2Round(end, byId, byTag), addresses);
    }

    /// Where the instances with the tag are that run now.
    Servers running() {
        if (tag.isEmpty()) {
            return new Unseen("no tag is configured");
        }
        return switch (api.byTag(tag.get().key(), tag.get().value(), LONGEST)) {
            case Ec2ApiAnswer.Instances found -> {
                Map<String, String> addresses = new TreeMap<>();
                for (Ec2Instance instance : found.all()) {
                    if (instance.state() == Ec2Instance.State.RUNNING) {
                        instance.privateIp()
                                .or(instance::ipv6)
                                .ifPresent(address -> addresses.put(instance.id(), address));
                    }
                }
                yield new Seen(addresses);
            }
            case Ec2ApiFailure failure -> new Unseen(failed(failure).detail());
        };
    }

    private Ec2Answer byTag(Map<String, String> addresses, Duration within) {
        if (tag.isEmpty()) {
            return new Ec2Answer.Failed(Ec2Answer.Kind.INCOMPLETE, "no tag is configured");
        }
        return switch (api.byTag(tag.get().key(), tag.get().value(), within)) {
            case Ec2ApiAnswer.Instances found -> {
                for (Ec2Instance instance : found.all()) {
                    instance.privateIp().or(instance::ipv6).ifPresent(address -> addresses.put(instance.id(), address));
                }
                yield listed(found.all());
            }
            case Ec2ApiFailure failure -> failed(failure);
        };
    }

    private Ec2Answer byIds(Set<String> ids, Instant begin, Duration within) {
        Set<String> asked = new TreeSet<>(ids);
        for (int round = 1; !asked.isEmpty() && asked.size() <= Ec2Api.MOST_IDS; round++) {
            Duration left = Duration.between(clock.instant(), begin.plus(within));
            if (!left.isPositive()) {
                return tooSlow(within);
            }
            switch (api.byIds(asked, left)) {
                case Ec2ApiAnswer.Instances found -> {
                    return listed(found.all());
                }
                case Ec2ApiFailure failure -> {
                    // EC2 answers for none if it doesn't know one.
                    boolean fewer = failure instanceof Ec2ApiFailure.NotFound unknown && asked.removeAll(unknown.ids());
                    if (!fewer || round == ROUNDS) {
                        return failed(failure);
                    }
                }
            }
        }
        return new Ec2Answer.Failed(Ec2Answer.Kind.INCOMPLETE, ids.size() + " instances to look for");
    }

    private static Ec2Answer.Failed tooSlow(Duration limit) {
        return new Ec2Answer.Failed(
                Ec2Answer.Kind.INCOMPLETE, "EC2 took longer than " + limit.toSeconds() + " s to answer");
    }

    private static Ec2Answer listed(List<Ec2Instance> instances) {
        Map<String, InstanceState> states = new TreeMap<>();
        for (Ec2Instance instance : instances) {
            states.put(instance.id(), InstanceState.of(instance.state().text()));
        }
        return new Ec2Answer.Listed(states);
    }

    /// With nothing in it that differs from request to request.
    static Ec2Answer.Failed failed(Ec2ApiFailure failure) {
        return switch (failure) {
            case Ec2ApiFailure.Denied denied -> new Ec2Answer.Failed(Ec2Answer.Kind.DENIED, denied.action());
            case Ec2ApiFailure.Throttled throttled -> new Ec2Answer.Failed(Ec2Answer.Kind.THROTTLED, throttled.code());
            case Ec2ApiFailure.Unreachable unreachable ->
                new Ec2Answer.Failed(
                        Ec2Answer.Kind.UNREACHABLE, unreachable.endpoint().toString());
            case Ec2ApiFailure.NoCredentials none ->
                new Ec2Answer.Failed(Ec2Answer.Kind.DENIED, "no credentials from " + none.source());
            case Ec2ApiFailure.NotAuthenticated not ->
                new Ec2Answer.Failed(Ec2Answer.Kind.WRONG_REGION, not.code() + " at " + not.endpoint());
            case Ec2ApiFailure.NotFound unknown ->
                new Ec2Answer.Failed(Ec2Answer.Kind.NOT_FOUND, String.join(", ", new ArrayList<>(unknown.ids())));
            case Ec2ApiFailure.Malformed malformed ->
                new Ec2Answer.Failed(Ec2Answer.Kind.INCOMPLETE, "no answer of the EC2 API at " + malformed.endpoint());
            case Ec2ApiFailure.Refused refused -> new Ec2Answer.Failed(Ec2Answer.Kind.INCOMPLETE, refused.code());
        };
    }
}
