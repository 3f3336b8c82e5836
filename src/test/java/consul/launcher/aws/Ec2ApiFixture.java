package consul.launcher.aws;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.QueueDispatcher;
import mockwebserver3.RecordedRequest;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/// A server in the place of the EC2 API, and a client of it whose time passes only in pauses.
final class Ec2ApiFixture implements AutoCloseable {

    static final Instant NOW = Instant.parse("2026-11-22T21:19:28Z");

    static final Ec2ApiPolicy POLICY = new Ec2ApiPolicy(
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(20),
            4,
            Duration.ofMillis(500),
            Duration.ofSeconds(5),
            100);

    final MockWebServer server = new MockWebServer();
    final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    final FakePace pace = new FakePace();

    Ec2ApiFixture() {
        pace.chance = 0.5;
        // A request that no test expects is answered too, so that it fails one instead of stalling it.
        QueueDispatcher unexpected = new QueueDispatcher();
        unexpected.setFailFast(new MockResponse.Builder().code(418).build());
        server.setDispatcher(unexpected);
        try {
            server.start(InetAddress.ofLiteral("127.0.0.1"), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI endpoint() {
        return server.url("/").uri();
    }

    Ec2Api api() {
        return api(POLICY);
    }

    Ec2Api api(Ec2ApiPolicy policy) {
        return api(policy, AwsBasicCredentials.create("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
    }

    Ec2Api api(Ec2ApiPolicy policy, AwsCredentials credentials) {
        return new Ec2Api(
                endpoint(),
                Optional.empty(),
                "eu-central-1",
                new Ec2ApiCredentials("the test", () -> credentials),
                policy,
                clock,
                pace);
    }

    void answers(String body) {
        answers(200, body);
    }

    void answers(int status, String body) {
        server.enqueue(new MockResponse.Builder()
                .code(status)
                .setHeader("Content-Type", "text/xml;charset=UTF-8")
                .body(body)
                .build());
    }

    void fails(int status, String code) {
        answers(status, error(code, "a message"));
    }

    /// The next request that came.
    RecordedRequest request() {
        try {
            RecordedRequest request = server.takeRequest(0, TimeUnit.SECONDS);
            if (request == null) {
                throw new AssertionError("there was no other request");
            }
            return request;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    String form() {
        var body = request().getBody();
        return body == null ? "" : body.utf8();
    }

    static String page(String nextToken, String... instances) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                + "<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"
                + "<requestId>6d2f8d3c</requestId><reservationSet>" + String.join("", instances) + "</reservationSet>"
                + (nextToken.isEmpty() ? "" : "<nextToken>" + nextToken + "</nextToken>")
                + "</DescribeInstancesResponse>";
    }

    static String instance(String id, String state) {
        return "<item><reservationId>r-1</reservationId><instancesSet><item><instanceId>" + id
                + "</instanceId><instanceState><code>16</code><name>" + state
                + "</name></instanceState></item></instancesSet></item>";
    }

    static String error(String code, String message) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>" + code + "</Code><Message>"
                + message + "</Message></Error></Errors><RequestID>req-1</RequestID></Response>";
    }

    @Override
    public void close() {
        server.close();
    }
}
