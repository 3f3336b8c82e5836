package consul.launcher.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.aws.Ec2ApiAnswer;
import consul.launcher.aws.Ec2Instance;
import consul.launcher.config.AgentSettings.Tag;
import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.Log;
import consul.launcher.config.SecretFiles;
import consul.launcher.consul.LocalAgent;
import consul.launcher.recovery.Member;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class MembershipTest {

    private final MockWebServer server = new MockWebServer();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private Instant now = Instant.EPOCH;
    private int asked;
    private LocalAgent agent;
    private Membership membership;

    @BeforeEach
    void open() throws Exception {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return new MockResponse.Builder().body(body(path(request))).build();
            }
        });
        server.start();
        ConsulApiSettings settings = ConsulApiSettings.from(new Environment(Map.of()), new SecretFiles(), _ -> {});
        agent = new LocalAgent(
                new ConsulApiSettings.Address.Tcp(false, "127.0.0.1", server.getPort()),
                settings,
                Duration.ofSeconds(30));
        Cloud cloud = new Cloud(new Servers(), Optional.of(new Tag("Role", "consul")), () -> now);
        Log log = new Log(new PrintStream(said, true, StandardCharsets.UTF_8), () -> now);
        membership = new Membership(agent, () -> cloud, () -> now, () -> 1.0, log);
    }

    private static String path(RecordedRequest request) {
        return String.valueOf(request.getTarget());
    }

    private static String body(String path) {
        return switch (path) {
            case "/v1/agent/self" -> "{\"Member\":{\"Addr\":\"10.0.0.9\"}}";
            case "/v1/agent/members" -> "[{\"Name\":\"i-1\",\"Addr\":\"10.0.0.1\",\"Status\":1,\"Tags\":{}}]";
            default -> "";
        };
    }

    @AfterEach
    void close() {
        agent.close();
        server.close();
    }

    @Test
    void asksNobodyWhileThereIsALeader() {
        for (int i = 0; i < 100; i++) {
            look(true, Duration.ofMinutes(1));
        }
        assertEquals(0, server.getRequestCount());
        assertEquals(0, asked);
        assertEquals("", said.toString(StandardCharsets.UTF_8));
    }

    @Test
    void leavesAnElectionTheTimeItNeeds() {
        look(false, Duration.ZERO);
        look(false, Membership.PATIENCE);
        assertEquals(0, asked);
    }

    @Test
    void joinsWhomItDoesNotKnowAndNeverItself() throws InterruptedException {
        look(false, Duration.ZERO);
        look(false, Duration.ofMinutes(1));

        assertEquals("/v1/agent/members", path(server.takeRequest()));
        assertEquals("/v1/agent/self", path(server.takeRequest()));
        RecordedRequest join = server.takeRequest();
        assertEquals("PUT /v1/agent/join/10.0.0.2", join.getMethod() + " " + path(join));
        assertEquals(3, server.getRequestCount());
        assertTrue(said.toString(StandardCharsets.UTF_8).endsWith("no leader: joined i-2 at 10.0.0.2, found by tag\n"));
    }

    @Test
    void asksEc2LessAndLessOftenAndSaysTheSameOnce() {
        for (int second = 0; second < 3600; second++) {
            look(false, Duration.ofSeconds(1));
        }
        // After 25 s, then 20, 40, 80, 160 s apart, then 5 minutes: 5 and (3600 - 325) / 300.
        assertEquals(15, asked);
        assertEquals(1, said.toString(StandardCharsets.UTF_8).lines().count());
    }

    @Test
    void spreadsAFleetOverTheSecondHalfOfEachPause() {
        assertEquals(Duration.ofSeconds(5), Membership.pause(0, 0));
        assertEquals(Duration.ofSeconds(10), Membership.pause(0, 1));
        assertEquals(Duration.ofSeconds(150), Membership.pause(50, 0));
        assertEquals(Membership.LONGEST_PAUSE, Membership.pause(50, 1));
    }

    @Test
    void takesAFailedMemberForAStranger() {
        List<Member> members = List.of(
                new Member("i-1", "a", "10.0.0.1:8300", Member.Status.FAILED, true),
                new Member("i-2", "b", "10.0.0.2:8300", Member.Status.ALIVE, true));
        assertEquals(
                Map.of("i-1", "10.0.0.1"),
                Membership.strangers(
                        Map.of("i-1", "10.0.0.1", "i-2", "10.0.0.2", "i-9", "10.0.0.9"), members, "10.0.0.9"));
    }

    private void look(boolean leader, Duration later) {
        now = now.plus(later);
        membership.look(leader);
    }

    private final class Servers implements Cloud.Api {

        @Override
        public Ec2ApiAnswer byIds(Collection<String> ids) {
            throw new AssertionError("not by id: " + ids);
        }

        @Override
        public Ec2ApiAnswer byTag(String key, String value) {
            asked++;
            return new Ec2ApiAnswer.Instances(List.of(
                    instance("i-1", "10.0.0.1", Ec2Instance.State.RUNNING),
                    instance("i-2", "10.0.0.2", Ec2Instance.State.RUNNING),
                    instance("i-3", "10.0.0.3", Ec2Instance.State.STOPPED),
                    instance("i-9", "10.0.0.9", Ec2Instance.State.RUNNING)));
        }

        private Ec2Instance instance(String id, String address, Ec2Instance.State state) {
            return new Ec2Instance(
                    id,
                    state,
                    Optional.of(address),
                    Optional.empty(),
                    Map.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
    }
}
