package consul.launcher.aws;

import consul.launcher.config.AwsRegion;
import consul.launcher.config.Ec2ApiSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.Proxies;
import consul.launcher.config.Sourced;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.regions.EndpointTag;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.ServiceEndpointKey;
import software.amazon.awssdk.regions.servicemetadata.Ec2ServiceMetadata;

/// The EC2 API, as far as discovery and recovery need it: DescribeInstances. Every outcome is a value. Calls
/// block, for 20 s at worst and what the credentials' source takes; several threads may call at once.
///
/// Loads the AWS SDK, XML and TLS: nothing before the start of Consul may touch this class.
public final class Ec2Api implements AutoCloseable {

    /// More than any cluster has servers, and less than what EC2 takes at once.
    public static final int MOST_IDS = 100;

    private final URI endpoint;
    private final String region;
    private final Ec2ApiCredentials credentials;
    private final Ec2ApiPolicy policy;
    private final Clock clock;
    private final Pace pace;
    private final Ec2ApiHttp http;

    /// @param proxy by which the endpoint is asked
    Ec2Api(
            URI endpoint,
            Optional<Proxies.Server> proxy,
            String region,
            Ec2ApiCredentials credentials,
            Ec2ApiPolicy policy,
            Clock clock,
            Pace pace) {
        this.endpoint = endpoint;
        this.region = region;
        this.credentials = credentials;
        this.policy = policy;
        this.clock = clock;
        this.pace = pace;
        this.http = new Ec2ApiHttp(endpoint, proxy, region, policy.connect(), clock);
    }

    /// Makes a client; calls nobody yet.
    ///
    /// @param region the instances' region, from `AWS_REGION` or metadata
    /// @param environment decides where credentials come from
    /// @throws IllegalArgumentException if `region` can't be a region's name, which [AwsRegion] makes sure of
    public static Ec2Api of(Ec2ApiSettings settings, String region, Environment environment) {
        URI endpoint = endpoint(settings, region);
        return new Ec2Api(
                endpoint,
                settings.proxies().of(endpoint),
                region,
                Ec2ApiCredentials.from(environment),
                Ec2ApiPolicy.DEFAULT,
                Clock.systemUTC(),
                Pace.real());
    }

    /// Asks for instances by id, of every state. If EC2 doesn't know one of them it answers for none:
    /// [Ec2ApiFailure.NotFound].
    ///
    /// @param ids at least one (none would mean every instance of the account), at most [#MOST_IDS]
    public Ec2ApiAnswer byIds(Collection<String> ids) {
        return byIds(ids, policy.deadline());
    }

    /// The same for who has less time.
    ///
    /// @param within for the whole call, where that is shorter than what a call takes at most anyway; what the
    /// credentials' source takes comes on top
    public Ec2ApiAnswer byIds(Collection<String> ids, Duration within) {
        Set<String> distinct = new LinkedHashSet<>(ids);
        if (distinct.isEmpty() || distinct.size() > MOST_IDS || distinct.contains("")) {
            throw new IllegalArgumentException("1 to " + MOST_IDS + " ids are expected: " + ids);
        }
        return pages(Ec2ApiQuery.byIds(distinct), distinct, limit(within));
    }

    /// Asks for the instances that carry a tag with exactly this value.
    ///
    /// @param states only instances in one of these states; empty for all states
    public Ec2ApiAnswer byTag(String key, String value, Set<Ec2Instance.State> states) {
        return byTag(key, value, states, policy.deadline());
    }

