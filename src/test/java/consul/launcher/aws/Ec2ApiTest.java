package consul.launcher.aws;

import static consul.launcher.aws.Ec2ApiFixture.POLICY;
import static consul.launcher.aws.Ec2ApiFixture.error;
import static consul.launcher.aws.Ec2ApiFixture.instance;
import static consul.launcher.aws.Ec2ApiFixture.page;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import consul.launcher.config.Ec2ApiSettings;
import consul.launcher.config.Environment;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/// What should have a limit of its own must not stall the others when it loses it.
@Timeout(60)
final class Ec2ApiTest {

    private static final AwsCredentialsProvider CREDENTIALS = () -> AwsBasicCredentials.create("key", "secret");

    private final Ec2ApiFixture ec2 = new Ec2ApiFixture();

    @AfterEach
    void close() {
        ec2.close();
    }

    private static List<String> ids(Ec2ApiAnswer answer) {
        return assertInstanceOf(Ec2ApiAnswer.Instances.class, answer).all().stream()
                .map(Ec2Instance::id)
                .toList();
    }

    private <T extends Ec2ApiFailure> T failure(Class<T> kind) {
        return failure(kind, POLICY);
    }

    private <T extends Ec2ApiFailure> T failure(Class<T> kind, Ec2ApiPolicy policy) {
        try (Ec2Api api = ec2.api(policy)) {
            return assertInstanceOf(kind, api.byIds(List.of("i-1")));
        }
    }

    private static Ec2ApiPolicy patientFor(Duration attempt) {
        return new Ec2ApiPolicy(
                POLICY.connect(),
                attempt,
                POLICY.deadline(),
                2,
                POLICY.backoff(),
                POLICY.longestBackoff(),
                POLICY.pages());
    }

    @Test
    void asksForInstancesById() {
        ec2.answers(page("", instance("i-1", "running"), instance("i-2", "terminated")));

        try (Ec2Api api = ec2.api()) {
            Ec2ApiAnswer.Instances answer =
                    assertInstanceOf(Ec2ApiAnswer.Instances.class, api.byIds(List.of("i-1", "i-2", "i-1")));

            assertEquals(
                    Optional.of(Ec2Instance.State.TERMINATED),
                    answer.find("i-2").map(Ec2Instance::state));
            assertEquals(Optional.empty(), answer.find("i-3"));
        }
        assertEquals("Action=DescribeInstances&Version=2016-11-15&InstanceId.1=i-1&InstanceId.2=i-2", ec2.form());
    }

    /// The API would answer with every instance of the account.
    @Test
    void neverAsksWithoutAnId() {
        try (Ec2Api api = ec2.api()) {
            assertThrows(IllegalArgumentException.class, () -> api.byIds(List.of()));
            assertThrows(IllegalArgumentException.class, () -> api.byIds(List.of("")));
            assertThrows(IllegalArgumentException.class, () -> api.byTag("", "x", Set.of()));
        }
        assertEquals(0, ec2.server.getRequestCount());
    }

    @Test
    void asksForInstancesOfEveryStateByTag() {
        ec2.answers(page(""));

        try (Ec2Api api = ec2.api()) {
            assertEquals(List.of(), ids(api.byTag("consul:role", "a b&c=ü", Set.of())));
        }
        assertEquals(
                "Action=DescribeInstances&Version=2016-11-15&MaxResults=100&Filter.1.Name=tag%3Aconsul%3Arole"
                        + "&Filter.1.Value.1=a+b%26c%3D%C3%BC",
                ec2.form());
    }

    @Test
    void asksForSomeStatesOnly() {
        ec2.answers(page(""));

        try (Ec2Api api = ec2.api()) {
            api.byTag("k", "v", EnumSet.of(Ec2Instance.State.RUNNING, Ec2Instance.State.PENDING));
        }
        assertTrue(ec2.form()
                .endsWith("&Filter.2.Name=instance-state-name&Filter.2.Value.1=pending&Filter.2.Value.2=running"));
    }

    @Test
    void takesWildcardsInATagLiterally() {
        ec2.answers(page(""));

        try (Ec2Api api = ec2.api()) {
            api.byTag("k", "a*b?c\\", Set.of());
        }
        assertTrue(ec2.form().endsWith("&Filter.1.Value.1=a%5C*b%5C%3Fc%5C%5C"));
    }

