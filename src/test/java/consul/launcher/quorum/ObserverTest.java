package consul.launcher.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.aws.Ec2ApiFailure;
import consul.launcher.aws.Ec2Instance;
import consul.launcher.consul.ApiAnswer;
import consul.launcher.consul.Pulse;
import consul.launcher.recovery.Answer;
import consul.launcher.recovery.DataDirectory;
import consul.launcher.recovery.Ec2Answer;
import consul.launcher.recovery.Facts;
import consul.launcher.recovery.LeaderSeen;
import consul.launcher.recovery.LedgerText;
import consul.launcher.recovery.Member;
import consul.launcher.recovery.ProofLedger;
import consul.launcher.recovery.RaftState;
import consul.launcher.testkit.HeldAndByName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@HeldAndByName
final class ObserverTest {

    @TempDir
    private Path data;

    private Watched it;
    private Observer observer;

    @BeforeEach
    void open() throws IOException {
        it = new Watched(data);
        observer = it.observer();
        observer.load();
    }

    @AfterEach
    void close() {
        it.close();
    }

    @Test
    void gathersWhatEverybodySays() throws IOException {
        Facts facts = observer.collect(true);

        assertEquals("id-a", facts.self().raftId());
        assertEquals("10.0.0.1:8300", facts.self().address());
        assertEquals(it.own.configuration, facts.self().raft().orElseThrow().servers());
        assertEquals(it.own.members, facts.members());
        assertEquals(List.of("i-0000000b", "i-0000000c"), names(facts));
        assertEquals(
                new DataDirectory(data.toString(), Optional.empty(), DataDirectory.PeersFile.ABSENT, true),
                facts.data());
        assertTrue(facts.ec2().orElseThrow().byTag() instanceof Ec2Answer.Listed);
        assertEquals(Set.of("i-0000000c"), facts.ledger().namesOf("id-c"));
        assertEquals(Optional.empty(), facts.denied());
    }

    /// The AWS SDK would stay in memory for it.
    @Test
    void asksNoEc2ForAClusterThatForms() throws IOException {
        observer.lookAround();
        assertEquals(0, it.ec2.asked);

        it.now = it.now.plusSeconds(20);
        observer.lookAround();
        assertEquals(1, it.ec2.asked);
    }

    @Test
    void asksEc2AtOnceOnceThereWasALeader() {
        observer.looked(true);

        observer.lookAround();

        assertEquals(1, it.ec2.asked);
    }

    @Test
    void takesASlowEc2ForNoPauseInWatching() throws IOException {
        Instant since = it.now;
        observer.looked(true);
        it.own.leader = "";
        it.ec2.onAsked = () -> it.pass(Cloud.LONGEST);

        observer.lookAround();
        it.pass(Peers.LIMIT);
        observer.looked(false);
        observer.collect(true);
        it.pass(Peers.LIMIT);
        observer.looked(false);

        assertEquals(since, observer.collect(true).watchedSince());
    }

    @Test
    void takesALongSilenceForAPauseInWatching() throws IOException {
        it.pass(Duration.ofSeconds(21));
        observer.looked(false);

        assertEquals(it.now, observer.collect(true).watchedSince());
    }

    @Test
    void givesEc2LessTimeWhileConsulIsStopped() throws IOException {
        observer.collect(true);
        assertEquals(Cloud.LONGEST, it.ec2.given);

        observer.collect(false);
        assertEquals(Cloud.LONGEST_STOPPED, it.ec2.given);
    }

    @Test
    void neverAsksItselfAsAnother() throws IOException {
        observer.collect(true);

        assertEquals(1, it.own.asked("/v1/agent/members"));
        assertEquals(1, it.own.asked("/v1/agent/self"));
    }

    @Test
    void seesALeaderWhoeverKnowsIt() throws IOException {
        it.own.leader = "";
        it.second.leader = "";

        Facts facts = observer.collect(true);

        assertEquals(List.of(new LeaderSeen("i-0000000c", "10.0.0.2:8300", it.now)), facts.leaders());
    }

    @Test
    void asksTheOwnAgentForALeaderWithEveryCollection() throws IOException {
        it.second.leader = "";
        it.third.leader = "";

        assertEquals(
                List.of("i-0000000a"),
                observer.collect(true).leaders().stream().map(LeaderSeen::by).toList());
    }

    @Test
    void takesWhatConsulSaidLastWhileItIsStopped() throws IOException {
        observer.collect(true);
        long asked = it.own.asked.size();
        Facts facts = observer.collect(false);

        assertEquals(asked, it.own.asked.size());
        assertTrue(facts.self().raft().isPresent());
    }

    @Test
    void knowsNothingOfAnAgentThatDoesNotAnswer() throws IOException {
        observer.collect(true);
        it.own.down = true;

        Facts facts = observer.collect(true);

        assertEquals(Optional.empty(), facts.self().raft());
        assertEquals(it.own.members, facts.members(), "what gossip said stays");
    }

