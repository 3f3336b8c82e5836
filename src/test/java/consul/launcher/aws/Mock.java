package consul.launcher.aws;

import consul.launcher.config.Environment;
import consul.launcher.config.MetadataSettings;
import consul.launcher.identity.Identity;
import consul.launcher.identity.IdentitySource;
import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okio.Buffer;

/// A metadata service on 127.0.0.1 that gives the answers it was told, in their order.
final class Mock implements AutoCloseable {

    static final String TOKEN = "AQAEAFakeTokenForTests==";
    static final String INSTANCE = "i-0123456789abcdef0";

    /// As EC2 writes it: arrays and nulls among strings.
    static final String DOCUMENT = """
            {
              "accountId" : "123456789012",
              "architecture" : "arm64",
              "availabilityZone" : "eu-west-1a",
              "billingProducts" : null,
              "devpayProductCodes" : null,
              "marketplaceProductCodes" : [ "abc", "d\\"]}" ],
              "imageId" : "ami-0abcdef1234567890",
              "instanceId" : "i-0123456789abcdef0",
              "instanceType" : "m7g.large",
              "kernelId" : null,
              "pendingTime" : "2026-11-22T21:19:28Z",
              "privateIp" : "10.0.1.23",
              "ramdiskId" : null,
              "region" : "eu-west-1",
              "version" : "2017-09-30"
            }
            """;

    final MockWebServer server = new MockWebServer();

    Mock() throws IOException {
        this(InetAddress.ofLiteral("127.0.0.1"));
    }

    Mock(InetAddress address) throws IOException {
        server.start(address, 0);
    }

    String url() {
        String host = server.getSocketAddress().getAddress().getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + server.getPort();
    }

    Mock token() {
        return answers(200, TOKEN);
    }

    Mock answers(int status, String body) {
        return answers(response(status, body));
    }

    Mock answers(MockResponse.Builder response) {
        server.enqueue(response.build());
        return this;
    }

    static MockResponse.Builder response(int status, String body) {
        // As a buffer, so that no charset is added to it.
        return new MockResponse.Builder().code(status).body(new Buffer().writeUtf8(body));
    }

    /// All requests so far, such as `PUT /latest/api/token`.
    List<String> requests() {
        List<String> lines = new ArrayList<>();
        for (RecordedRequest request : recorded()) {
            lines.add(request.getMethod() + " " + request.getTarget());
        }
        return lines;
    }

    /// Waits until so many requests have come.
    void awaitRequests(int count) {
        Eventually.until(count + " requests", Running.PATIENCE, () -> server.getRequestCount() >= count);
    }

    List<RecordedRequest> recorded() {
        List<RecordedRequest> requests = new ArrayList<>();
        try {
            while (requests.size() < server.getRequestCount()) {
                RecordedRequest request = server.takeRequest(60, TimeUnit.SECONDS);
                if (request == null) {
                    throw new AssertionError("a counted request was not recorded");
                }
                requests.add(request);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return requests;
    }

    @Override
    public void close() {
        server.close();
    }

    /// Settings from variables, as names and values in turn; none may be wrong. A mock on a busy machine has more time
    /// to answer than the second that is the default.
    static MetadataSettings settings(String... variables) {
        Map<String, String> environment = new HashMap<>(Map.of("AWS_METADATA_SERVICE_TIMEOUT", "60"));
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return MetadataSettings.from(new Environment(environment), problem -> {
            throw new AssertionError(problem.line());
        });
    }

    static Identity found(IdentitySource.Result result) {
        return switch (result) {
            case IdentitySource.Found found -> found.identity();
            case IdentitySource.NotFound notFound -> throw new AssertionError("not found: " + notFound);
        };
    }

    static IdentitySource.NotFound notFound(IdentitySource.Result result) {
        return switch (result) {
            case IdentitySource.Found found -> throw new AssertionError("found: " + found);
            case IdentitySource.NotFound notFound -> notFound;
        };
    }

    /// A URL on 127.0.0.1 that refuses connections: its port is taken, but nobody listens.
    static final class Refusing implements AutoCloseable {

        private final Socket socket = new Socket();

        Refusing() throws IOException {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        }

        String url() {
            return "http://127.0.0.1:" + socket.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
