package consul.launcher.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.aws.Ec2ApiAnswer;
import consul.launcher.aws.Ec2Instance;
import consul.launcher.config.AgentSettings.Tag;
import consul.launcher.config.Log;
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
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class MembershipTest {

    private static final String LEADER = "10.0.0.1:8300";

    private final FakeAgent own = new FakeAgent("9", 9);
    private final FakeAgent stranger = new FakeAgent("2", 2);
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final LocalAgent agent = own.open();
    private Instant now = Instant.EPOCH;
    private int asked;
    private Membership membership = membership(0);

    private Membership membership(int servers) {
        Cloud cloud = new Cloud(new Servers(), Optional.of(new Tag("Role", "consul")), () -> now);
        Log log = new Log(new PrintStream(said, true, StandardCharsets.UTF_8), () -> now);
        own.members = List.of(
                own.as(Member.Status.ALIVE), new Member("i-00000001", "id-1", LEADER, Member.Status.ALIVE, true));
        return new Membership(
                new Membership.Parts(
                        own.name,
                        agent,
                        servers,
                        () -> cloud,
                        host -> host.equals("10.0.0.2") ? Optional.of(stranger.open()) : Optional.empty(),
                        () -> 1.0),
                () -> now,
                log);
    }

    @AfterEach
    void close() {
        agent.close();
        own.close();
        stranger.close();
    }

    @Test
    void asksNobodyWhileAClientHasALeader() {
        for (int i = 0; i < 100; i++) {
            look(true, Duration.ofMinutes(1));
        }
        assertEquals(List.of(), own.asked);
        assertEquals(0, asked);
        assertEquals("", said.toString(StandardCharsets.UTF_8));
    }

    @Test
    void asksNoEc2WhileAServerSeesOthers() {
        membership = membership(3);
        for (int i = 0; i < 100; i++) {
            look(true, Duration.ofSeconds(30));
        }
        assertEquals(Set.of("/v1/agent/members"), own.askedOnce());
        assertEquals(0, asked);
        assertEquals("", said.toString(StandardCharsets.UTF_8));
    }

    @Test
    void asksNobodyForTheOnlyServerOfACluster() {
        membership = membership(1);
        own.members = List.of(own.as(Member.Status.ALIVE));
        for (int i = 0; i < 100; i++) {
            look(true, Duration.ofMinutes(1));
        }
        assertEquals(List.of(), own.asked);
        assertEquals(0, asked);
    }

    @Test
    void leavesAnElectionTheTimeItNeeds() {
        look(false, Duration.ZERO);
        look(false, Membership.PATIENCE);
        assertEquals(0, asked);
    }

    @Test
    void joinsWhomItDoesNotKnowAndNeverItself() {
        look(false, Duration.ZERO);
        look(false, Duration.ofMinutes(1));

        assertEquals(List.of("/v1/agent/members", "/v1/agent/self", "PUT /v1/agent/join/10.0.0.2%3A8301"), own.asked);
        assertTrue(said.toString(StandardCharsets.UTF_8)
                .endsWith("no leader: joined i-00000002 at 10.0.0.2, found by tag\n"));
    }

    /// D12: EC2 shows the first private IPv4 address, and the agent advertises an IPv6 one, or that of a second
    /// interface.
    @Test
    void neverJoinsItselfByAnAddressThatItDoesNotAdvertise() {
        own.ip = "10.0.1.9";
        own.members = List.of(own.as(Member.Status.ALIVE));
        look(false, Duration.ZERO);
        look(false, Duration.ofMinutes(1));

        assertEquals(0, own.asked("PUT /v1/agent/join/10.0.0.9"));
        assertEquals(1, own.asked("PUT /v1/agent/join/10.0.0.2"));
    }

    @Test
    void joinsAtThePortOfGossipThatItsOwnClusterHas() {
        own.gossipPort = 9301;
        look(false, Duration.ZERO);
        look(false, Duration.ofMinutes(1));

        assertEquals(1, own.asked("PUT /v1/agent/join/10.0.0.2%3A9301"));
    }

    @Test
    void joinsNewcomersToAServerThatLeadsAlone() {
        membership = membership(3);
        own.configuration = List.of(own.asVoter());
        own.members = List.of(
                own.as(Member.Status.ALIVE),
                new Member("i-00000001", "id-1", LEADER, Member.Status.FAILED, true),
                new Member("i-0000000c", "id-c", "10.0.0.12:", Member.Status.ALIVE, false));
        look(true, Duration.ZERO);
        look(true, Duration.ofMinutes(1));

        assertEquals(1, own.asked("PUT /v1/agent/join/10.0.0.2%3A8301"));
        assertTrue(said.toString(StandardCharsets.UTF_8)
                .endsWith("no other server in sight: joined i-00000002 at 10.0.0.2, found by tag\n"));
    }

    @Test
    void neverJoinsAServerThatHoldsDataWithTheLeaderOfAnotherCluster() {
        own.configuration = List.of(own.asVoter());
        stranger.configuration = List.of(stranger.asVoter());
        stranger.leader = "10.0.0.2:8300";
        look(false, Duration.ZERO);
        look(false, Duration.ofMinutes(1));

        assertEquals(0, own.asked("PUT"));
        assertTrue(said.toString(StandardCharsets.UTF_8)
                .contains("i-00000002 at 10.0.0.2, is of another cluster or doesn't say"));
    }

    @Test
    void neverJoinsAServerThatHoldsDataWithANewcomerThatHasFoundALeader() {
        own.configuration = List.of(own.asVoter());
        stranger.leader = "10.0.0.77:8300";
        look(false, Duration.ZERO);
        look(false, Duration.ofMinutes(1));

        assertEquals(0, own.asked("PUT"));
    }

    @Test
    void joinsAServerOfItsOwnClusterAgain() {
        own.configuration = List.of(own.asVoter(), stranger.asVoter());
        stranger.configuration = List.of(stranger.asVoter(), own.asVoter());
        stranger.leader = "10.0.0.2:8300";
        look(false, Duration.ZERO);
        look(false, Duration.ofMinutes(1));

        assertEquals(1, own.asked("PUT /v1/agent/join/10.0.0.2%3A8301"));
    }

    @Test
    void leavesAServerThatHoldsDataAloneWithWhomDoesNotAnswer() {
        own.configuration = List.of(own.asVoter());
        stranger.down = true;
        look(false, Duration.ZERO);
        look(false, Duration.ofMinutes(1));

        assertEquals(0, own.asked("PUT"));
    }

    @Test
    void saysWhichRuleTheTokenLacks() {
        own.denied.add("/v1/agent/members");
        look(false, Duration.ZERO);
        look(false, Duration.ofMinutes(1));

        assertEquals(0, asked);
        assertTrue(said.toString(StandardCharsets.UTF_8).contains("the token needs node = \"read\""));
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

    /// D12
    @Test
    void takesNoMemberForAStrangerBecauseOfItsOtherAddress() {
        List<Member> members = List.of(new Member("i-2", "b", "[fd00::2]:8300", Member.Status.ALIVE, true));

        assertEquals(
                Map.of("i-3", "10.0.0.3"),
                Membership.strangers(Map.of("i-2", "10.0.0.2", "i-3", "10.0.0.3"), members, "fd00::9"));
    }

    private void look(boolean leader, Duration later) {
        now = now.plus(later);
        membership.look(leader);
    }

    private final class Servers implements Cloud.Api {

        @Override
        public Ec2ApiAnswer byIds(Collection<String> ids, Duration within) {
            throw new AssertionError("not by id: " + ids);
        }

        @Override
        public Ec2ApiAnswer byTag(String key, String value, Duration within) {
            asked++;
            return new Ec2ApiAnswer.Instances(List.of(
                    instance("i-00000001", "10.0.0.1", Ec2Instance.State.RUNNING),
                    instance("i-00000002", "10.0.0.2", Ec2Instance.State.RUNNING),
                    instance("i-00000003", "10.0.0.3", Ec2Instance.State.STOPPED),
                    instance("i-00000009", "10.0.0.9", Ec2Instance.State.RUNNING)));
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