    @Test
    void knowsTheConfigurationOfAnAgentThatHasHeardOfNoLeaderSinceItsStart() throws IOException {
        it.own.contact = "never";
        it.third.contact = "never";

        Facts facts = observer.collect(true);

        assertEquals(
                List.of("id-a", "id-b", "id-c"),
                facts.self().raft().orElseThrow().servers().stream()
                        .map(server -> server.id())
                        .toList());
        assertEquals(List.of("i-0000000b", "i-0000000c"), names(facts));
        assertEquals(0, it.own.asked("/v1/operator"), "it would wait for a leader");
        assertEquals(0, it.third.asked("/v1/operator"), "it would wait for a leader");
    }

    @Test
    void saysWhichRuleTheTokenLacks() throws IOException {
        it.own.denied.add("/v1/operator");
        assertEquals(Optional.of("operator = \"read\""), observer.collect(true).denied());

        it.own.denied.clear();
        it.own.denied.add("/v1/agent/self");
        assertEquals(Optional.of("agent = \"read\""), observer.collect(true).denied());

        it.own.denied.clear();
        it.own.members = List.of();
        assertEquals(
                Optional.of("node = \"read\""), observer.collect(true).denied(), "Consul hides instead of refusing");
    }

    @Test
    void keepsApartWhoRefusesAndWhoIsNotThere() throws IOException {
        it.second.denied.add("/v1/operator");
        it.third.down = true;
        assertEquals(
                List.of(new Answer.Refused("i-0000000b", it.now, "operator = \"read\"")),
                observer.collect(true).answers());

        it.second.denied.add("/v1/agent/self");
        assertEquals(
                List.of(new Answer.Refused("i-0000000b", it.now, "agent = \"read\"")),
                observer.collect(true).answers());
    }

    @Test
    void tellsBlankServersAndClientsFromHolders() throws IOException {
        it.second.configuration = List.of();
        it.third.isServer = false;

        List<Answer> answers = observer.collect(true).answers();

        assertEquals(2, answers.size());
        for (Answer answer : answers) {
            assertEquals(RaftState.blank(), ((Answer.Told) answer).raft());
        }
        assertEquals(0, it.second.asked("/v1/operator"), "a blank server would wait for a leader");
        assertFalse(((Answer.Told) answers.getLast()).server());
    }

    @Test
    void takesWhoAnswersForWhoItSaysItIs() throws IOException {
        // Another server has taken a dead one's address.
        it.ec2.states.put("i-0000000c", Ec2Instance.State.TERMINATED);
        it.own.members = List.of(
                it.own.as(Member.Status.ALIVE),
                new Member("i-0000000e", "id-e", "10.0.0.3:8300", Member.Status.ALIVE, true));

        assertEquals(List.of("i-0000000b", "i-0000000c"), names(observer.collect(true)));
    }

    @Test
    void keepsWhatItProvedOverARestart() throws IOException {
        it.lose();
        observer.askAgent();
        observer.askEc2(Cloud.LONGEST);
        it.pass(Duration.ofSeconds(31));
        observer.askEc2(Cloud.LONGEST);

        Observer next = it.observer();
        next.load();

        assertEquals(Set.of("i-0000000b", "i-0000000c"), next.ledger().proofs().keySet());
    }

    @Test
    void provesNothingWhileEc2Refuses() throws IOException {
        it.lose();
        it.ec2.failure = Optional.of(new Ec2ApiFailure.Throttled("RequestLimitExceeded", 4));
        for (int i = 0; i < 10; i++) {
            observer.lookAround();
            it.pass(Duration.ofSeconds(10));
        }

        assertEquals(Map.of(), observer.ledger().proofs());
    }

    @Test
    void doesNotBelieveTimesThatAreYetToCome() throws IOException {
        Instant wrong = it.now.plus(Duration.ofHours(1));
        Keeping.write(
                it.place.ledger(),
                LedgerText.write(new ProofLedger(
                        Map.of(), Map.of("i-0000000b", wrong), Map.of(), Optional.empty(), Optional.of(wrong))));

        Observer next = it.observer();
        next.load();

        assertEquals(ProofLedger.empty(), next.ledger());
    }

    @Test
    void setsALedgerAsideThatCanNotBeRead() throws IOException {
        Files.writeString(it.place.ledger(), "nonsense");

        Observer next = it.observer();
        next.load();

        assertEquals(ProofLedger.empty(), next.ledger());
        assertEquals("nonsense", Files.readString(data.resolve("launcher/ledger.unreadable")));
        assertTrue(it.said().contains("gathered anew"), it::said);
    }

    @Test
    void knowsALogThatIsCompleteByTheLeadersOwn() {
        observer.askAgent();
        it.second.index = 101;
        look();
        look();
        assertEquals(Optional.empty(), observer.ledger().completeAt(), "it lacks an entry");

        it.own.index = 101;
        look();
        assertTrue(observer.ledger().completeAt().isPresent());
    }

