package consul.launcher.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.Environment;
import consul.launcher.mockec2.Ec2Mock;
import consul.launcher.mockec2.Options;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.SdkSystemSetting;

/// The SDK reads its variables from the process; a test sets the properties that it prefers to them.
@Isolated
final class Ec2ApiCredentialsTest {

    private static final String RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    private static final String FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI";

    private final MockWebServer server = new MockWebServer();

    /// Given again and again: on a busy machine the SDK, which waits for a second, asks twice.
    private volatile MockResponse answer = new MockResponse.Builder().code(404).build();

    private final Queue<RecordedRequest> requests = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void start() throws IOException {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                requests.add(request);
                return answer;
            }
        });
        server.start(InetAddress.ofLiteral("127.0.0.1"), 0);
        // Nothing here may reach the real ones, whatever goes wrong.
        set(SdkSystemSetting.AWS_CONTAINER_SERVICE_ENDPOINT, "http://127.0.0.1:" + server.getPort());
        set(SdkSystemSetting.AWS_EC2_METADATA_SERVICE_ENDPOINT, "http://127.0.0.1:" + server.getPort());
    }

    @AfterEach
    void close() {
        for (SdkSystemSetting setting : SdkSystemSetting.values()) {
            System.clearProperty(setting.property());
        }
        server.close();
    }

    private static void set(SdkSystemSetting setting, String value) {
        System.setProperty(setting.property(), value);
    }

    private void answers(String key, Duration validFor) {
        answer = new MockResponse.Builder()
                .setHeader("Content-Type", "application/json")
                .body("{\"RoleArn\":\"arn:aws:iam::1:role/task\",\"AccessKeyId\":\"" + key
                        + "\",\"SecretAccessKey\":\"secret\",\"Token\":\"token " + key + "\",\"Expiration\":\""
                        + Instant.now().plus(validFor) + "\"}")
                .build();
    }

    private Set<String> asked() {
        return requests.stream().map(RecordedRequest::getTarget).collect(Collectors.toSet());
    }

    private static Ec2ApiCredentials from(Map<String, String> variables) {
        return Ec2ApiCredentials.from(new Environment(variables));
    }

    @Test
    void takesTheKeyOfTheEnvironment() {
        Ec2ApiCredentials credentials = from(
                Map.of("AWS_ACCESS_KEY_ID", "AKID", "AWS_SECRET_ACCESS_KEY", "secret", RELATIVE, "/v2/credentials/x"));

        assertEquals(
                AwsBasicCredentials.create("AKID", "secret"),
                credentials.provider().resolveCredentials());
        assertEquals("the variable AWS_ACCESS_KEY_ID", credentials.source());
        assertEquals(0, server.getRequestCount());
    }

    @Test
    void takesTheSessionTokenOfTheEnvironment() {
        AwsCredentials credentials = from(Map.of(
                        "AWS_ACCESS_KEY_ID", "ASIA", "AWS_SECRET_ACCESS_KEY", "secret", "AWS_SESSION_TOKEN", "token"))
                .provider()
                .resolveCredentials();

        assertEquals(
                "token",
                assertInstanceOf(AwsSessionCredentials.class, credentials).sessionToken());
    }

    @Test
    void asksForTheTaskRole() {
        set(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, "/v2/credentials/1");
        answers("ASIATASK", Duration.ofHours(6));
        Ec2ApiCredentials credentials = from(Map.of(RELATIVE, "/v2/credentials/1"));

        AwsSessionCredentials role = assertInstanceOf(
                AwsSessionCredentials.class, credentials.provider().resolveCredentials());

        assertEquals("ASIATASK", role.accessKeyId());
        assertEquals("token ASIATASK", role.sessionToken());
        assertEquals(Set.of("/v2/credentials/1"), asked());
        assertTrue(credentials.source().contains(RELATIVE), credentials.source());
    }

    @Test
    void asksTheFullUriWithItsToken() {
        String uri = "http://127.0.0.1:" + server.getPort() + "/role";
        set(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_FULL_URI, uri);
        set(SdkSystemSetting.AWS_CONTAINER_AUTHORIZATION_TOKEN, "Bearer x");
        answers("ASIAFULL", Duration.ofHours(6));

        AwsCredentials role = from(Map.of(FULL, uri)).provider().resolveCredentials();

        assertEquals("ASIAFULL", role.accessKeyId());
        assertEquals(Set.of("/role"), asked());
        assertEquals("Bearer x", requests.element().getHeaders().get("Authorization"));
    }

    @Test
    void keepsTheTaskRoleAndGetsItAnewBeforeItExpires() {
        set(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, "/v2/credentials/1");
        // The SDK takes what has less than a minute left for expired.
        answers("ASIAFIRST", Duration.ofSeconds(30));
        Ec2ApiCredentials credentials = from(Map.of(RELATIVE, "/v2/credentials/1"));
        assertEquals("ASIAFIRST", credentials.provider().resolveCredentials().accessKeyId());

        answers("ASIASECOND", Duration.ofHours(6));
        assertEquals("ASIASECOND", credentials.provider().resolveCredentials().accessKeyId());

        answers("ASIATHIRD", Duration.ofHours(6));
        assertEquals("ASIASECOND", credentials.provider().resolveCredentials().accessKeyId());
    }

    @Test
    void doesNotGoOnAsTheInstanceWhereTheTaskRoleIsRefused() {
        set(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, "/v2/credentials/1");
        answer = new MockResponse.Builder()
                .code(403)
                .body("{\"code\":\"AccessDenied\",\"message\":\"no role for this task\"}")
                .build();
        Ec2ApiCredentials credentials = from(Map.of(RELATIVE, "/v2/credentials/1"));

        assertThrows(RuntimeException.class, () -> credentials.provider().resolveCredentials());
        assertEquals(Set.of("/v2/credentials/1"), asked());
    }

    @Test
    void asksTheInstanceProfileElse() {
        try (Ec2Mock mock = Ec2Mock.start(Options.loopback("id=i-0a,address=127.0.1.7"))) {
            Ec2ApiCredentials credentials =
                    from(Map.of("AWS_EC2_METADATA_SERVICE_ENDPOINT", mock.endpoint("127.0.1.7")));

            AwsSessionCredentials profile = assertInstanceOf(
                    AwsSessionCredentials.class, credentials.provider().resolveCredentials());

            assertTrue(profile.accessKeyId().startsWith("ASIA"), profile.accessKeyId());
            assertEquals("the instance profile (EC2 metadata)", credentials.source());
        }
    }

    @Test
    void asksNobodyWhereMetadataIsDisabled() {
        Ec2ApiCredentials credentials = from(Map.of("AWS_EC2_METADATA_DISABLED", "TRUE"));

        IllegalStateException failure = assertThrows(
                IllegalStateException.class, () -> credentials.provider().resolveCredentials());
        assertTrue(String.valueOf(failure.getMessage()).contains("AWS_EC2_METADATA_DISABLED"));
        assertEquals(0, server.getRequestCount());
    }
}