    /// The same for who has less time.
    ///
    /// @param within as in [#byIds(Collection, Duration)]
    public Ec2ApiAnswer byTag(String key, String value, Set<Ec2Instance.State> states, Duration within) {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("a tag's key is expected");
        }
        return pages(Ec2ApiQuery.byTag(key, value, states), Set.of(), limit(within));
    }

    /// Asks whether these credentials may call DescribeInstances, without asking for any instance.
    ///
    /// @return why not; empty if they may
    public Optional<Ec2ApiFailure> checkPermission() {
        Attempted attempted = retried(Ec2ApiQuery.dryRun(), limit(policy.deadline()));
        return switch (attempted.reply()) {
            case Ec2ApiReply.Answered _ -> Optional.empty();
            case Ec2ApiReply.Unanswered reply ->
                reply.hasCode(Ec2ApiErrors.DRY_RUN_SUCCEEDED)
                        ? Optional.empty()
                        : Optional.of(failure(reply, Set.of(), attempted.attempts()));
        };
    }

    public URI endpoint() {
        return endpoint;
    }

    /// Closes the connection that may still be open.
    @Override
    public void close() {
        http.close();
    }

    /// What the last of some attempts came to.
    private record Attempted(Ec2ApiReply reply, int attempts) {}

    /// What a whole call may take.
    ///
    /// @param all of it
    /// @param end when it is over, as [Pace#nanoTime] has it
    private record Limit(Duration all, long end) {}

    private Limit limit(Duration within) {
        Duration all = within.compareTo(policy.deadline()) < 0 ? within : policy.deadline();
        return new Limit(all, pace.nanoTime() + all.toNanos());
    }

    private Ec2ApiAnswer pages(Ec2ApiQuery query, Set<String> asked, Limit limit) {
        List<Ec2Instance> all = new ArrayList<>();
        Set<String> tokens = new HashSet<>();
        Ec2ApiQuery next = query;
        while (true) {
            Attempted attempted = retried(next, limit);
            switch (attempted.reply()) {
                case Ec2ApiReply.Unanswered reply -> {
                    return failure(reply, asked, attempted.attempts());
                }
                case Ec2ApiReply.Answered(Ec2ApiXml.Page page) -> {
                    all.addAll(page.instances());
                    if (page.nextToken().isEmpty()) {
                        return new Ec2ApiAnswer.Instances(all);
                    }
                    if (!tokens.add(page.nextToken()) || tokens.size() >= policy.pages()) {
                        return new Ec2ApiFailure.Malformed(
                                endpoint, "after " + tokens.size() + " pages there is no end of them");
                    }
                    next = query.next(page.nextToken());
                }
            }
        }
    }

    private Attempted retried(Ec2ApiQuery query, Limit limit) {
        for (int attempt = 1; ; attempt++) {
            Ec2ApiReply reply = attempt(query, limit);
            if (!(reply instanceof Ec2ApiReply.Unanswered unanswered) || !unanswered.isPassing()) {
                return new Attempted(reply, attempt);
            }
            if (attempt == policy.attempts()) {
                return new Attempted(reply, attempt);
            }
            Duration pause = jittered(policy.pauseAfter(attempt));
            if (pause.compareTo(left(limit)) >= 0 || !slept(pause)) {
                return new Attempted(reply, attempt);
            }
        }
    }

    private Ec2ApiReply attempt(Ec2ApiQuery query, Limit limit) {
        AwsCredentials signer;
        try {
            signer = credentials.provider().resolveCredentials();
        } catch (RuntimeException e) {
            // The SDK's own, or whatever a wrong variable made it stumble over.
            return new Ec2ApiReply.NoCredentials(Ec2ApiErrors.shortened(String.valueOf(e.getMessage())));
        }
        Duration left = left(limit);
        if (left.isNegative() || left.isZero()) {
            return new Ec2ApiReply.Nothing("no answer within " + limit.all().toSeconds() + " s");
        }
        return http.send(query, signer, left.compareTo(policy.attempt()) < 0 ? left : policy.attempt());
    }

    private Ec2ApiFailure failure(Ec2ApiReply.Unanswered reply, Set<String> asked, int attempts) {
        return switch (reply) {
            case Ec2ApiReply.Refusal refusal ->
                Ec2ApiErrors.failure(refusal, asked, endpoint, region, clock.instant(), attempts);
            case Ec2ApiReply.Strange(int status, String what) -> {
                if (status == 429) {
                    yield new Ec2ApiFailure.Throttled("HTTP 429", attempts);
                }
                yield reply.isPassing()
                        ? new Ec2ApiFailure.Unreachable(endpoint, what, attempts)
                        : new Ec2ApiFailure.Malformed(endpoint, what);
            }
            case Ec2ApiReply.Nothing(String cause) -> new Ec2ApiFailure.Unreachable(endpoint, cause, attempts);
            case Ec2ApiReply.NoCredentials(String cause) ->
                new Ec2ApiFailure.NoCredentials(credentials.source(), cause);
        };
    }

    private boolean slept(Duration pause) {
        try {
            pace.sleep(pause);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// A random part of it: "full jitter", which spreads a fleet best.
    /// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
    private Duration jittered(Duration most) {
        return Duration.ofNanos((long) (pace.chance() * most.toNanos()));
    }

    private Duration left(Limit limit) {
        return Duration.ofNanos(limit.end() - pace.nanoTime());
    }

    private static URI endpoint(Ec2ApiSettings settings, String region) {
        if (!(settings.endpoint().isPresent() ? AwsRegion.isPrivate(region) : AwsRegion.isOne(region))) {
            throw new IllegalArgumentException("'" + region + "' is no region");
        }
        return settings.endpoint()
                .map(Sourced::value)
                .orElseGet(() -> URI.create("https://" + host(region, settings.fips(), settings.dualStack())));
    }

    /// The SDK knows the partitions and the exceptions: China's host names, for example, end in another way.
    private static URI host(String region, boolean fips, boolean dualStack) {
        List<EndpointTag> tags = new ArrayList<>();
        if (fips) {
            tags.add(EndpointTag.FIPS);
        }
        if (dualStack) {
            tags.add(EndpointTag.DUALSTACK);
        }
        return new Ec2ServiceMetadata()
                .endpointFor(ServiceEndpointKey.builder()
                        .region(Region.of(region))
                        .tags(tags)
                        .build());
    }
}
