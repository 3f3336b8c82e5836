package consul.launcher.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.aws.Pace;
import consul.launcher.aws.TerminationNotices;
import consul.launcher.config.ConsulApiSettings.Address;
import consul.launcher.config.Environment;
import consul.launcher.config.Leave;
import consul.launcher.config.Log;
import consul.launcher.config.MetadataSettings;
import consul.launcher.consul.LocalAgent;
import consul.launcher.consul.OwnNode;
import consul.launcher.process.AgentControl;
import consul.launcher.process.Companion.Way;
import consul.launcher.testkit.Eventually;
import consul.launcher.watch.LeavePolicy.Role;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The watch beside an agent and an EC2 that say what the test wants. Its pauses pass at once.
final class AgentWatchTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String LEADER = "/v1/status/leader";
    private static final String SPOT = "/latest/meta-data/spot/instance-action";
    private static final String MEMBERS = "/v1/agent/members";
    private static final String AUTHORIZE = "/v1/internal/acl/authorize";
    private static final String LIFECYCLE = "/latest/meta-data/autoscaling/target-lifecycle-state";

    @TempDir
    Path directory;

    private final MockWebServer server = new MockWebServer();

    /// What is answered with 200, by path; everything else is not found.
    private final Map<String, String> answers = new ConcurrentHashMap<>();

    /// What is answered once instead.
    private final Map<String, MockResponse> first = new ConcurrentHashMap<>();

    private final Queue<RecordedRequest> requests = new ConcurrentLinkedQueue<>();
    private final Queue<Duration> pauses = new ConcurrentLinkedQueue<>();
    private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
    private final AtomicInteger ends = new AtomicInteger();
    private final Queue<Way> ways = new ConcurrentLinkedQueue<>();
    private boolean watchesQuorum;
    private Set<Feature> features = Set.of();

    /// After so many the watch stands still.
    private volatile int mostLooks = Integer.MAX_VALUE;

    /// Between the questions of a look and its answers, on the watch thread.
    private Runnable atNap = () -> {};

    /// What goes wrong, and where.
    private volatile Runnable whenOpened = () -> {};
    private volatile Runnable whenLookingAtTheQuorum = () -> {};
    private volatile Runnable whenTheInstanceEnds = () -> {};
    private volatile Runnable whenAThreadStarts = () -> {};
    private volatile Runnable whenLogging = () -> {};

    @BeforeEach
    void start() throws IOException {
        answers.put("/latest/api/token", "AQAEAFakeTokenForTests==");
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                requests.add(request);
                MockResponse once = first.remove(request.getTarget());
                if (once != null) {
                    return once;
                }
                String answer = answers.get(request.getTarget());
                return new MockResponse.Builder()
                        .code(answer == null ? 404 : 200)
                        .body(answer == null ? "" : answer)
                        .build();
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private AgentWatch watch(Role role, Leave setting) {
        AgentWatch watch = new AgentWatch(
                role,
                setting,
                sights(),
                new ReadyFile(directory, "", InstantSource.system()),
                Duration.ofMinutes(1),
                pause -> {
                    if (pause.compareTo(Duration.ofSeconds(1)) < 0) {
                        atNap.run();
                    } else {
                        pauses.add(pause);
                    }
                    if (pauses.size() == mostLooks) {
                        new CountDownLatch(1).await();
                    }
                    Thread.sleep(5);
                },
                (name, work) -> {
                    whenAThreadStarts.run();
                    Thread.ofPlatform().daemon().name(name).start(work);
                },
                new Log(new PrintStream(logged, true, StandardCharsets.UTF_8), () -> {
                    whenLogging.run();
                    return Instant.now();
                }));
        watch.controls(new AgentControl() {
            @Override
            public void stop() {
                throw new AssertionError("nobody stops it");
            }

            @Override
            public boolean start() {
                throw new AssertionError("nobody starts it");
            }
        });
        watch.started(() -> {
            ends.incrementAndGet();
            whenTheInstanceEnds.run();
        });
        return watch;
    }

    private AgentWatch.Sights sights() {
        return new AgentWatch.Sights() {
            @Override
            public LocalAgent agent() {
                whenOpened.run();
                return LocalAgent.own(
                        new Address.Tcp(false, server.getHostName(), server.getPort()),
                        new Environment(Map.of()),
                        () -> new OwnNode(Optional.of("me"), Optional.empty()),
                        Duration.ofSeconds(30),
                        _ -> {});
            }

            @Override
            public Set<Feature> features() {
                return features;
            }

            @Override
            public Optional<TerminationNotices> notices() {
                Environment environment = new Environment(Map.of(
                        "AWS_METADATA_SERVICE_TIMEOUT",
                        "30",
                        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                        "http://" + server.getHostName() + ":" + server.getPort()));
                return Optional.of(new TerminationNotices(MetadataSettings.from(environment, _ -> {}), Pace.real()));
            }

            @Override
            public Optional<AgentWatch.Quorum> quorum(LocalAgent agent, AgentControl control) {
                return watchesQuorum ? Optional.of(_ -> whenLookingAtTheQuorum.run()) : Optional.empty();
            }
        };
    }

    private Path ready() {
        return directory.resolve(ReadyFile.NAME);
    }

    private String log() {
        return logged.toString(StandardCharsets.UTF_8);
    }

    private long asked(String target) {
        return requests.stream()
                .filter(request -> target.equals(request.getTarget()))
                .count();
    }

    private void await(String what, Callable<Boolean> condition) {
        Eventually.until(what, PATIENCE, condition);
    }

    /// Until the watch has looked that often again.
    private void awaitLooks(int count) {
        long before = asked(LEADER);
        await(count + " looks", () -> asked(LEADER) >= before + count);
    }

    @Test
    void keepsTheAnswerToHealthChecks() {
        answers.put(LEADER, "\"10.0.0.1:8300\"");
        AgentWatch watch = watch(Role.CLIENT, Leave.AUTO);
        await("the file", () -> Files.exists(ready()));

        answers.put(LEADER, "\"\"");
        await("the file to go", () -> Files.notExists(ready()));

        answers.put(LEADER, "\"10.0.0.2:8300\"");
        await("the file again", () -> Files.exists(ready()));

        watch.stopped();
        await("no file without an agent", () -> Files.notExists(ready()));
        assertEquals(2, log().split("ready: the agent knows a leader", -1).length - 1);
        assertEquals(1, log().split("not ready: ", -1).length - 1);
    }

    @Test
    void isNotReadyWhereNobodyAnswers() {
        watch(Role.CLIENT, Leave.AUTO);
        awaitLooks(3);

        assertTrue(Files.notExists(ready()));
        assertEquals(List.of(Duration.ofSeconds(1)), pauses.stream().distinct().toList());
    }

    @Test
    void looksMoreSeldomOnceTheAgentIsReady() {
        answers.put(LEADER, "\"10.0.0.1:8300\"");
        watch(Role.CLIENT, Leave.AUTO);
        awaitLooks(3);

        assertEquals(List.of(Duration.ofSeconds(5)), pauses.stream().distinct().toList());
    }

    /// One waking up serves all answers of a look.
    @Test
    void sendsAllItsQuestionsBeforeItTakesAnAnswer() {
        watchesQuorum = true;
        answers.put(LEADER, "\"10.0.0.1:8300\"");
        CompletableFuture<Void> answered = new CompletableFuture<>();
        atNap = () -> {
            await(
                    "all questions",
                    () -> asked(LEADER) > 1
                            && asked("/v1/health/service/consul-launcher-none?stale") > 0
                            && asked(SPOT) > 1
                            && asked(LIFECYCLE) > 1);
            answered.complete(null);
        };
        watch(Role.SERVER, Leave.AUTO);

        await("them at one nap", answered::isDone);
    }

    /// Two contacts with the leader may be 5 s apart, or the log is in doubt.
    @Test
    void looksOftenEnoughAtAServerWhoseLogIsWatched() {
        watchesQuorum = true;
        answers.put(LEADER, "\"10.0.0.1:8300\"");
        watch(Role.SERVER, Leave.AUTO);
        awaitLooks(3);

        assertEquals(
                List.of(Duration.ofMillis(3970)), pauses.stream().distinct().toList());
        await("when it last heard from the leader", () -> asked("/v1/health/service/consul-launcher-none?stale") > 0);
    }

    @Test
    void keepsItsConnections() {
        answers.put(LEADER, "\"10.0.0.1:8300\"");
        watch(Role.CLIENT, Leave.AUTO);
        awaitLooks(4);

        assertTrue(
                requests.stream()
                                .filter(request -> !MEMBERS.equals(request.getTarget()))
                                .map(RecordedRequest::getConnectionIndex)
                                .distinct()
                                .count()
                        <= 3,
                "one to the agent, two to EC2");
    }

    /// What can't leave at the notice may be able to later.
    @Test
    void keepsTellingThatTheInstanceEndsWithoutAskingAgain() {
        answers.put(LEADER, "\"10.0.0.1:8300\"");
        watch(Role.SERVER, Leave.AUTO);
        awaitLooks(2);
        assertEquals(0, ends.get());

        answers.put(SPOT, "{\"action\": \"terminate\", \"time\": \"2026-11-22T21:19:28Z\"}");
        await("the end to be told", () -> ends.get() > 0);
        long asked = asked(SPOT);
        int before = ends.get();
        await("it to be told again", () -> ends.get() > before + 2);

        assertEquals(asked, asked(SPOT), "a notice is kept, and not asked for again");
        assertTrue(log().contains("EC2 announces: the Spot instance is to terminate at 2026-11-22T21:19:28Z"), log());
    }

    @Test
    void tellsThatTheGroupTakesTheInstanceOut() {
        answers.put(LIFECYCLE, "Terminated");
        watch(Role.SERVER, Leave.AUTO);

        await("the end to be told", () -> ends.get() > 0);
        assertTrue(log().contains("the autoscaling group takes this instance out"), log());
    }

    /// It comes back as it was.
    @Test
    void doesNotTakeHibernationForTheEndAndSaysItOnce() {
        answers.put(SPOT, "{\"action\": \"hibernate\"}");
        watch(Role.SERVER, Leave.AUTO);
        await("some checks", () -> asked(SPOT) > 3);

        assertEquals(0, ends.get());
        assertEquals(1, log().split("the Spot instance is to hibernate", -1).length - 1);
    }

    @Test
    void asksAnEc2ThatDoesNotAnswerLessAndLess() {
        answers.put("/latest/api/token", "<html>");
        mostLooks = 30;
        watch(Role.SERVER, Leave.AUTO);
        await("30 looks", () -> pauses.size() == 30);

        // In the end every half minute, so that a Spot notice, two minutes ahead, is seen in time.
        assertEquals(List.of(1, 3, 7, 14, 21, 28), looksThatAskEc2().subList(0, 6));
        assertEquals(1, log().split("can't ask EC2 whether this instance goes away", -1).length - 1);
    }

    /// Counted from 1.
    private List<Integer> looksThatAskEc2() {
        Set<Integer> looks = new TreeSet<>();
        int look = 0;
        for (RecordedRequest request : requests) {
            if (LEADER.equals(request.getTarget())) {
                look++;
            } else {
                looks.add(look);
            }
        }
        return List.copyOf(looks);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void leavesAStopToConsulWhereTheInstanceStays(Role role) {
        AgentWatch watch = watch(role, Leave.AUTO);

        watch.decide(ways::add);

        assertEquals(List.of(Way.SIGNAL), List.copyOf(ways));
    }

    @Test
    void decidesByTheHealthOfTheClusterWhereTheInstanceEnds() {
        announceTheEndOfAServerThatMayLeave();
        answers.put("/v1/agent/leave", "");
        AgentWatch watch = watch(Role.SERVER, Leave.AUTO);
        await("the notice", () -> ends.get() > 0);

        watch.decide(ways::add);

        await("the agent to be told", () -> asked("/v1/agent/leave") == 1);
        assertEquals(List.of(Way.LEAVE), List.copyOf(ways));
        assertEquals(0, asked("/v1/operator/raft/transfer-leader"), "it has no leadership to hand over");
    }

    @Test
    void handsLeadershipOverBeforeItLeaves() {
        leaveAsTheLeader("{\"Success\":true}");

        List<String> told = requests.stream()
                .filter(request -> !request.getMethod().equals("GET"))
                .map(RecordedRequest::getTarget)
                .filter(target -> target.startsWith("/v1/"))
                .toList();
        assertEquals(List.of("/v1/operator/raft/transfer-leader", "/v1/agent/leave"), told);
        assertTrue(log().contains("leadership handed over"), log());
    }

    @Test
    void saysThatLeadershipIsNotHandedOverThoughConsulAnswers() {
        leaveAsTheLeader("{\"Success\":false}");

        assertTrue(log().contains("leadership not handed over, another leader is elected instead: "), log());
        assertFalse(log().contains("leadership handed over"), log());
    }

    private void leaveAsTheLeader(String handover) {
        announceTheEndOfAServerThatMayLeave();
        answers.put("/v1/agent/self", self("Leader"));
        answers.put("/v1/operator/raft/transfer-leader", handover);
        answers.put("/v1/agent/leave", "");
        AgentWatch watch = watch(Role.SERVER, Leave.AUTO);
        await("the notice", () -> ends.get() > 0);

        watch.decide(ways::add);

        await("the agent to be told", () -> asked("/v1/agent/leave") == 1);
    }

    /// Itself it doesn't count, however healthy it is.
    @Test
    void staysWhereTooFewOfTheOthersAreHealthy() {
        announceTheEndOfAServerThatMayLeave();
        answers.put(
                "/v1/operator/autopilot/health",
                health(
                        server("me", true, true),
                        server("a", true, true),
                        server("b", true, false),
                        server("c", false, true)));
        AgentWatch watch = watch(Role.SERVER, Leave.AUTO);
        await("the notice", () -> ends.get() > 0);

        watch.decide(ways::add);

        await("the decision", () -> !ways.isEmpty());
        assertEquals(List.of(Way.SIGNAL), List.copyOf(ways));
        assertTrue(log().contains("only 1 of the 2 voters that would be left are healthy"), log());
    }

    /// Nothing is known to be wrong, so nothing is done.
    @Test
    void staysWhereTheHealthIsUnknown() {
        answers.put(LEADER, "\"10.0.0.1:8300\"");
        answers.put(LIFECYCLE, "Terminated");
        AgentWatch watch = watch(Role.SERVER, Leave.AUTO);
        await("the notice", () -> ends.get() > 0);

        watch.decide(ways::add);

        await("the decision", () -> !ways.isEmpty());
        assertEquals(List.of(Way.SIGNAL), List.copyOf(ways));
        assertTrue(log().contains("not leaving the cluster: the servers' health is unknown"), log());
        assertFalse(requests.stream().anyMatch(request -> "/v1/agent/leave".equals(request.getTarget())));
    }

    private static String self(String raftState) {
        return """
                {"Config": {"NodeName": "i-1", "NodeID": "me", "Datacenter": "dc1", "Server": true, "Version": "1.21.0"},
                 "Member": {"Name": "i-1", "Addr": "10.0.0.1", "Port": 8301, "Status": 1, "Tags": {}},
                 "Stats": {"raft": {"state": "%s", "term": "3", "last_log_term": "3", "last_log_index": "91",
                   "last_snapshot_term": "0", "last_snapshot_index": "0", "commit_index": "91", "applied_index": "91",
                   "last_contact": "0", "latest_configuration": "[]"}}}
                """.formatted(raftState);
    }

    private static String health(String... servers) {
        return "{\"Servers\": [" + String.join(", ", servers) + "]}";
    }

    private static String server(String id, boolean voter, boolean healthy) {
        return "{\"ID\": \"%s\", \"SerfStatus\": \"alive\", \"Voter\": %s, \"Healthy\": %s}"
                .formatted(id, voter, healthy);
    }

    /// As a leader answers that has just been elected, in the place of one that is gone.
    @ParameterizedTest
    @ValueSource(strings = {"{\"Healthy\":false,\"Servers\":null}", "{\"Healthy\":false,\"Servers\":[]}", "{}"})
    void staysWhereAutopilotListsNoServerYet(String health) {
        announceTheEndOfAServerThatMayLeave();
        answers.put("/v1/operator/autopilot/health", health);
        AgentWatch watch = watch(Role.SERVER, Leave.AUTO);
        await("the notice", () -> ends.get() > 0);

        watch.decide(ways::add);

        await("the decision", () -> !ways.isEmpty());
        assertEquals(List.of(Way.SIGNAL), List.copyOf(ways));
        assertTrue(log().contains("the servers' health is unknown: "), log());
    }

    /// A server among three healthy ones, whose instance is going away, and which may leave.
    private void announceTheEndOfAServerThatMayLeave() {
        answers.put(LEADER, "\"10.0.0.1:8300\"");
        answers.put("/v1/agent/self", self("Follower"));
        answers.put(
                "/v1/operator/autopilot/health",
                health(server("me", true, true), server("a", true, true), server("b", true, true)));
        answers.put(LIFECYCLE, "Terminated");
    }

    @Test
    void leavesAStopToConsulIfTheAgentDoesNotLetItselfBeToldToLeave() {
        announceTheEndOfAServerThatMayLeave();
        AgentWatch watch = watch(Role.SERVER, Leave.AUTO);
        await("the notice", () -> ends.get() > 0);

        watch.decide(ways::add);

        await("both decisions", () -> ways.size() == 2);
        assertEquals(List.of(Way.LEAVE, Way.SIGNAL), List.copyOf(ways));
        assertTrue(log().contains("the agent can't be told to leave: HTTP 404"), log());
    }

    @Test
    void neverLeavesWhereThatIsSaid() {
        announceTheEndOfAServerThatMayLeave();
        AgentWatch watch = watch(Role.SERVER, Leave.NEVER);
        await("the notice", () -> ends.get() > 0);

        watch.decide(ways::add);

        assertEquals(List.of(Way.SIGNAL), List.copyOf(ways));
        assertEquals(0, asked("/v1/operator/autopilot/health"));
    }

    @Test
    void leavesWithoutKnowingTheHealthWhereThatIsSaid() {
        answers.put(LIFECYCLE, "Terminated");
        answers.put("/v1/agent/self", self("Follower"));
        answers.put("/v1/agent/leave", "");
        AgentWatch watch = watch(Role.SERVER, Leave.ALWAYS);
        await("the notice", () -> ends.get() > 0);

        watch.decide(ways::add);

        await("the agent to be told", () -> asked("/v1/agent/leave") == 1);
        assertEquals(List.of(Way.LEAVE), List.copyOf(ways));
    }

    /// D1: `CONSUL_HTTP_ADDR` leads to another agent.
    @ParameterizedTest
    @EnumSource(
            value = Leave.class,
            names = {"AUTO", "ALWAYS"})
    void doesNothingToAnotherAgentThanItsOwnAndSaysItOnce(Leave setting) {
        features = EnumSet.allOf(Feature.class);
        watchesQuorum = true;
        AtomicInteger quorumLooks = new AtomicInteger();
        whenLookingAtTheQuorum = quorumLooks::incrementAndGet;
        announceTheEndOfAServerThatMayLeave();
        answers.remove(LIFECYCLE);
        answers.put("/v1/agent/self", self("Leader").replace("\"me\"", "\"another\""));
        answers.put("/v1/agent/leave", "");
        AgentWatch watch = watch(Role.SERVER, setting);
        awaitLooks(30);
        answers.put(LIFECYCLE, "Terminated");
        await("the notice", () -> ends.get() > 0);

        watch.decide(ways::add);

        await("the decision", () -> ways.contains(Way.SIGNAL));
        assertEquals(0, asked("/v1/agent/leave") + asked("/v1/operator/raft/transfer-leader"));
        assertEquals(0, quorumLooks.get());
        assertTrue(log().contains("is not the one that this launcher started: its node id is another"), log());
        assertEquals(1, log().split("nothing is done to it", -1).length - 1, log());
    }

    static Stream<MockResponse> turnedAway() {
        return Stream.of(
                new MockResponse.Builder()
                        .code(429)
                        .body("too many concurrent connections")
                        .build(),
                new MockResponse.Builder().code(503).build(),
                new MockResponse.Builder()
                        .onResponseStart(new SocketEffect.CloseSocket())
                        .build());
    }

    /// D7: above its limit of connections Consul answers 429 or closes them.
    @ParameterizedTest
    @MethodSource("turnedAway")
    void tellsTheAgentAgainToLeaveWhereItWasTurnedAway(MockResponse answer) {
        announceTheEndOfAServerThatMayLeave();
        answers.put("/v1/agent/leave", "");
        AgentWatch watch = watch(Role.SERVER, Leave.AUTO);
        await("the notice", () -> ends.get() > 0);
        first.put("/v1/agent/leave", answer);

        watch.decide(ways::add);

        await("the agent to be told", () -> asked("/v1/agent/leave") == 2);
        assertEquals(List.of(Way.LEAVE), List.copyOf(ways));
        assertFalse(log().contains("can't be told to leave"), log());
    }

    /// D5: HTTPS is wanted, or nobody listens.
    @Test
    void saysOnceWhyTheAgentCannotBeAsked() {
        first.put(LEADER, new MockResponse.Builder().code(400).build());
        watch(Role.SERVER, Leave.AUTO);
        awaitLooks(30);

        assertEquals(1, log().split("the agent can't be asked", -1).length - 1, log());
        assertTrue(log().contains("HTTP 404") && log().contains("CONSUL_CACERT"), log());
    }

    /// F1: learnt in the first looks, not in the incident.
    @Test
    void saysWhichFeatureLacksWhichRuleAndWhenItIsMended() {
        features = EnumSet.allOf(Feature.class);
        answers.put(LEADER, "\"10.0.0.1:8300\"");
        answers.put(AUTHORIZE, allowed(true, false, false, true));
        watch(Role.SERVER, Leave.AUTO);
        await("a word about it", () -> log().contains("the launcher's token lacks rules: "));

        assertTrue(
                log().contains("leaving at the end of the instance needs agent = \"write\";"
                        + " quorum recovery needs node = \"read\";"
                        + " finding lost servers by their tag needs agent = \"write\", node = \"read\":"
                        + " set CONSUL_HTTP_TOKEN or CONSUL_HTTP_TOKEN_FILE"),
                log());

        answers.put(AUTHORIZE, allowed(true, true, true, true));
        await("a word that it is mended", () -> log().contains("its token has the rules that are needed"));
        long asked = asked(AUTHORIZE);
        awaitLooks(70);
        assertEquals(asked, asked(AUTHORIZE), "idle again");
        assertEquals(1, log().split("lacks rules", -1).length - 1, log());
    }

    @Test
    void saysThatConsulDoesNotKnowTheToken() {
        features = EnumSet.of(Feature.RECOVERY);
        answers.put(LEADER, "\"10.0.0.1:8300\"");
        first.put(
                AUTHORIZE,
                new MockResponse.Builder().code(403).body("ACL not found").build());
        watch(Role.SERVER, Leave.AUTO);

        await("a word about it", () -> log().contains("Consul doesn't know the launcher's token: quorum recovery"));
    }

    @ParameterizedTest
    @CsvSource({"200, '[{\"Allow\": true}]'", "404, ''", "401, ACL support disabled", "500, oops"})
    void saysNothingOfRulesWhereNothingIsKnownOfThem(int status, String body) {
        features = EnumSet.of(Feature.RECOVERY);
        answers.put(LEADER, "\"10.0.0.1:8300\"");
        first.put(AUTHORIZE, new MockResponse.Builder().code(status).body(body).build());
        watch(Role.SERVER, Leave.AUTO);
        awaitLooks(3);

        assertEquals(1, asked(AUTHORIZE));
        assertFalse(log().contains("[WARN]"), log());
    }

    private static String allowed(boolean agentRead, boolean agentWrite, boolean nodeRead, boolean operatorRead) {
        return Stream.of(agentRead, agentWrite, nodeRead, operatorRead)
                .map(allow -> "{\"Resource\":\"x\",\"Access\":\"y\",\"Allow\":" + allow + "}")
                .collect(Collectors.joining(",", "[", "]"));
    }

    /// D6: each question for a leader is an error in the log of a client that finds no server.
    @Test
    void doesNotAskAClientForItsLeaderBeforeItSeesAServer() {
        answers.put(LEADER, "\"10.0.0.1:8300\"");
        answers.put(MEMBERS, "[" + member("node", 1) + "," + member("consul", 4) + "]");
        watch(Role.CLIENT, Leave.AUTO);
        await("some looks", () -> asked(MEMBERS) >= 3);
        assertEquals(0, asked(LEADER));

        answers.put(MEMBERS, "[" + member("node", 1) + "," + member("consul", 4) + "," + member("consul", 1) + "]");
        await("it to be ready", () -> Files.exists(ready()));
        long asked = asked(MEMBERS);
        awaitLooks(3);
        assertEquals(asked, asked(MEMBERS), "one that is ready is only asked for its leader");
    }

    @Test
    void asksAClientWhoseMembersAreHiddenLessAndLess() {
        answers.put(MEMBERS, "[]");
        mostLooks = 40;
        watch(Role.CLIENT, Leave.AUTO);
        await("40 looks", () -> pauses.size() == 40);

        // At the looks 1, 2, 4, 7, 11, 16, 22, 29 and 37.
        assertEquals(9, asked(LEADER));
    }

    private static String member(String role, int status) {
        return "{\"Name\":\"n\",\"Addr\":\"10.0.0.1\",\"Port\":8301,\"Tags\":{\"dc\":\"dc1\",\"role\":\"" + role
                + "\",\"vsn\":\"2\"},\"Status\":" + status + ",\"ProtocolMin\":1}";
    }

    /// F13: a million numbers are no reason to stay.
    @Test
    void leavesThoughTheHealthIsNotWhatConsulAnswers() {
        announceTheEndOfAServerThatMayLeave();
        answers.put("/v1/operator/autopilot/health", "[" + "1,".repeat(500_000) + "1]");
        answers.put("/v1/agent/leave", "");
        AgentWatch watch = watch(Role.SERVER, Leave.ALWAYS);
        await("the notice", () -> ends.get() > 0);

        watch.decide(ways::add);

        await("the agent to be told", () -> asked("/v1/agent/leave") == 1);
        assertEquals(List.of(Way.LEAVE), List.copyOf(ways));
    }

    private static void fail(String kind) {
        switch (kind) {
            case "memory" -> throw new OutOfMemoryError("as if");
            case "stack" -> throw new StackOverflowError("as if");
            default -> throw new IllegalStateException("as if");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "stack", "bug"})
    void goesOnWatchingWhateverALookComesTo(String kind) {
        watchesQuorum = true;
        whenLookingAtTheQuorum = () -> fail(kind);
        whenTheInstanceEnds = () -> fail(kind);
        answers.put(LEADER, "\"10.0.0.1:8300\"");
        watch(Role.SERVER, Leave.AUTO);
        awaitLooks(3);
        answers.put(LIFECYCLE, "Terminated");
        await("the end to be told again and again", () -> ends.get() > 3);

        answers.put(LEADER, "\"\"");
        await("the file to go", () -> Files.notExists(ready()));
        assertEquals(1, log().split("a bug in watching the agent, please report it: ", -1).length - 1, log());
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "stack", "bug"})
    void leavesAStopToConsulThoughNothingCanBeWatched(String kind) {
        whenOpened = () -> fail(kind);
        AgentWatch watch = watch(Role.SERVER, Leave.AUTO);
        await("a word about it", () -> log().contains("the agent isn't watched because of a bug"));

        watch.decide(ways::add);

        assertEquals(List.of(Way.SIGNAL), List.copyOf(ways));
    }

    @Test
    void leavesAStopToConsulThoughThereIsNoThreadToWatch() {
        whenAThreadStarts = () -> fail("memory");
        AgentWatch watch = watch(Role.SERVER, Leave.AUTO);

        watch.decide(ways::add);

        assertEquals(List.of(Way.SIGNAL), List.copyOf(ways));
        assertTrue(log().contains("the agent isn't watched because of a bug"), log());
    }

    @Test
    void leavesAStopToConsulThoughThereIsNoThreadToDecide() {
        announceTheEndOfAServerThatMayLeave();
        AgentWatch watch = watch(Role.SERVER, Leave.AUTO);
        await("the notice", () -> ends.get() > 0);
        whenAThreadStarts = () -> fail("memory");

        watch.decide(ways::add);

        assertEquals(List.of(Way.SIGNAL), List.copyOf(ways));
        assertTrue(log().contains("a bug in deciding whether to leave, please report it: "), log());
    }

    /// Not even a line about it can be logged.
    @ParameterizedTest
    @ValueSource(strings = {"memory", "stack", "bug"})
    void leavesAStopToConsulThoughDecidingFails(String kind) {
        announceTheEndOfAServerThatMayLeave();
        AgentWatch watch = watch(Role.SERVER, Leave.AUTO);
        await("the notice", () -> ends.get() > 0);
        whenLogging = () -> {
            if (Thread.currentThread().getName().equals("leave")) {
                fail(kind);
            }
        };

        watch.decide(ways::add);

        await("the decision", () -> !ways.isEmpty());
        assertEquals(List.of(Way.SIGNAL), List.copyOf(ways));
        assertEquals(0, asked("/v1/agent/leave"));
    }
}
