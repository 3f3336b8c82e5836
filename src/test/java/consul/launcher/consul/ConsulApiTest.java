package consul.launcher.consul;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.Environment;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class ConsulApiTest {

    private static final String RAFT_STATS = """
            {"Config": {"Datacenter": "dc1", "NodeName": "i-1", "NodeID": "id-1", "Server": true, "Version": "1.8.7",
                        "New": {}},
             "Member": {"Name": "i-1", "Addr": "10.0.0.1", "Port": 8301, "Status": 1,
                        "Tags": {"id": "id-1", "port": "8300", "role": "consul"}},
             "Stats": {"raft": {"applied_index": "90", "commit_index": "91", "last_contact": "%s",
                                "last_log_index": "%s", "last_log_term": "3", "last_snapshot_index": "%s",
                                "last_snapshot_term": "2",
                                "latest_configuration": "[{Suffrage:Voter ID:id-1 Address:10.0.0.1:8300} {Suffrage:Nonvoter ID:id-2 Address:[2001:db8::1]:8300}]",
                                "state": "Follower", "term": "7", "num_peers": "2"}}}
            """;

    private static final List<RaftConfiguration.Server> CONFIGURATION = List.of(
            new RaftConfiguration.Server("id-1", "(unknown)", "10.0.0.1:8300", false, true),
            new RaftConfiguration.Server("id-2", "(unknown)", "[2001:db8::1]:8300", false, false));

    private final MockWebServer server = new MockWebServer();

    @BeforeEach
    void start() throws IOException {
        server.start(InetAddress.ofLiteral("127.0.0.1"), 0);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private <T> T ask(Function<ConsulApi, T> question) {
        ConsulApiSettings settings = new ConsulApiSettings(
                Optional.empty(),
                false,
                new ConsulApiSettings.Tls(
                        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), true),
                Optional.of("a-token"));
        var address = new ConsulApiSettings.Address.Tcp(false, "127.0.0.1", server.getPort());
        try (LocalAgent agent = new LocalAgent(address, settings, Duration.ofSeconds(20))) {
            return question.apply(new ConsulApi(agent));
        } catch (TlsException e) {
            throw new AssertionError(e);
        }
    }

    private <T> T got(String body, Function<ConsulApi, ApiAnswer<T>> question) {
        answers(200, body);
        ApiAnswer<T> answer = ask(question);
        if (answer instanceof ApiAnswer.Ok<T> ok) {
            return ok.value();
        }
        throw new AssertionError(answer.describe());
    }

    private void answers(int status, String body) {
        server.enqueue(new MockResponse.Builder().code(status).body(body).build());
    }

    private RecordedRequest request() throws InterruptedException {
        RecordedRequest request = server.takeRequest(0, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("there was no request");
        }
        return request;
    }

    @Test
    void readsThePeers() {
        assertEquals(
                List.of("10.0.0.1:8300", "10.0.0.2:8300"),
                got("[\"10.0.0.1:8300\",\"10.0.0.2:8300\"]", ConsulApi::peers));
        assertEquals(List.of(), got("[]", ConsulApi::peers));
    }

    @Test
    void readsWhatAServerSaysOfItself() {
        assertEquals(
                new AgentSelf(
                        "i-1",
                        "id-1",
                        "dc1",
                        true,
                        "1.8.7",
                        new Member(
                                "i-1",
                                "10.0.0.1",
                                8301,
                                Member.Status.ALIVE,
                                Map.of("id", "id-1", "port", "8300", "role", "consul")),
                        Optional.of(new RaftStats(
                                "Follower",
                                7,
                                3,
                                100,
                                2,
                                50,
                                91,
                                90,
                                Optional.of(Duration.ofMillis(1500)),
                                CONFIGURATION))),
                got(RAFT_STATS.formatted("1.5s", "100", "50"), ConsulApi::self));
    }

    @Test
    void knowsThatAServerHasNeverHeardOfALeader() {
        RaftStats raft = got(RAFT_STATS.formatted("never", "100", "50"), ConsulApi::self)
                .raft()
                .orElseThrow();

        assertEquals(Optional.empty(), raft.lastContact());
    }

    @ParameterizedTest
    @CsvSource({"100, 50, 100, 3", "0, 50, 50, 2", "50, 50, 50, 3"})
    void knowsItsLastEntryBehindASnapshotToo(String log, String snapshot, long index, long term) {
        RaftStats raft = got(RAFT_STATS.formatted("0", log, snapshot), ConsulApi::self)
                .raft()
                .orElseThrow();

        assertEquals(index, raft.lastIndex());
        assertEquals(term, raft.lastTerm());
    }

    @Test
    void readsWhatAClientSaysOfItself() {
        Member member = new Member("i-2", "10.0.0.2", 8301, Member.Status.ALIVE, Map.of());
        assertEquals(
                new AgentSelf("i-2", "id-2", "dc1", false, "1.21.0", member, Optional.empty()),
                got("""
                        {"Config": {"Datacenter": "dc1", "NodeName": "i-2", "NodeID": "id-2", "Server": false,
                                    "Version": "1.21.0"}, "Stats": {"serf_lan": {}},
                         "Member": {"Name": "i-2", "Addr": "10.0.0.2", "Port": 8301, "Status": 1, "Tags": {}}}
                        """, ConsulApi::self));
    }

    @Test
    void readsTheMembersWithTheirTags() {
        List<Member> members = got("""
                [{"Name": "i-1", "Addr": "10.0.0.1", "Port": 8301, "Status": 1,
                  "Tags": {"role": "consul", "id": "id-1", "expect": "3"}, "ProtocolMin": 1},
                 {"Name": "i-2", "Addr": "10.0.0.2", "Port": 8301, "Status": 4, "Tags": {"role": "node", "id": ""}},
                 {"Name": "i-3", "Addr": "10.0.0.3", "Port": 8301, "Status": 99, "Tags": {}}]
                """, ConsulApi::members);

        assertEquals(
                new Member(
                        "i-1",
                        "10.0.0.1",
                        8301,
                        Member.Status.ALIVE,
                        Map.of("role", "consul", "id", "id-1", "expect", "3")),
                members.getFirst());
        assertTrue(members.get(0).isServer());
        assertFalse(members.get(1).isServer());
        assertEquals(Optional.of("id-1"), members.get(0).id());
        assertEquals(Optional.empty(), members.get(1).id());
        assertEquals(Member.Status.FAILED, members.get(1).status());
        assertEquals(Member.Status.NONE, members.get(2).status());
    }

    /// Consul leaves members out instead of refusing.
    @Test
    void takesNoMemberAtAllForADenial() {
        answers(200, "[]");

        assertEquals(new ApiAnswer.Denied<>("node = \"read\""), ask(ConsulApi::members));
    }

    @Test
    void readsTheConfigurationThatTheServerItselfHas() throws InterruptedException {
        assertEquals(
                new RaftConfiguration(
                        List.of(
                                new RaftConfiguration.Server("id-1", "i-1", "10.0.0.1:8300", false, true),
                                new RaftConfiguration.Server("id-2", "(unknown)", "10.0.0.2:8300", false, false)),
                        42),
                got("""
                        {"Servers": [
                          {"ID": "id-1", "Node": "i-1", "Address": "10.0.0.1:8300", "Leader": false,
                           "ProtocolVersion": "3", "Voter": true},
                          {"ID": "id-2", "Node": "(unknown)", "Address": "10.0.0.2:8300", "Leader": false,
                           "Voter": false}],
                         "Index": 42}
                        """, ConsulApi::raftConfiguration));
        assertEquals("/v1/operator/raft/configuration?stale", request().getTarget());
    }

    /// Consul 1.8.7, seen after the restart of a server whose peers are gone.
    @Test
    void readsTheConfigurationOfAServerThatHasHeardOfNoLeaderSinceItsStart() throws InterruptedException {
        answers(500, "No cluster leader");

        assertEquals(
                new RaftConfiguration(CONFIGURATION, 0),
                got(RAFT_STATS.formatted("never", "11", "0"), ConsulApi::raftConfiguration));
        assertEquals("/v1/operator/raft/configuration?stale", request().getTarget());
        assertEquals("/v1/agent/self", request().getTarget());
    }

    @Test
    void doesNotLookElsewhereForAConfigurationThatIsDenied() {
        answers(403, "Permission denied");
        answers(200, RAFT_STATS.formatted("never", "11", "0"));

        assertEquals(new ApiAnswer.Denied<>("operator = \"read\""), ask(ConsulApi::raftConfiguration));
    }

    @Test
    void saysSoWhereAClientKnowsNoLeader() {
        answers(500, "No cluster leader");
        answers(
                200,
                "{\"Config\": {\"Datacenter\": \"dc1\", \"NodeName\": \"i-2\", \"NodeID\": \"id-2\","
                        + " \"Server\": false, \"Version\": \"1.21.0\"}, \"Stats\": {}, \"Member\": {\"Name\": \"i-2\","
                        + " \"Addr\": \"10.0.0.2\", \"Port\": 8301, \"Status\": 1, \"Tags\": {}}}");

        assertTrue(refused(ask(ConsulApi::raftConfiguration)).isNoLeader());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[",
                "{}",
                "[{}]",
                "[{Suffrage:Voter ID:x}]",
                "[{Suffrage:Voter Address:a:1 ID:x}]",
                "[{Suffrage:Voter ID:x Address:a:1]",
                "[x {Suffrage:Voter ID:x Address:a:1}]"
            })
    void refusesAConfigurationThatItCanNotRead(String text) {
        answers(
                200,
                RAFT_STATS
                        .formatted("never", "11", "0")
                        .replaceFirst("\\[\\{Suffrage[^\"]*", Matcher.quoteReplacement(text)));

        assertTrue(refused(ask(ConsulApi::self)).describe().contains("latest_configuration"));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 429})
    void readsTheHealthOfGoodAndBadServers(int status) {
        answers(status, """
                {"Healthy": false, "FailureTolerance": 1, "Servers": [
                  {"ID": "id-1", "Name": "i-1", "Address": "10.0.0.1:8300", "SerfStatus": "alive", "Version": "1.8.7",
                   "Leader": true, "LastContact": "0s", "LastTerm": 3, "LastIndex": 91, "Healthy": true,
                   "Voter": true, "StableSince": "2026-11-22T00:00:00Z"}]}
                """);

        assertEquals(
                new ApiAnswer.Ok<>(
                        new AutopilotHealth(List.of(new AutopilotHealth.Server("id-1", "alive", true, true)))),
                ask(ConsulApi::autopilotHealth));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, /v1/agent/join/10.0.0.1",
        "[::1]:8301, /v1/agent/join/%5B%3A%3A1%5D%3A8301",
        "../leave, /v1/agent/join/..%2Fleave",
        "a b?c, /v1/agent/join/a%20b%3Fc"
    })
    void joinsWhatItIsToldToAndNothingElse(String address, String target) throws InterruptedException {
        answers(200, "");

        assertEquals(new ApiAnswer.Ok<>(""), ask(api -> api.join(address)));
        RecordedRequest request = request();
        assertEquals("PUT " + target, request.getMethod() + " " + request.getTarget());
        assertEquals("a-token", request.getHeaders().get("X-Consul-Token"));
    }

    @Test
    void leaves() throws InterruptedException {
        answers(200, "");

        assertEquals(new ApiAnswer.Ok<>(""), ask(api -> api.leave(Duration.ofSeconds(20))));
        RecordedRequest request = request();
        assertEquals("PUT /v1/agent/leave", request.getMethod() + " " + request.getTarget());
        assertEquals("a-token", request.getHeaders().get("X-Consul-Token"));
    }

    /// Consul allows no other method for it.
    @Test
    void transfersLeadershipByPost() throws InterruptedException {
        assertEquals(true, got("{\"Success\": true}", ConsulApi::transferLeader));
        assertEquals(false, got("{\"Success\": false}", ConsulApi::transferLeader));
        RecordedRequest request = request();
        assertEquals("POST /v1/operator/raft/transfer-leader", request.getMethod() + " " + request.getTarget());
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 405})
    void passesOnWhatAnOlderConsulSaysThatDoesNotHaveTheCall(int status) {
        answers(status, "method POST not allowed");

        ApiAnswer.Refused<Boolean> refused = refused(ask(ConsulApi::transferLeader));
        assertEquals(status, refused.status());
        assertFalse(refused.isNoLeader());
    }

    @Test
    void tellsNoLeaderFromNoServer() {
        answers(500, "No cluster leader");
        answers(500, "No known Consul servers");

        assertTrue(refused(ask(ConsulApi::autopilotHealth)).isNoLeader());
        assertFalse(refused(ask(ConsulApi::peers)).isNoLeader());
    }

    @SuppressWarnings("unchecked")
    private static <T> ApiAnswer.Refused<T> refused(ApiAnswer<T> answer) {
        return assertInstanceOf(ApiAnswer.Refused.class, answer);
    }

    static Stream<Arguments> calls() {
        return Stream.of(
                call("agent = \"read\"", ConsulApi::self),
                call("node = \"read\"", ConsulApi::members),
                call("operator = \"read\"", ConsulApi::raftConfiguration),
                call("operator = \"read\"", ConsulApi::autopilotHealth),
                call("agent = \"write\"", api -> api.join("10.0.0.1")),
                call("agent = \"write\"", api -> api.leave(Duration.ofSeconds(20))),
                call("operator = \"write\"", ConsulApi::transferLeader));
    }

    private static Arguments call(String rule, Function<ConsulApi, ApiAnswer<?>> call) {
        return Arguments.of(rule, call);
    }

    @ParameterizedTest
    @MethodSource("calls")
    void namesTheRuleThatATokenLacks(String rule, Function<ConsulApi, ApiAnswer<?>> call) {
        answers(403, "Permission denied");

        assertEquals(new ApiAnswer.Denied<>(rule), ask(call));
    }

    static Stream<Arguments> questions() {
        List<Function<ConsulApi, ApiAnswer<?>>> questions = List.of(
                ConsulApi::peers,
                ConsulApi::self,
                ConsulApi::nodeId,
                ConsulApi::members,
                ConsulApi::raftConfiguration,
                ConsulApi::autopilotHealth,
                ConsulApi::transferLeader);
        List<String> bodies = List.of(
                "",
                "null",
                "{}",
                "[",
                "[1]",
                "[{}]",
                "[{\"Name\": \"i-1\"}",
                "{\"Servers\": null}",
                // F13
                "[" + "1,".repeat(500_000) + "1]",
                "[" + "[],".repeat(1_000_000) + "[]]",
                "{\"Config\": {\"NodeID\": \"x\"}, \"Servers\": [" + "{},".repeat(1_000_000) + "{}]}",
                "[" + "\"\",".repeat(1_000_000) + "1]",
                "{\"Servers\": [{}], \"Index\": 1}",
                "<html>Sign in</html>",
                "{\"Config\": {}}",
                "[".repeat(100_000));
        return questions.stream().flatMap(question -> bodies.stream().map(body -> Arguments.of(question, body)));
    }

    @ParameterizedTest
    @MethodSource("questions")
    void refusesWhatConsulDoesNotAnswer(Function<ConsulApi, ApiAnswer<?>> question, String body) {
        answers(200, body);

        ApiAnswer<?> answer = ask(question);

        assertInstanceOf(ApiAnswer.Refused.class, answer, answer.describe());
        assertTrue(answer.describe().contains("not what Consul answers"), answer.describe());
    }

    static Stream<Arguments> reports() {
        return Stream.of(
                Arguments.of("no connection", false, null),
                Arguments.of(
                        "closed at once",
                        false,
                        new MockResponse.Builder()
                                .onResponseStart(new SocketEffect.CloseSocket())
                                .build()),
                Arguments.of(
                        "silence",
                        true,
                        new MockResponse.Builder()
                                .onResponseStart(SocketEffect.Stall.INSTANCE)
                                .build()));
    }

    /// D7: who is told to leave and is silent may be on its way; who was never reached isn't.
    @ParameterizedTest(name = "{0}")
    @MethodSource("reports")
    void tellsWhatWasNotSentFromWhatWasNotAnswered(String what, boolean sent, @Nullable MockResponse answer) {
        if (answer == null) {
            server.close();
        } else {
            server.enqueue(answer);
        }

        ApiAnswer<String> left = ask(api -> api.leave(Duration.ofMillis(300)));

        assertEquals(
                sent, assertInstanceOf(ApiAnswer.Unreachable.class, left, what).sent(), left.describe());
    }

    static Stream<Arguments> ids(@TempDir Path data) throws IOException {
        Path none = Files.createDirectory(data.resolve("none"));
        Path long_ = Files.createDirectory(data.resolve("long"));
        Files.writeString(data.resolve("node-id"), "AB-1\n");
        Files.writeString(long_.resolve("node-id"), "ab-1".repeat(1000));
        return Stream.of(
                Arguments.of(new OwnNode(Optional.empty(), Optional.of(data)), "ab-1", ""),
                Arguments.of(new OwnNode(Optional.of("AB-1"), Optional.of(none)), "ab-1", ""),
                Arguments.of(
                        new OwnNode(Optional.of("ab-1"), Optional.of(none)), "ab-2", "this launcher's agent has ab-1"),
                Arguments.of(new OwnNode(Optional.empty(), Optional.of(data)), "ab-2", "node-id has another one"),
                Arguments.of(new OwnNode(Optional.empty(), Optional.of(none)), "ab-1", "there is no " + none),
                Arguments.of(new OwnNode(Optional.empty(), Optional.of(long_)), "ab-1", "holds no node id"),
                Arguments.of(new OwnNode(Optional.empty(), Optional.empty()), "ab-1", "give -data-dir"));
    }

    /// D1: by the node id, as Consul reads it.
    @ParameterizedTest
    @MethodSource("ids")
    void knowsTheAgentThatTheLauncherStarted(OwnNode own, String nodeId, String why) {
        String self = "{\"Config\": {\"NodeID\": \"" + nodeId + "\"}}";
        answers(200, self);
        answers(200, self);
        answers(200, "");
        var address = new ConsulApiSettings.Address.Tcp(false, "127.0.0.1", server.getPort());
        try (LocalAgent agent =
                LocalAgent.own(address, new Environment(Map.of()), () -> own, Duration.ofSeconds(20), _ -> {})) {
            ConsulApi api = new ConsulApi(agent);
            ApiAnswer<String> id = api.nodeId();
            ApiAnswer<String> left = api.leave(Duration.ofSeconds(20));

            assertEquals(why.isEmpty(), id instanceof ApiAnswer.Ok, id.describe());
            assertTrue(id.describe().contains(why), id.describe());
            assertEquals(why.isEmpty() ? 3 : 2, server.getRequestCount(), left.describe());
        }
    }

    @Test
    void saysThatNobodyAnswers() {
        server.enqueue(new MockResponse.Builder()
                .onResponseStart(new SocketEffect.CloseSocket())
                .build());

        ApiAnswer<AgentSelf> answer = ask(ConsulApi::self);

        assertInstanceOf(ApiAnswer.Unreachable.class, answer);
        assertTrue(answer.describe().contains("http://127.0.0.1:" + server.getPort()), answer.describe());
    }
}