    @Test
    void followsEveryPage() {
        ec2.answers(page("t/1+", instance("i-1", "running")));
        ec2.answers(page("t2"));
        ec2.answers(page("", instance("i-2", "stopped")));

        try (Ec2Api api = ec2.api()) {
            assertEquals(List.of("i-1", "i-2"), ids(api.byTag("k", "v", Set.of())));
        }
        assertTrue(!ec2.form().contains("NextToken"));
        assertTrue(ec2.form().endsWith("&Filter.1.Value.1=v&NextToken=t%2F1%2B"));
        assertTrue(ec2.form().endsWith("&Filter.1.Value.1=v&NextToken=t2"));
    }

    @Test
    void givesNoPartOfTheTruthWhereAPageIsMissing() {
        ec2.answers(page("t1", instance("i-1", "running")));
        ec2.fails(403, "UnauthorizedOperation");

        failure(Ec2ApiFailure.Denied.class);
    }

    @Test
    void endsWherePagesDoNot() {
        ec2.answers(page("t1"));
        ec2.answers(page("t1"));

        assertTrue(failure(Ec2ApiFailure.Malformed.class).what().contains("no end"));
        assertEquals(2, ec2.server.getRequestCount());
    }

    @Test
    void endsWhereThereAreTooManyPages() {
        Ec2ApiPolicy policy = new Ec2ApiPolicy(
                POLICY.connect(),
                POLICY.attempt(),
                POLICY.deadline(),
                POLICY.attempts(),
                POLICY.backoff(),
                POLICY.longestBackoff(),
                3);
        ec2.answers(page("t1"));
        ec2.answers(page("t2"));
        ec2.answers(page("t3"));

        failure(Ec2ApiFailure.Malformed.class, policy);
        assertEquals(3, ec2.server.getRequestCount());
    }

    @ParameterizedTest
    @CsvSource({"503, RequestLimitExceeded", "400, Throttling", "500, InternalError", "503, Unavailable"})
    void triesAgainWhatPasses(int status, String code) {
        ec2.fails(status, code);
        ec2.fails(status, code);
        ec2.answers(page("", instance("i-1", "running")));

        try (Ec2Api api = ec2.api()) {
            assertEquals(List.of("i-1"), ids(api.byIds(List.of("i-1"))));
        }
        assertEquals(2, ec2.pace.slept.size());
    }

    @ParameterizedTest
    @CsvSource({"0.999999, 499, 999, 1999", "0.5, 250, 500, 1000", "0, 0, 0, 0"})
    void pausesByChanceUpToTwiceAsLongEachTime(double chance, long first, long second, long third) {
        ec2.pace.chance = chance;
        for (int i = 0; i < 4; i++) {
            ec2.fails(503, "RequestLimitExceeded");
        }

        assertEquals(new Ec2ApiFailure.Throttled("RequestLimitExceeded", 4), failure(Ec2ApiFailure.Throttled.class));
        assertEquals(
                List.of(first, second, third),
                ec2.pace.slept.stream().map(Duration::toMillis).toList());
    }

    @Test
    void pausesNeverLongerThanItMay() {
        assertEquals(Duration.ofMillis(500), POLICY.pauseAfter(1));
        assertEquals(Duration.ofSeconds(2), POLICY.pauseAfter(3));
        assertEquals(Duration.ofSeconds(5), POLICY.pauseAfter(5));
        assertEquals(Duration.ofSeconds(5), POLICY.pauseAfter(1_000));
    }

    @Test
    void givesUpBeforeAPauseThatWouldPassTheDeadline() {
        Ec2ApiPolicy policy = new Ec2ApiPolicy(
                POLICY.connect(),
                POLICY.attempt(),
                Duration.ofSeconds(20),
                1_000,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                POLICY.pages());
        for (int i = 0; i < 100; i++) {
            ec2.fails(503, "RequestLimitExceeded");
        }

        failure(Ec2ApiFailure.Throttled.class, policy);
        Duration slept = ec2.pace.slept.stream().reduce(Duration.ZERO, Duration::plus);
        assertTrue(slept.compareTo(Duration.ofSeconds(20)) < 0, ec2.pace.slept.toString());
        assertEquals(ec2.pace.slept.size() + 1, ec2.server.getRequestCount());
    }

