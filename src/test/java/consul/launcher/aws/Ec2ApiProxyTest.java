package consul.launcher.aws;

import static consul.launcher.aws.Ec2ApiFixture.instance;
import static consul.launcher.aws.Ec2ApiFixture.page;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import consul.launcher.config.Ec2ApiSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.MetadataSettings;
import consul.launcher.config.Proxies;
import consul.launcher.identity.Wanted;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import okhttp3.Credentials;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/// The fixture's server in the place of a proxy. Nobody has the names that are asked for.
@Timeout(60)
final class Ec2ApiProxyTest {

    private static final String STORE = "javax.net.ssl.trustStore";
    private static final String STORE_PASSWORD = "javax.net.ssl.trustStorePassword";

    private final Ec2ApiFixture proxy = new Ec2ApiFixture();

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        proxy.close();
    }

    private String address() {
        return "127.0.0.1:" + proxy.server.getPort();
    }

    private static Ec2ApiAnswer ask(Map<String, String> variables) {
        Map<String, String> all = new HashMap<>(variables);
        all.put("AWS_ACCESS_KEY_ID", "key");
        all.put("AWS_SECRET_ACCESS_KEY", "secret");
        Environment environment = new Environment(all);
        Ec2ApiSettings settings = Ec2ApiSettings.from(environment, problem -> fail(problem.line()));
        try (Ec2Api api = Ec2Api.of(settings, "eu-central-1", environment)) {
            return api.byIds(List.of("i-1"));
        }
    }

    /// Without pauses, where it takes several attempts.
    private Ec2ApiFailure.Unreachable cannotReach(String endpoint, Map<String, String> variables) {
        Proxies proxies = Proxies.from(new Environment(variables), problem -> fail(problem.line()));
        URI url = URI.create(endpoint);
        try (Ec2Api api = new Ec2Api(
                url,
                proxies.of(url),
                "eu-central-1",
                new Ec2ApiCredentials("the test", () -> AwsBasicCredentials.create("key", "secret")),
                Ec2ApiFixture.POLICY,
                proxy.clock,
                proxy.pace)) {
            return assertInstanceOf(Ec2ApiFailure.Unreachable.class, api.byIds(List.of("i-1")));
        }
    }

    private static void assertFound(Ec2ApiAnswer answer) {
        assertInstanceOf(Ec2ApiAnswer.Instances.class, answer, answer::toString);
    }

    @Test
    void isAskedForAPlainEndpoint() {
        proxy.answers(page("", instance("i-1", "running")));

        assertFound(ask(
                Map.of("AWS_ENDPOINT_URL_EC2", "http://ec2.example:8080", "http_proxy", "http://" + address() + "/")));

        RecordedRequest request = proxy.request();
        assertEquals("POST http://ec2.example:8080/ HTTP/1.1", request.getRequestLine());
        assertEquals("ec2.example:8080", request.getHeaders().get("Host"));
        assertNull(request.getHeaders().get("Proxy-Authorization"));
    }

    @Test
    void getsTheLoginWithTheFirstRequestForAPlainEndpoint() {
        proxy.answers(page("", instance("i-1", "running")));

        assertFound(ask(Map.of(
                "AWS_ENDPOINT_URL_EC2", "http://ec2.example", "HTTP_PROXY", "http://user:se%40cret@" + address())));

        assertEquals(
                Credentials.basic("user", "se@cret"),
                proxy.request().getHeaders().get("Proxy-Authorization"));
    }

    @Test
    void opensATunnelToTheEndpointOfTheRegionAndGetsTheLoginAlone() throws IOException, GeneralSecurityException {
        String host = "ec2.eu-central-1.amazonaws.com";
        HeldCertificate certificate =
                new HeldCertificate.Builder().addSubjectAlternativeName(host).build();
        proxy.server.useHttps(new HandshakeCertificates.Builder()
                .heldCertificate(certificate)
                .build()
                .sslSocketFactory());
        proxy.server.enqueue(new MockResponse.Builder().inTunnel().build());
        proxy.answers(page("", instance("i-1", "running")));

        assertFound(trusting(certificate, () -> ask(Map.of("HTTPS_PROXY", "http://user:secret@" + address()))));

        RecordedRequest tunnel = proxy.request();
        assertEquals("CONNECT " + host + ":443 HTTP/1.1", tunnel.getRequestLine());
        assertEquals(Credentials.basic("user", "secret"), tunnel.getHeaders().get("Proxy-Authorization"));
        RecordedRequest inside = proxy.request();
        assertEquals("POST / HTTP/1.1", inside.getRequestLine());
        assertNull(inside.getHeaders().get("Proxy-Authorization"));
        assertNotNull(inside.getHeaders().get("Authorization"));
    }

    @Test
    void isNamedWhereItDoesNotTakeTheLogin() {
        proxy.answers(407, "<html><body>Who are you?<br></body></html>");

        Ec2ApiFailure.Malformed failure = assertInstanceOf(
                Ec2ApiFailure.Malformed.class,
                ask(Map.of(
                        "AWS_ENDPOINT_URL_EC2",
                        "http://ec2.example",
                        "HTTP_PROXY",
                        "http://user:secret@" + address())));

        assertTrue(failure.what().startsWith("HTTP 407, "), failure::what);
        assertTrue(failure.what().endsWith(", by the proxy " + address() + " of HTTP_PROXY"), failure::what);
        assertFalse(failure.line().contains("secret"));
        assertEquals(1, proxy.server.getRequestCount());
    }

    @Test
    void isNamedWhereItOpensNoTunnel() {
        for (int i = 0; i < 4; i++) {
            proxy.answers(403, "");
        }

        Ec2ApiFailure.Unreachable failure =
                cannotReach("https://ec2.eu-central-1.amazonaws.com", Map.of("https_proxy", address()));

        assertTrue(failure.cause().endsWith("403, by the proxy " + address() + " of https_proxy"), failure::cause);
        assertEquals(
                "CONNECT ec2.eu-central-1.amazonaws.com:443 HTTP/1.1",
                proxy.request().getRequestLine());
    }

    @Test
    void isNotAskedForWhatNoProxyNames() {
        Ec2ApiFailure.Unreachable failure =
                cannotReach("http://ec2.invalid", Map.of("HTTP_PROXY", address(), "NO_PROXY", "other,.invalid"));

        assertFalse(failure.cause().contains("by the proxy"), failure::cause);
        assertEquals(0, proxy.server.getRequestCount());
    }

    @Test
    void isNotAskedForWhatIsOnThisMachine() {
        try (Ec2ApiFixture ec2 = new Ec2ApiFixture()) {
            ec2.answers(page("", instance("i-1", "running")));

            assertFound(ask(Map.of("AWS_ENDPOINT_URL_EC2", ec2.endpoint().toString(), "HTTP_PROXY", address())));
        }
        assertEquals(0, proxy.server.getRequestCount());
    }

    /// What the process was told is not what the launch was told.
    @Test
    void isThatOfTheVariablesAndOfNothingElse() {
        ProxySelector before = ProxySelector.getDefault();
        try (Ec2ApiFixture ec2 = new Ec2ApiFixture()) {
            ec2.answers(page("", instance("i-1", "running")));
            ProxySelector.setDefault(new ProxySelector() {
                @Override
                public List<Proxy> select(URI uri) {
                    return List.of(new Proxy(Proxy.Type.HTTP, proxy.server.getSocketAddress()));
                }

                @Override
                public void connectFailed(URI uri, SocketAddress address, IOException e) {
                    // the test fails by itself
                }
            });

            assertFound(ask(Map.of("AWS_ENDPOINT_URL_EC2", ec2.endpoint().toString())));
        } finally {
            ProxySelector.setDefault(before);
        }
        assertEquals(0, proxy.server.getRequestCount());
    }

    @Test
    void isNeverAskedWhoThisInstanceIs() throws IOException {
        try (Mock metadata = new Mock()) {
            metadata.token().answers(200, Mock.DOCUMENT);
            MetadataSettings settings = Mock.settings(
                    "AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.url(),
                    "HTTP_PROXY", address(),
                    "http_proxy", address(),
                    "HTTPS_PROXY", address());

            Mock.found(new MetadataSource(settings, proxy.pace).find(Set.of(Wanted.NODE_NAME, Wanted.ADDRESS)));

            assertEquals(2, metadata.requests().size());
        }
        assertEquals(0, proxy.server.getRequestCount());
    }

    private interface Asking {
        Ec2ApiAnswer ask();
    }

    /// With the JVM's own trust replaced by one certificate.
    private Ec2ApiAnswer trusting(HeldCertificate certificate, Asking asking)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("mock", certificate.certificate());
        Path file = directory.resolve("trust.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, "changeit".toCharArray());
        }
        System.setProperty(STORE, file.toString());
        System.setProperty(STORE_PASSWORD, "changeit");
        try {
            return asking.ask();
        } finally {
            System.clearProperty(STORE);
            System.clearProperty(STORE_PASSWORD);
        }
    }
}
