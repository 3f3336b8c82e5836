package consul.launcher.consul;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.ConsulApiSettings.Address;
import consul.launcher.config.Environment;
import consul.launcher.config.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalAgentTest {

    @TempDir
    Path home;

    private final MockWebServer server = new MockWebServer();

    @BeforeEach
    void start() throws IOException {
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void tellsTheLeader() throws Exception {
        answer(200, "\"10.0.0.1:8300\"");

        assertEquals(
                new ApiAnswer.Ok<>("10.0.0.1:8300"), agent(Optional.empty()).leader());
        var request = server.takeRequest();
        assertEquals("GET /v1/status/leader", request.getMethod() + " " + request.getTarget());
        assertNull(request.getHeaders().get("X-Consul-Token"));
    }

    @Test
    void sendsTheToken() throws Exception {
        answer(200, "\"\"");

        assertEquals(new ApiAnswer.Ok<>(""), agent(Optional.of("a-token")).leader());
        assertEquals("a-token", server.takeRequest().getHeaders().get("X-Consul-Token"));
    }

    /// E: a reverse proxy in front of the API.
    @Test
    void asksBelowThePathOfTheAddress() throws Exception {
        var none = Optional.<java.nio.file.Path>empty();
        var tls = new ConsulApiSettings.Tls(none, none, none, none, Optional.empty(), true);
        var settings = new ConsulApiSettings(Optional.empty(), false, tls, Optional.empty());
        var address = new Address.Tcp(false, server.getHostName(), server.getPort(), "/proxy/consul");
        for (int i = 0; i < 3; i++) {
            answer(200, "\"10.0.0.1:8300\"");
        }

        try (var agent = new LocalAgent(address, settings, Duration.ofSeconds(30))) {
            agent.leader();
            agent.pulse(true);
        }

        assertEquals("/proxy/consul/v1/status/leader", server.takeRequest().getTarget());
        // Sent over two connections, so they arrive in any order.
        Set<String> targets = new HashSet<>();
        targets.add(server.takeRequest().getTarget());
        targets.add(server.takeRequest().getTarget());
        assertEquals(
                Set.of("/proxy/consul/v1/status/leader", "/proxy/consul/v1/health/service/consul-launcher-none?stale"),
                targets);
    }

    /// A client that knows no server answers 500.
    @Test
    void takesAnErrorForNoLeader() throws Exception {
        answer(500, "No known Consul servers");

        assertEquals(new ApiAnswer.Ok<>(""), agent(Optional.empty()).leader());
    }

    @Test
    void tellsTheRuleThatIsMissing() throws Exception {
        answer(403, "Permission denied");

        var answer = agent(Optional.empty()).get("/v1/agent/self", "agent = \"read\"");

        assertEquals("permission denied: the token needs agent = \"read\"", answer.describe());
    }

    @Test
    void readsTheHealthThatComesWithAnErrorsStatus() throws Exception {
        answer(429, "{\"Healthy\":false}");

        assertEquals(
                new ApiAnswer.Ok<>("{\"Healthy\":false}"),
                agent(Optional.empty()).autopilotHealth());
    }

    @Test
    void shortensWhatARefusalSays() throws Exception {
        answer(503, "x".repeat(10_000));

        String text = agent(Optional.empty()).get("/v1/any", "none").describe();

        assertTrue(text.startsWith("HTTP 503 xxx"), text);
        assertTrue(text.length() < 300, text);
    }

    @Test
    void asksOnceAndTellsWhoDoesNotAnswer() throws Exception {
        server.enqueue(new MockResponse.Builder()
                .onRequestStart(new SocketEffect.CloseSocket())
                .build());
        answer(200, "\"10.0.0.1:8300\"");

        var answer = agent(Optional.empty()).leader();

        assertInstanceOf(ApiAnswer.Unreachable.class, answer);
        assertTrue(
                answer.describe().startsWith("no answer from http://" + server.getHostName() + ":"), answer::describe);
    }

    @Test
    void refusesAnAnswerWithoutEnd() throws Exception {
        answer(200, "x".repeat(5 * 1024 * 1024));

        assertTrue(agent(Optional.empty()).get("/v1/any", "none").describe().contains("more than"));
    }

    @Test
    void followsNoRedirectWithItsToken() throws Exception {
        server.enqueue(new MockResponse.Builder()
                .code(302)
                .addHeader("Location", server.url("/elsewhere"))
                .build());

        assertInstanceOf(ApiAnswer.Refused.class, agent(Optional.of("a-token")).get("/v1/any", "none"));
        assertEquals(1, server.getRequestCount());
    }

    @ParameterizedTest
    @CsvSource({
        "me, true, true, ''",
        "me, true, false, 'this server is a voter, but not healthy: serf status failed'",
        "me, false, true, this server is not a voter yet",
        "other, true, true, this agent is no server of the raft configuration"
    })
    void isReadyAsAVoterWhereAutopilotSaysSo(String id, boolean voter, boolean healthy, String why) throws Exception {
        answer(200, "\"10.0.0.1:8300\"");
        answer(200, "{\"Config\": {\"NodeID\": \"me\"}}");
        answer(200, """
                {"Servers": [{"ID": "%s", "Voter": %s, "Healthy": %s, "SerfStatus": "failed"}]}
                """.formatted(id, voter, healthy));

        assertEquals(
                why.isEmpty() ? new Readiness.Ready() : new Readiness.NotReady(why),
                Readiness.ofVoter(agent(Optional.empty())));
    }

    /// F4: in the first seconds after an election.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"Healthy\":false,\"FailureTolerance\":0,\"Servers\":null}",
                "{\"Healthy\":false,\"Servers\":[]}"
            })
    void isNotReadyAsAVoterBeforeAutopilotHasLooked(String health) throws Exception {
        answer(200, "\"10.0.0.1:8300\"");
        answer(200, "{\"Config\": {\"NodeID\": \"me\"}}");
        answer(429, health);

        assertEquals(
                new Readiness.NotReady("autopilot has no health yet, as in the first seconds after an election"),
                Readiness.ofVoter(agent(Optional.empty())));
    }

    /// D3: a token is often made by help of the agent that is to start.
    @Test
    void readsTheTokenWhenItsFileAppearsAndChanges() throws Exception {
        Path file = home.resolve("token");
        List<String> problems = new ArrayList<>();
        try (LocalAgent agent =
                own(Map.of("CONSUL_HTTP_TOKEN_FILE", file.toString()), problem -> problems.add(problem.line()))) {
            assertNull(sent(agent));
            assertNull(sent(agent));
            assertEquals(1, problems.size(), problems::toString);

            Files.writeString(file, "first\n");
            assertEquals("first", sent(agent));

            Files.writeString(home.resolve("new"), "other\n");
            Files.move(home.resolve("new"), file, StandardCopyOption.REPLACE_EXISTING);
            assertEquals("other", sent(agent));
            assertEquals(1, problems.size(), problems::toString);
        }
    }

    private @Nullable String sent(LocalAgent agent) throws InterruptedException {
        answer(200, "");
        assertInstanceOf(ApiAnswer.Ok.class, agent.get("/v1/any", "none"));
        return server.takeRequest().getHeaders().get("X-Consul-Token");
    }

    /// D3: a CA that isn't there yet, and one that is renewed with the server's certificate.
    @Test
    void readsTheAuthorityWhenItAppearsAndRotates() throws Exception {
        HeldCertificate old = new HeldCertificate.Builder()
                .addSubjectAlternativeName("localhost")
                .build();
        HeldCertificate renewed = new HeldCertificate.Builder()
                .addSubjectAlternativeName("localhost")
                .build();
        Path file = home.resolve("ca.pem");
        try (MockWebServer first = https(old);
                MockWebServer second = https(renewed)) {
            for (String variable : List.of("CONSUL_CACERT", "CONSUL_CAPATH")) {
                Path directory = Files.createDirectories(home.resolve(variable));
                file = variable.equals("CONSUL_CACERT") ? file : directory.resolve("ca.pem");
                Map<String, String> environment =
                        Map.of(variable, (variable.equals("CONSUL_CACERT") ? file : directory.resolve("")).toString());
                try (LocalAgent atFirst = own(first, environment);
                        LocalAgent atSecond = own(second, environment)) {
                    assertInstanceOf(ApiAnswer.Unreachable.class, atFirst.leader());
                    Files.writeString(file, old.certificatePem());
                    assertEquals(new ApiAnswer.Ok<>("10.0.0.1:8300"), atFirst.leader());
                    assertInstanceOf(ApiAnswer.Unreachable.class, atSecond.leader());

                    Files.writeString(file, "-----BEGIN CERTIFICATE-----\nhalf");
                    assertEquals(new ApiAnswer.Ok<>("10.0.0.1:8300"), atFirst.leader(), "the old one is still good");

                    Files.writeString(file, renewed.certificatePem());
                    assertEquals(new ApiAnswer.Ok<>("10.0.0.1:8300"), atSecond.leader());
                }
            }
        }
    }

    private static MockWebServer https(HeldCertificate certificate) throws IOException {
        MockWebServer secure = new MockWebServer();
        secure.useHttps(new HandshakeCertificates.Builder()
                .heldCertificate(certificate)
                .build()
                .sslSocketFactory());
        secure.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return new MockResponse.Builder().body("\"10.0.0.1:8300\"").build();
            }
        });
        secure.start();
        return secure;
    }

    private static LocalAgent own(MockWebServer at, Map<String, String> environment) {
        return LocalAgent.own(
                new Address.Tcp(true, "localhost", at.getPort()),
                new Environment(environment),
                () -> new OwnNode(Optional.empty(), Optional.empty()),
                Duration.ofSeconds(30),
                _ -> {});
    }

    private LocalAgent own(Map<String, String> environment, Consumer<Problem> problems) {
        return LocalAgent.own(
                new Address.Tcp(false, server.getHostName(), server.getPort()),
                new Environment(environment),
                () -> new OwnNode(Optional.empty(), Optional.empty()),
                Duration.ofSeconds(30),
                problems);
    }

    private void answer(int status, String body) {
        server.enqueue(new MockResponse.Builder().code(status).body(body).build());
    }

    private LocalAgent agent(Optional<String> token) throws TlsException {
        var none = Optional.<java.nio.file.Path>empty();
        var tls = new ConsulApiSettings.Tls(none, none, none, none, Optional.empty(), true);
        return new LocalAgent(
                new Address.Tcp(false, server.getHostName(), server.getPort()),
                new ConsulApiSettings(Optional.empty(), false, tls, token),
                Duration.ofSeconds(30));
    }
}