    @Test
    void asksNobodyOnceTheDeadlineHasPassed() {
        Ec2ApiPolicy policy = new Ec2ApiPolicy(
                POLICY.connect(),
                POLICY.attempt(),
                Duration.ZERO,
                4,
                POLICY.backoff(),
                POLICY.longestBackoff(),
                POLICY.pages());

        failure(Ec2ApiFailure.Unreachable.class, policy);
        assertEquals(0, ec2.server.getRequestCount());
    }

    @ParameterizedTest
    @CsvSource({
        "403, UnauthorizedOperation, Denied",
        "401, AuthFailure, NotAuthenticated",
        "403, SignatureDoesNotMatch, NotAuthenticated",
        "400, InvalidInstanceID.Malformed, Refused"
    })
    void triesOnceWhatStaysWrong(int status, String code, String kind) {
        ec2.fails(status, code);

        assertEquals(kind, failure(Ec2ApiFailure.class).getClass().getSimpleName());
        assertEquals(1, ec2.server.getRequestCount());
        assertEquals(List.of(), ec2.pace.slept);
    }

    @Test
    void namesTheIdsThatAreNotFound() {
        ec2.answers(400, error("InvalidInstanceID.NotFound", "The instance ID 'i-1' does not exist"));

        assertEquals(
                new TreeSet<>(Set.of("i-1")),
                failure(Ec2ApiFailure.NotFound.class).ids());
    }

    @Test
    void readsTheClocksDifferenceFromTheAnswer() {
        ec2.server.enqueue(new MockResponse.Builder()
                .code(403)
                .setHeader("Date", "Sun, 22 Nov 2026 22:19:28 GMT")
                .body(error("SignatureDoesNotMatch", "Signature expired"))
                .build());

        assertEquals(
                Optional.of(Duration.ofHours(1)),
                failure(Ec2ApiFailure.NotAuthenticated.class).clockSkew());
    }

    @ParameterizedTest
    @CsvSource({"200", "302", "403", "404"})
    void refusesAnHtmlPage(int status) {
        ec2.server.enqueue(new MockResponse.Builder()
                .code(status)
                .setHeader("Content-Type", "text/html")
                .setHeader("Location", ec2.endpoint() + "login")
                .body("<!doctype html><html><body>Please sign in<br></body></html>")
                .build());

        Ec2ApiFailure.Malformed failure = failure(Ec2ApiFailure.Malformed.class);

        assertTrue(failure.what().startsWith("HTTP " + status + ", text/html: "), failure.what());
        assertEquals(1, ec2.server.getRequestCount());
    }

    @Test
    void triesAgainWhereAProxyFails() {
        for (int i = 0; i < 4; i++) {
            ec2.answers(502, "<html><body>Bad gateway</body></html>");
        }

        assertTrue(failure(Ec2ApiFailure.Unreachable.class).cause().startsWith("HTTP 502"));
        assertEquals(4, ec2.server.getRequestCount());
    }

    @Test
    void refusesAnAnswerWithoutEnd() {
        Buffer body = new Buffer().writeUtf8("<DescribeInstancesResponse><reservationSet>");
        String item = instance("i-1", "running");
        while (body.size() <= Ec2ApiHttp.LARGEST_ANSWER) {
            body.writeUtf8(item);
        }
        body.writeUtf8("</reservationSet></DescribeInstancesResponse>");
        ec2.server.enqueue(new MockResponse.Builder().body(body).build());

        assertTrue(failure(Ec2ApiFailure.Malformed.class).what().endsWith("it is larger than 8388608 bytes"));
    }

    @Test
    void triesAgainWhereAnAnswerBreaksOff() {
        String whole = page("", instance("i-1", "running"));
        ec2.server.enqueue(new MockResponse.Builder()
                .body(whole)
                .onResponseBody(new SocketEffect.CloseSocket())
                .build());
        ec2.answers(whole);

        try (Ec2Api api = ec2.api()) {
            assertEquals(List.of("i-1"), ids(api.byIds(List.of("i-1"))));
        }
        assertEquals(2, ec2.server.getRequestCount());
    }

    @Test
    void givesUpOnAServerThatDoesNotAnswer() {
        MockResponse silence = new MockResponse.Builder()
                .onResponseStart(SocketEffect.Stall.INSTANCE)
                .build();
        ec2.server.enqueue(silence);
        ec2.server.enqueue(silence);

        Ec2ApiFailure.Unreachable failure =
                failure(Ec2ApiFailure.Unreachable.class, patientFor(Duration.ofMillis(200)));

        assertEquals(2, failure.attempts());
        assertEquals(ec2.endpoint(), failure.endpoint());
        assertEquals("timeout", failure.cause());
    }

