package consul.launcher.mockec2;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/// The instance metadata service of one instance at a time:
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html>
final class Metadata {

    static final String ROLE = "consul-server";

    private static final Duration CREDENTIALS_LAST = Duration.ofHours(6);

    private final Tokens tokens;
    private final InstantSource clock;

    Metadata(Tokens tokens, InstantSource clock) {
        this.tokens = tokens;
        this.clock = clock;
    }

    Answer answer(Instance instance, Request request) {
        Imds imds = instance.imds();
        if (!imds.enabled()) {
            return Answer.html(403, "Forbidden");
        }
        if (Api.of(request.path()) == Api.TOKEN) {
            return token(instance, request);
        }
        if (!request.method().equals("GET")) {
            return Answer.html(405, "Method Not Allowed");
        }
        String token = request.header("x-aws-ec2-metadata-token");
        boolean authorized =
                token.isEmpty() ? !imds.tokenRequired() : tokens.isValid(token, instance.id(), clock.instant());
        if (!authorized) {
            return Answer.html(401, "Unauthorized");
        }
        String value = value(instance, request.path());
        return value.isEmpty() ? Answer.html(404, "Not Found") : Answer.text(value);
    }

    private Answer token(Instance instance, Request request) {
        if (instance.imds().tokenStatus() != 200) {
            return Answer.html(instance.imds().tokenStatus(), "Error");
        }
        if (!request.method().equals("PUT")) {
            return Answer.html(405, "Method Not Allowed");
        }
        // A request that went through a proxy gets no token.
        if (!request.header("x-forwarded-for").isEmpty()) {
            return Answer.html(403, "Forbidden");
        }
        return tokens.issue(instance.id(), request.header("x-aws-ec2-metadata-token-ttl-seconds"), clock.instant());
    }

    /// Empty where the service has nothing.
    private String value(Instance instance, String path) {
        return switch (path) {
            case "/latest/meta-data/instance-id" -> instance.id();
            case "/latest/meta-data/local-ipv4" -> instance.address();
            case "/latest/meta-data/ipv6" -> instance.ipv6();
            case "/latest/meta-data/placement/region" -> instance.region();
            case "/latest/meta-data/placement/availability-zone" -> instance.zone();
            case "/latest/meta-data/instance-type" -> instance.type();
            case "/latest/meta-data/autoscaling/target-lifecycle-state" ->
                instance.notices().lifecycle();
            case "/latest/meta-data/spot/instance-action" -> instance.notices().spotAction();
            case "/latest/meta-data/events/recommendations/rebalance" ->
                instance.notices().rebalance();
            case "/latest/dynamic/instance-identity/document" -> document(instance);
            case "/latest/meta-data/iam/security-credentials", "/latest/meta-data/iam/security-credentials/" -> ROLE;
            case "/latest/meta-data/iam/security-credentials/" + ROLE -> Json.of(credentials(clock.instant()));
            default -> "";
        };
    }

    private static String document(Instance instance) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("accountId", QueryApi.ACCOUNT);
        document.put("architecture", "x86_64");
        document.put("availabilityZone", instance.zone());
        document.put("imageId", "ami-0123456789abcdef0");
        document.put("instanceId", instance.id());
        document.put("instanceType", instance.type());
        document.put("pendingTime", Json.time(instance.launched()));
        if (!instance.address().isEmpty()) {
            document.put("privateIp", instance.address());
        }
        document.put("region", instance.region());
        document.put("version", "2017-09-30");
        return Json.of(document);
    }

    /// Made up, and good for this mock only.
    static Map<String, Object> credentials(Instant now) {
        Map<String, Object> credentials = new LinkedHashMap<>();
        credentials.put("Code", "Success");
        credentials.put("LastUpdated", Json.time(now));
        credentials.put("Type", "AWS-HMAC");
        credentials.put("AccessKeyId", "ASIAMOCKMOCKMOCKMOCK");
        credentials.put("SecretAccessKey", "mock/secret/of/nobody");
        credentials.put("Token", "mock-session");
        credentials.put("Expiration", Json.time(now.plus(CREDENTIALS_LAST)));
        return credentials;
    }
}
