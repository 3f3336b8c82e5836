package consul.launcher.aws;

import consul.launcher.config.AwsRegion;
import consul.launcher.config.InstanceId;
import consul.launcher.config.MetadataSettings;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// EC2's metadata service, version 2: first a token, then reads with it. Version 1, without a token, only where the
/// token's path says that it doesn't exist or isn't allowed. For one thread.
///
/// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
final class Ec2Metadata {

    private static final String TOKEN_PATH = "/latest/api/token";

    static final String INSTANCE_ID = "instance-id";
    static final String LOCAL_IPV4 = "local-ipv4";
    static final String IPV6 = "ipv6";
    static final String REGION = "placement/region";
    static final String LIFECYCLE_STATE = "autoscaling/target-lifecycle-state";
    static final String SPOT_ACTION = "spot/instance-action";

    private static final String META_DATA = "/latest/meta-data/";

    /// The longest that EC2 gives, 6 hours.
    private static final int TOKEN_SECONDS = 21_600;

    /// Renewed this long before its end, so that it never ends on the way.
    private static final int RENEW_SECONDS_EARLIER = 300;

    /// The identity document has 500 bytes.
    private static final int MOST_BYTES = 64 * 1024;

    private final Http http;
    private final Pace pace;
    private final String endpoint;
    private final boolean v1Disabled;

    private @Nullable String token;
    private long renewAt;
    private boolean v1;

    Ec2Metadata(Http http, Pace pace, MetadataSettings settings) {
        this.http = http;
        this.pace = pace;
        this.endpoint = settings.ec2Endpoint().value();
        this.v1Disabled = settings.v1Disabled();
    }

    /// Whether it is the answer to a request for a token that wasn't given.
    static boolean isNoToken(Answer answer) {
        return answer.request().endsWith(TOKEN_PATH);
    }

    /// Whether this instance simply has no such value.
    static boolean isNoSuchValue(Answer answer) {
        return answer.status() == 404 && !isNoToken(answer);
    }

    /// The token to read with now, if there is one that lasts, or none is needed.
    Optional<Session> session() {
        return v1 || lasts() ? Optional.of(new Session(v1 ? null : token)) : Optional.empty();
    }

    /// @param token null where version 1 is spoken
    record Session(@Nullable String token) {}

    /// Where a value of [#value] is.
    String url(String name) {
        return endpoint + META_DATA + name;
    }

    /// What the path has, or what came back in its place: if there is no token, that of the request for it.
    Answer get(String path) {
        Answer refusal = authorise();
        if (refusal != null) {
            return refusal;
        }
        Answer answer = read(path);
        if (answer.status() != 401) {
            return answer;
        }
        // The token ended on the way, or from now on the instance demands one.
        token = null;
        v1 = false;
        refusal = authorise();
        return refusal != null ? refusal : read(path);
    }

    /// One of the values that are plain text, checked for the form that it must have.
    Answer value(String name) {
        Answer answer = get(META_DATA + name);
        if (!answer.ok()) {
            return answer;
        }
        String value = answer.body();
        return switch (name) {
            case INSTANCE_ID ->
                InstanceId.isOne(value)
                        ? answer
                        : http.reject(answer, "an instance id (i- and 8 or 17 hexadecimal digits)");
            case LOCAL_IPV4 -> Shapes.isIpv4(value) ? answer : http.reject(answer, "an IPv4 address");
            case IPV6 -> Shapes.isIpv6(value) ? answer : http.reject(answer, "an IPv6 address");
            case REGION -> AwsRegion.isOne(value) ? answer : http.reject(answer, "a region");
            case LIFECYCLE_STATE -> Shapes.isLifecycleState(value) ? answer : http.reject(answer, "a lifecycle state");
            default -> answer;
        };
    }

    private Answer read(String path) {
        return http.get(endpoint + path, token, MOST_BYTES);
    }

    private boolean lasts() {
        return token != null && pace.nanoTime() - renewAt < 0;
    }

    /// Gets a token if there is none that lasts. Null if reading may begin, else the answer that forbids it.
    private @Nullable Answer authorise() {
        if (v1 || lasts()) {
            return null;
        }
        token = null;
        long asked = pace.nanoTime();
        Answer answer = http.putForToken(endpoint + TOKEN_PATH, TOKEN_SECONDS, MOST_BYTES);
        if (answer.ok()) {
            if (!Shapes.isToken(answer.body())) {
                return http.reject(answer, "a session token");
            }
            token = answer.body();
            renewAt = asked + TimeUnit.SECONDS.toNanos(TOKEN_SECONDS - RENEW_SECONDS_EARLIER);
            return null;
        }
        boolean noSuchPath = answer.status() == 403 || answer.status() == 404 || answer.status() == 405;
        if (!noSuchPath || v1Disabled) {
            return answer;
        }
        v1 = true;
        return null;
    }
}