    /// It is more patient by itself.
    @Test
    void endsWithinWhatItsCallerHasLeft() {
        MockResponse silence = new MockResponse.Builder()
                .onResponseStart(SocketEffect.Stall.INSTANCE)
                .build();
        ec2.server.enqueue(silence);
        ec2.server.enqueue(silence);

        try (Ec2Api api = new Ec2Api(
                ec2.endpoint(),
                Optional.empty(),
                "eu-central-1",
                new Ec2ApiCredentials("none", CREDENTIALS),
                patientFor(Duration.ofMinutes(10)),
                ec2.clock,
                ec2.pace)) {
            assertInstanceOf(Ec2ApiFailure.Unreachable.class, api.byIds(List.of("i-1"), Duration.ofMillis(100)));
        }
    }

    @Test
    void asksNobodyIfItsCallerHasNoTimeLeft() {
        try (Ec2Api api = ec2.api()) {
            Ec2ApiFailure.Unreachable failure = assertInstanceOf(
                    Ec2ApiFailure.Unreachable.class, api.byTag("Role", "consul", Set.of(), Duration.ZERO));
            assertEquals("no answer within 0 s", failure.cause());
            assertEquals(failure, api.byIds(List.of("i-1"), Duration.ZERO));
        }
        assertEquals(0, ec2.server.getRequestCount());
    }

    @Test
    void saysThatNobodyListens() throws Exception {
        try (Mock.Refusing refusing = new Mock.Refusing();
                Ec2Api api = new Ec2Api(
                        URI.create(refusing.url()),
                        Optional.empty(),
                        "eu-central-1",
                        new Ec2ApiCredentials("none", CREDENTIALS),
                        POLICY,
                        ec2.clock,
                        ec2.pace)) {
            Ec2ApiFailure failure = assertInstanceOf(Ec2ApiFailure.Unreachable.class, api.byIds(List.of("i-1")));
            assertTrue(failure.line().contains("4 attempts"), failure.line());
            assertTrue(failure.line().contains(refusing.url()), failure.line());
        }
    }

    @Test
    void trustsNoForeignCertificate() throws Exception {
        HeldCertificate foreign = new HeldCertificate.Builder()
                .addSubjectAlternativeName("localhost")
                .build();
        try (MockWebServer server = new MockWebServer()) {
            server.useHttps(new HandshakeCertificates.Builder()
                    .heldCertificate(foreign)
                    .build()
                    .sslSocketFactory());
            server.start();
            try (Ec2Api api = new Ec2Api(
                    server.url("/").uri(),
                    Optional.empty(),
                    "eu-central-1",
                    new Ec2ApiCredentials("none", CREDENTIALS),
                    patientFor(Duration.ofSeconds(30)),
                    ec2.clock,
                    ec2.pace)) {
                Ec2ApiFailure.Unreachable failure =
                        assertInstanceOf(Ec2ApiFailure.Unreachable.class, api.byIds(List.of("i-1")));
                assertTrue(failure.cause().contains("certificat"), failure.cause());
            }
        }
    }

    @Test
    void saysWhereCredentialsWereMissing() {
        try (Ec2Api api = new Ec2Api(
                ec2.endpoint(),
                Optional.empty(),
                "eu-central-1",
                new Ec2ApiCredentials("the task role", () -> {
                    throw new IllegalStateException("HTTP 404");
                }),
                POLICY,
                ec2.clock,
                ec2.pace)) {
            assertEquals(new Ec2ApiFailure.NoCredentials("the task role", "HTTP 404"), api.byIds(List.of("i-1")));
        }
        assertEquals(0, ec2.server.getRequestCount());
    }

    @Test
    void stopsWhenInterruptedInAPause() {
        ec2.fails(503, "Unavailable");
        ec2.pace.interrupts = true;

        try (Ec2Api api = new Ec2Api(
                ec2.endpoint(),
                Optional.empty(),
                "eu-central-1",
                new Ec2ApiCredentials("none", CREDENTIALS),
                POLICY,
                ec2.clock,
                ec2.pace)) {
            assertInstanceOf(Ec2ApiFailure.Unreachable.class, api.byIds(List.of("i-1")));
        }
        assertTrue(Thread.interrupted());
        assertEquals(1, ec2.server.getRequestCount());
    }

