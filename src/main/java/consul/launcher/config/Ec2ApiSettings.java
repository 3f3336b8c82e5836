package consul.launcher.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Where the EC2 API is asked: the variables that every AWS SDK honours.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html>
///
/// @param endpoint `AWS_ENDPOINT_URL_EC2`, else `AWS_ENDPOINT_URL`; where neither is set the region decides
/// @param fips whether of the region's endpoints the one that fulfils FIPS 140 is asked
/// @param dualStack whether of the region's endpoints the one with IPv6 is asked
/// @param proxies by which it is asked
public record Ec2ApiSettings(Optional<Sourced<URI>> endpoint, boolean fips, boolean dualStack, Proxies proxies) {

    private static final String IGNORE = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";

    /// Whether there is anything to read but proxies.
    public static boolean areGiven(Environment environment) {
        return environment.get("AWS_ENDPOINT_URL_EC2").isPresent()
                || environment.get("AWS_ENDPOINT_URL").isPresent()
                || environment.get("AWS_USE_FIPS_ENDPOINT").isPresent()
                || environment.get("AWS_USE_DUALSTACK_ENDPOINT").isPresent();
    }

    /// Reads the variables; what is wrong goes to `problems` and counts as unset.
    public static Ec2ApiSettings from(Environment environment, Consumer<Problem> problems) {
        return from(environment, problems, problems);
    }

    /// The same for who takes a proxy less seriously: Consul may know what to do with one that the launcher can't use.
    ///
    /// @param proxyProblems what is wrong with a proxy
    public static Ec2ApiSettings from(
            Environment environment, Consumer<Problem> problems, Consumer<Problem> proxyProblems) {
        return new Ec2ApiSettings(
                endpoint(environment, problems),
                Truth.ofAws(environment, "AWS_USE_FIPS_ENDPOINT", problems),
                Truth.ofAws(environment, "AWS_USE_DUALSTACK_ENDPOINT", problems),
                Proxies.from(environment, proxyProblems));
    }

    /// Whether the API is asked elsewhere than in AWS's regions.
    static boolean hasOwnEndpoint(Environment environment) {
        return endpoint(environment, _ -> {}).isPresent();
    }

    private static Optional<Sourced<URI>> endpoint(Environment environment, Consumer<Problem> problems) {
        if (Truth.ofAws(environment.get(IGNORE).orElse("")).orElse(false)) {
            return Optional.empty();
        }
        boolean ofEc2 = environment.get("AWS_ENDPOINT_URL_EC2").isPresent();
        return endpoint(environment, ofEc2 ? "AWS_ENDPOINT_URL_EC2" : "AWS_ENDPOINT_URL", problems);
    }

    private static Optional<Sourced<URI>> endpoint(Environment environment, String name, Consumer<Problem> problems) {
        String value = environment.get(name).orElse(null);
        if (value == null) {
            return Optional.empty();
        }
        URI uri = uri(value);
        if (uri == null) {
            problems.accept(new Problem(
                    name + " is '" + MaskedUrl.of(value) + "'",
                    "set it to a URL with http or https and a host, for example https://ec2.eu-central-1.amazonaws.com,"
                            + " or unset it"));
            return Optional.empty();
        }
        return Optional.of(new Sourced<>(uri, Origin.variable(name)));
    }

    private static @Nullable URI uri(String value) {
        try {
            URI uri = new URI(value);
            boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            return http && uri.getHost() != null && uri.getRawQuery() == null && uri.getRawUserInfo() == null
                    ? uri
                    : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
