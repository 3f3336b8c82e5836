package consul.launcher.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// How to ask EC2 and ECS who this instance is: the launcher's own variable and those that every AWS SDK honours.
///
/// @param mode `CONSUL_METADATA`
/// @param ec2Endpoint `AWS_EC2_METADATA_SERVICE_ENDPOINT`, else what `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE` means;
///     a URL without a slash at its end
/// @param ec2Disabled `AWS_EC2_METADATA_DISABLED`
/// @param v1Disabled `AWS_EC2_METADATA_V1_DISABLED`
/// @param attemptTimeout `AWS_METADATA_SERVICE_TIMEOUT`: how long to wait for a connection, and then for an answer;
///     60 s at most
/// @param attempts `AWS_METADATA_SERVICE_NUM_ATTEMPTS`: how often one request is tried, the first time included
/// @param ecsEndpoint `ECS_CONTAINER_METADATA_URI_V4`, set by ECS in every container; without a slash at its end
/// @param region `AWS_REGION`, else `AWS_DEFAULT_REGION`
public record MetadataSettings(
        Mode mode,
        Sourced<String> ec2Endpoint,
        boolean ec2Disabled,
        boolean v1Disabled,
        Duration attemptTimeout,
        int attempts,
        Optional<String> ecsEndpoint,
        Optional<Sourced<String>> region) {

    /// Whom to ask.
    public enum Mode {
        /// ECS where its variable is set, and EC2 for what an instance knows.
        AUTO,
        EC2,
        ECS,
        NONE
    }

    public static final String MODE = "CONSUL_METADATA";
    public static final String ENDPOINT = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
    public static final String ENDPOINT_MODE = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
    public static final String DISABLED = "AWS_EC2_METADATA_DISABLED";
    public static final String V1_DISABLED = "AWS_EC2_METADATA_V1_DISABLED";
    public static final String TIMEOUT = "AWS_METADATA_SERVICE_TIMEOUT";
    public static final String ATTEMPTS = "AWS_METADATA_SERVICE_NUM_ATTEMPTS";
    public static final String ECS_ENDPOINT = "ECS_CONTAINER_METADATA_URI_V4";

    /// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
    private static final String IPV4_ENDPOINT = "http://169.254.169.254";

    private static final String IPV6_ENDPOINT = "http://[fd00:ec2::254]";

    /// As the SDKs have it.
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1);

    /// The SDKs try once (Python) or four times (Java). A container may be faster than the route to its metadata.
    private static final int DEFAULT_ATTEMPTS = 3;

    private static final int MOST_SECONDS = 60;
    private static final int MOST_ATTEMPTS = 1000;
    private static final Duration SHORTEST_DEADLINE = Duration.ofSeconds(10);
    private static final Duration LONGEST_DEADLINE = Duration.ofMinutes(2);

    /// How long all requests of one start may take together: 10 seconds, or as long as two requests need that use up
    /// what the variables allow, but never more than 2 minutes.
    public Duration deadline() {
        long asked = 2 * attemptTimeout.toMillis() * attempts;
        return Duration.ofMillis(Math.clamp(asked, SHORTEST_DEADLINE.toMillis(), LONGEST_DEADLINE.toMillis()));
    }

    /// The same, but each request is tried once.
    public MetadataSettings tryingOnce() {
        return new MetadataSettings(mode, ec2Endpoint, ec2Disabled, v1Disabled, attemptTimeout, 1, ecsEndpoint, region);
    }

    /// Reads the variables; what is wrong goes to `problems`, with a usable value in its place.
    public static MetadataSettings from(Environment environment, Consumer<Problem> problems) {
        Mode mode = mode(environment, problems);
        // What is wrong with a service that isn't asked stops nothing. A mode that is wrong may mean each.
        Consumer<Problem> ignored = _ -> {};
        Consumer<Problem> ofAny = environment.word(MODE).orElse("").equals("none") ? ignored : problems;
        Consumer<Problem> ofEc2 = mode == Mode.ECS ? ignored : ofAny;
        Consumer<Problem> ofEcs = mode == Mode.EC2 ? ignored : ofAny;
        return new MetadataSettings(
                mode,
                ec2Endpoint(environment, ofEc2),
                Truth.ofAws(environment, DISABLED, ofEc2),
                Truth.ofAws(environment, V1_DISABLED, ofEc2),
                timeout(environment, ofAny),
                attempts(environment, ofAny),
                Optional.ofNullable(url(environment, ECS_ENDPOINT, ofEcs)),
                // What is wrong with it is told where it is needed: with a tag.
                AwsRegion.from(environment, ignored));
    }

    private static Mode mode(Environment environment, Consumer<Problem> problems) {
        return switch (environment.word(MODE).orElse("auto")) {
            case "auto" -> Mode.AUTO;
            case "ec2" -> Mode.EC2;
            case "ecs" -> Mode.ECS;
            case "none" -> Mode.NONE;
            default -> {
                String value = environment.get(MODE).orElse("");
                problems.accept(
                        new Problem(MODE + " is '" + value + "'", "set it to auto (the default), ec2, ecs or none"));
                // Whoever goes on in spite of the problem asks nobody.
                yield Mode.NONE;
            }
        };
    }

    private static Sourced<String> ec2Endpoint(Environment environment, Consumer<Problem> problems) {
        // The endpoint wins over its mode, as in the SDKs.
        String url = url(environment, ENDPOINT, problems);
        return url == null ? endpointMode(environment, problems) : new Sourced<>(url, Origin.variable(ENDPOINT));
    }

    private static Sourced<String> endpointMode(Environment environment, Consumer<Problem> problems) {
        String mode = environment.get(ENDPOINT_MODE).orElse("");
        if (mode.isEmpty()) {
            return new Sourced<>(IPV4_ENDPOINT, Origin.byDefault("EC2's own address"));
        }
        if (mode.equalsIgnoreCase("IPv6")) {
            return new Sourced<>(IPV6_ENDPOINT, Origin.variable(ENDPOINT_MODE));
        }
        if (!mode.equalsIgnoreCase("IPv4")) {
            problems.accept(new Problem(ENDPOINT_MODE + " is '" + mode + "'", "set it to IPv4 (the default) or IPv6"));
        }
        return new Sourced<>(IPV4_ENDPOINT, Origin.variable(ENDPOINT_MODE));
    }

    private static Duration timeout(Environment environment, Consumer<Problem> problems) {
        String value = environment.get(TIMEOUT).orElse("");
        if (value.isEmpty()) {
            return DEFAULT_TIMEOUT;
        }
        if (isDecimal(value)) {
            double seconds = Double.parseDouble(value);
            if (seconds > 0 && seconds <= MOST_SECONDS) {
                return Duration.ofMillis(Math.max(1, Math.round(seconds * 1000)));
            }
        }
        problems.accept(new Problem(
                TIMEOUT + " is '" + value + "'",
                "set it to seconds, above 0 and at most " + MOST_SECONDS + ", such as 1 or 0.5"));
        return DEFAULT_TIMEOUT;
    }

    private static int attempts(Environment environment, Consumer<Problem> problems) {
        String value = environment.get(ATTEMPTS).orElse("");
        if (value.isEmpty()) {
            return DEFAULT_ATTEMPTS;
        }
        if (value.length() <= 4 && isDecimal(value) && value.indexOf('.') < 0) {
            int attempts = Integer.parseInt(value);
            if (attempts >= 1 && attempts <= MOST_ATTEMPTS) {
                return attempts;
            }
        }
        problems.accept(
                new Problem(ATTEMPTS + " is '" + value + "'", "set it to a whole number from 1 to " + MOST_ATTEMPTS));
        return DEFAULT_ATTEMPTS;
    }

    /// The URL without slashes at its end; null where there is none, or none that can be used.
    private static @Nullable String url(Environment environment, String name, Consumer<Problem> problems) {
        String value = environment.get(name).orElse("");
        if (value.isEmpty()) {
            return null;
        }
        String fault = fault(value);
        if (!fault.isEmpty()) {
            problems.accept(
                    new Problem(name + " is " + fault, "set it to a URL such as " + IPV4_ENDPOINT + ", or remove it"));
            return null;
        }
        int end = value.length();
        while (value.charAt(end - 1) == '/') {
            end--;
        }
        return value.substring(0, end);
    }

    /// What keeps it from being the base of a metadata URL; empty if nothing does.
    private static String fault(String value) {
        if (value.indexOf('@') >= 0) {
            return "a URL with a user in it";
        }
        String shown = "'" + MaskedUrl.of(value) + "', ";
        URI uri;
        try {
            uri = new URI(value);
        } catch (URISyntaxException e) {
            return shown + "which is no URL (" + e.getReason() + " at character " + (e.getIndex() + 1) + ")";
        }
        String scheme = uri.getScheme();
        if (scheme == null || !(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))) {
            return shown + "which is no http or https URL";
        }
        // null also for a name that no host can have, such as one with an underscore.
        String host = uri.getHost();
        if (host == null || host.indexOf('%') >= 0) {
            return shown + "which has no usable host name or address";
        }
        if (uri.getPort() > 65535 || uri.getPort() == 0 || uri.getRawAuthority().endsWith(":")) {
            return shown + "whose port is not one of 1 to 65535";
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            return shown + "which has more than a host, a port and a path";
        }
        return "";
    }

    private static boolean isDecimal(String value) {
        int digits = 0;
        int points = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (isDigit(c)) {
                digits++;
            } else if (c == '.') {
                points++;
            } else {
                return false;
            }
        }
        return digits > 0 && points <= 1;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