    @Test
    void checksThePermissionWithoutAskingForInstances() {
        ec2.fails(412, "DryRunOperation");

        try (Ec2Api api = ec2.api()) {
            assertEquals(Optional.empty(), api.checkPermission());
        }
        assertEquals("Action=DescribeInstances&Version=2016-11-15&DryRun=true", ec2.form());
    }

    @Test
    void tellsThatThePermissionIsMissing() {
        ec2.fails(403, "UnauthorizedOperation");

        try (Ec2Api api = ec2.api()) {
            assertInstanceOf(Ec2ApiFailure.Denied.class, api.checkPermission().orElseThrow());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "eu-central-1, https://ec2.eu-central-1.amazonaws.com",
        "us-gov-west-1, https://ec2.us-gov-west-1.amazonaws.com",
        "cn-north-1, https://ec2.cn-north-1.amazonaws.com.cn",
        "xx-new-1, https://ec2.xx-new-1.amazonaws.com"
    })
    void knowsTheEndpointOfARegion(String region, URI endpoint) {
        Ec2ApiSettings settings = settings(Map.of());
        Environment nothing = new Environment(Map.of("AWS_EC2_METADATA_DISABLED", "true"));

        try (Ec2Api api = Ec2Api.of(settings, region, nothing)) {
            assertEquals(endpoint, api.endpoint());
        }
        assertThrows(IllegalArgumentException.class, () -> Ec2Api.of(settings, "evil.example/", nothing));
    }

    /// D10
    @ParameterizedTest
    @ValueSource(strings = {"RegionOne", "local", "eu-west-1"})
    void takesAnyRegionAtAnEndpointOfTheUsersOwn(String region) {
        Ec2ApiSettings settings = settings(Map.of("AWS_ENDPOINT_URL_EC2", "http://ec2.local"));
        var nothing = new Environment(Map.of("AWS_EC2_METADATA_DISABLED", "true"));

        try (Ec2Api api = Ec2Api.of(settings, region, nothing)) {
            assertEquals(URI.create("http://ec2.local"), api.endpoint());
        }
        assertThrows(IllegalArgumentException.class, () -> Ec2Api.of(settings, "evil.example/", nothing));
    }

    private static Ec2ApiSettings settings(Map<String, String> variables) {
        return Ec2ApiSettings.from(new Environment(variables), problem -> fail(problem.line()));
    }

    @ParameterizedTest
    @CsvSource({
        "true, false, us-east-1, https://ec2-fips.us-east-1.amazonaws.com",
        "false, true, us-east-1, https://ec2.us-east-1.api.aws",
        "true, true, us-east-1, https://ec2-fips.us-east-1.api.aws",
        "true, false, us-gov-west-1, https://ec2.us-gov-west-1.amazonaws.com",
        "false, true, cn-north-1, https://ec2.cn-north-1.api.amazonwebservices.com.cn"
    })
    void knowsTheOtherEndpointsOfARegion(String fips, String dualStack, String region, URI endpoint) {
        Ec2ApiSettings settings =
                settings(Map.of("AWS_USE_FIPS_ENDPOINT", fips, "AWS_USE_DUALSTACK_ENDPOINT", dualStack));

        try (Ec2Api api = Ec2Api.of(settings, region, new Environment(Map.of("AWS_EC2_METADATA_DISABLED", "true")))) {
            assertEquals(endpoint, api.endpoint());
        }
    }

    @Test
    void asksTheEndpointThatIsSet() {
        ec2.answers(page("", instance("i-1", "running")));
        // Whatever else is set.
        Ec2ApiSettings settings =
                settings(Map.of("AWS_ENDPOINT_URL", ec2.endpoint().toString(), "AWS_USE_FIPS_ENDPOINT", "true"));
        Environment environment =
                new Environment(Map.of("AWS_ACCESS_KEY_ID", "key", "AWS_SECRET_ACCESS_KEY", "secret"));

        try (Ec2Api api = Ec2Api.of(settings, "eu-central-1", environment)) {
            assertEquals(List.of("i-1"), ids(api.byIds(List.of("i-1"))));
        }
        assertEquals("consul-launcher", ec2.request().getHeaders().get("User-Agent"));
    }
}