    /// A regular look is no more than the pulse then.
    @Test
    void believesThePulseOnceItsLogIsComplete() {
        observer.askAgent();
        look();
        look();
        Instant before = observer.ledger().completeAt().orElseThrow();
        long asked = it.own.asked("/v1/agent/self");

        it.pass(Duration.ofSeconds(2));
        Duration contact = Duration.ofMillis(500);
        observer.watchLog(
                new Pulse(new ApiAnswer.Ok<>(it.own.leader), Optional.of(contact), System.nanoTime() - 1_000_000));

        Instant complete = observer.ledger().completeAt().orElseThrow();
        assertTrue(complete.isAfter(before), complete + " is not after " + before);
        assertTrue(complete.isBefore(it.now.minus(contact)), complete + ", the pulse was taken before " + it.now);
        assertEquals(asked, it.own.asked("/v1/agent/self"));
    }

    @Test
    void keepsUntilWhenItsLogWasCompleteWithoutWritingTheLedgerAgain() throws IOException {
        observer.askAgent();
        look();
        look();
        String ledger = Files.readString(it.place.ledger());
        for (int i = 0; i < 16; i++) {
            look();
        }
        Instant kept = observer.ledger().completeAt().orElseThrow();
        look();

        assertEquals(ledger, Files.readString(it.place.ledger()));
        Instant known = loaded().ledger().completeAt().orElseThrow();
        assertFalse(known.isBefore(kept.minusSeconds(30)), known + ", and it was complete at " + kept);
        assertFalse(known.isAfter(kept), known + ", and it was complete at " + kept);
    }

    /// As after a power failure, or by a clock that was wrong.
    @ParameterizedTest
    @ValueSource(strings = {"", "2026-11-22T11", "2036-11-22T12:00:00Z\n", "2026-11-22T11:00:00Z\n"})
    void believesTheLedgerWhereUntilWhenItsLogWasCompleteIsNotKnownBetter(String kept) throws IOException {
        observer.askAgent();
        look();
        look();
        Files.writeString(it.place.complete(), kept);

        assertEquals(observer.ledger().completeAt(), loaded().ledger().completeAt());

        // Nor does it come true when that time has come.
        it.pass(Duration.ofDays(5000));
        assertEquals(observer.ledger().completeAt(), loaded().ledger().completeAt());
    }

    private Observer loaded() throws IOException {
        Observer next = it.observer();
        next.load();
        return next;
    }

    @Test
    void readsTheAgentAgainOnlyIfGossipChangedOrAfterAWhile() {
        it.own.members = List.of(it.own.as(Member.Status.ALIVE));
        assertTrue(observer.refresh());
        long asked = it.own.asked("/v1/agent/self");
        assertFalse(observer.refresh());
        assertEquals(asked, it.own.asked("/v1/agent/self"));

        it.own.members = List.of(it.own.as(Member.Status.ALIVE), it.second.as(Member.Status.FAILED));
        assertTrue(observer.refresh());
        assertTrue(observer.hasUnproven());

        // Somebody else has asked meanwhile, when it was another one again.
        it.own.members = List.of(it.own.as(Member.Status.ALIVE));
        observer.askAgent();
        it.own.members = List.of(it.own.as(Member.Status.ALIVE), it.second.as(Member.Status.FAILED));
        assertTrue(observer.refresh());
        assertTrue(observer.hasUnproven());

        assertFalse(observer.refresh());
        it.pass(Duration.ofMinutes(5));
        assertTrue(observer.refresh());
    }

    @Test
    void takesItselfForTheLeaderOnlyIfItsRaftSaysSoToo() {
        it.own.leader = it.own.raftAddress();
        it.own.contact = "0";
        observer.askAgent();
        look();
        look();
        assertEquals(Optional.empty(), observer.ledger().completeAt());

        it.own.state = "Leader";
        look();
        look();
        assertTrue(observer.ledger().completeAt().isPresent());
    }

    @Test
    void learnsNothingOfTheLogOfALeaderThatCanNotBeAsked() {
        observer.askAgent();
        it.second.down = true;
        look();
        look();
        look();

        assertEquals(Optional.empty(), observer.ledger().completeAt());
    }

    @Test
    void asksEc2ForEveryNameThatARaftIdWasSeenUnder() throws IOException {
        it.own.members = List.of(it.own.as(Member.Status.ALIVE), it.second.as(Member.Status.FAILED));
        observer.askAgent();
        // Reaped from gossip by now.
        it.own.members = List.of(it.own.as(Member.Status.ALIVE));
        observer.askAgent();
        it.ec2.states.remove("i-0000000b");

        assertEquals(Set.of("i-0000000b"), observer.ledger().namesOf("id-b"));
        observer.askEc2(Cloud.LONGEST);
        assertTrue(it.ec2.askedIds.contains("i-0000000b"), it.ec2.askedIds::toString);
    }

    private void look() {
        it.pass(Duration.ofSeconds(2));
        observer.watchLog(Watched.pulse(true));
    }

    private static List<String> names(Facts facts) {
        return facts.answers().stream().map(Answer::name).sorted().toList();
    }
}
