package consul.launcher.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// I6: unknown is alive.
class ProofLedgerTest {

    private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");
    private static final String OWN = "i-0000000c";
    private static final String DEAD = "i-0000000a";

    private static Ec2Round round(int second, Map<String, InstanceState> states) {
        Ec2Answer answer = new Ec2Answer.Listed(states);
        return new Ec2Round(START.plusSeconds(second), answer, answer);
    }

    private static Ec2Round saying(int second, InstanceState state) {
        return round(second, Map.of(OWN, InstanceState.RUNNING, DEAD, state));
    }

    private static ProofLedger after(Ec2Round... rounds) {
        ProofLedger ledger = ProofLedger.empty();
        for (Ec2Round round : rounds) {
            ledger = ledger.observe(round, OWN);
        }
        return ledger;
    }

    @Test
    void provesADeathByTwoAnswersThirtySecondsApart() {
        ProofLedger ledger = after(saying(0, InstanceState.TERMINATED), saying(30, InstanceState.TERMINATED));
        assertEquals(Map.of(DEAD, new Proof(DEAD, START, START.plusSeconds(30))), ledger.proofs());
    }

    @Test
    void provesNothingByOneAnswer() {
        assertFalse(after(saying(0, InstanceState.TERMINATED)).isDead(DEAD));
    }

    @Test
    void provesNothingByAnswersCloseToEachOther() {
        assertFalse(after(saying(0, InstanceState.TERMINATED), saying(29, InstanceState.TERMINATED))
                .isDead(DEAD));
    }

    @Test
    void measuresFromTheFirstAnswerNotFromTheLast() {
        ProofLedger ledger = after(
                saying(0, InstanceState.TERMINATED),
                saying(20, InstanceState.TERMINATED),
                saying(40, InstanceState.TERMINATED));
        assertTrue(ledger.isDead(DEAD));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "TERMINATED")
    void provesNothingByAnyOtherState(InstanceState state) {
        assertFalse(after(saying(0, state), saying(60, state)).isDead(DEAD));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "TERMINATED")
    void beginsAnewAfterAnyOtherState(InstanceState state) {
        ProofLedger ledger =
                after(saying(0, InstanceState.TERMINATED), saying(20, state), saying(40, InstanceState.TERMINATED));
        assertFalse(ledger.isDead(DEAD));
        assertTrue(ledger.observe(saying(70, InstanceState.TERMINATED), OWN).isDead(DEAD));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Terminated", "terminated ", "", "dead", "shutting_down"})
    void readsNoStateIntoANameThatIsNone(String name) {
        assertEquals(InstanceState.UNKNOWN, InstanceState.of(name));
    }

    @Test
    void provesNothingByAbsence() {
        Ec2Round without = round(0, Map.of(OWN, InstanceState.RUNNING));
        assertFalse(after(without, without).isDead(DEAD));
        assertEquals(Map.of(), after(without).seen());
    }

    @Test
    void keepsWhatWasSeenOverAnAnswerWithoutIt() {
        ProofLedger ledger = after(
                saying(0, InstanceState.TERMINATED),
                round(10, Map.of(OWN, InstanceState.RUNNING)),
                saying(30, InstanceState.TERMINATED));
        assertTrue(ledger.isDead(DEAD));
    }

    @Test
    void takesNothingFromAnAnswerInWhichThisInstanceIsNotRunning() {
        Ec2Round foreign = round(0, Map.of(DEAD, InstanceState.TERMINATED));
        Ec2Round stopping = round(0, Map.of(DEAD, InstanceState.TERMINATED, OWN, InstanceState.STOPPING));
        assertEquals(ProofLedger.empty(), after(foreign));
        assertEquals(ProofLedger.empty(), after(stopping));
        assertFalse(after(foreign, saying(30, InstanceState.TERMINATED)).isDead(DEAD));
    }

    @ParameterizedTest
    @EnumSource(Ec2Answer.Kind.class)
    void takesNothingFromAFailure(Ec2Answer.Kind kind) {
        Ec2Answer failed = new Ec2Answer.Failed(kind, "test");
        Ec2Round round = new Ec2Round(START.plusSeconds(10), failed, failed);
        ProofLedger once = after(saying(0, InstanceState.TERMINATED));
        assertEquals(once, once.observe(round, OWN));
    }

    @Test
    void provesNothingOfANameThatIsNoInstanceId() {
        Map<String, InstanceState> states = Map.of(OWN, InstanceState.RUNNING, "web-1", InstanceState.TERMINATED);
        assertEquals(Map.of(), after(round(0, states), round(60, states)).proofs());
    }

    @Test
    void keepsAProofForGood() {
        ProofLedger ledger = after(
                saying(0, InstanceState.TERMINATED),
                saying(30, InstanceState.TERMINATED),
                round(7200, Map.of(OWN, InstanceState.RUNNING)));
        assertEquals(Map.of(DEAD, new Proof(DEAD, START, START.plusSeconds(30))), ledger.proofs());
    }

    @Test
    void refusesAProofWhoseAnswersAreTooClose() {
        assertThrows(IllegalArgumentException.class, () -> new Proof(DEAD, START, START.plusSeconds(29)));
        assertThrows(IllegalArgumentException.class, () -> new Proof("web-1", START, START.plusSeconds(30)));
    }

    @Test
    void learnsEveryNameOfARaftId() {
        Member before = new Member("i-0000000a", "id-a", "10.0.0.1:8300", Member.Status.ALIVE, true);
        Member moved = new Member("i-0000000d", "id-a", "10.0.0.4:8300", Member.Status.ALIVE, true);
        Member client = new Member("i-0000000e", "id-e", "10.0.0.5:8301", Member.Status.ALIVE, false);
        ProofLedger ledger = ProofLedger.empty().learn(List.of(before, client)).learn(List.of(moved));
        assertEquals(Map.of("id-a", Set.of("i-0000000a", "i-0000000d")), ledger.names());
    }

    @Test
    void remembersTheLatestTimeOnlyAtWhichTheLogWasComplete() {
        ProofLedger ledger = ProofLedger.empty().complete(START).complete(START.minusSeconds(5));
        assertEquals(Optional.of(START), ledger.completeAt());
    }

    @Test
    void knowsHowLongTheTagWasListedWithoutALongGap() {
        int half = (int) Duration.ofMinutes(30).toSeconds();
        assertEquals(
                Optional.of(span(0, half)),
                after(saying(0, InstanceState.RUNNING), saying(half, InstanceState.RUNNING))
                        .listed());
        assertEquals(
                Optional.of(span(half + 1, half + 1)),
                after(saying(0, InstanceState.RUNNING), saying(half + 1, InstanceState.RUNNING))
                        .listed());
    }

    private static Span span(int from, int to) {
        return new Span(START.plusSeconds(from), START.plusSeconds(to));
    }

    @Test
    void doesNotBelieveTimesThatAreYetToCome() {
        Instant now = Instant.parse("2026-11-22T12:00:00Z");
        Instant wrong = now.plusSeconds(3600);
        Proof proof = new Proof("i-0000000b", wrong, wrong.plusSeconds(40));
        ProofLedger ledger = new ProofLedger(
                Map.of(proof.instanceId(), proof),
                Map.of("i-0000000c", wrong, "i-0000000d", now),
                Map.of("id-b", Set.of("i-0000000b")),
                Optional.of(new Span(now, wrong)),
                Optional.of(wrong));

        ProofLedger believed = ledger.asOf(now);

        assertEquals(ledger.proofs(), believed.proofs(), "dead is dead");
        assertEquals(Map.of("i-0000000d", now), believed.seen());
        assertEquals(ledger.names(), believed.names());
        assertEquals(Optional.empty(), believed.listed());
        assertEquals(Optional.empty(), believed.completeAt());
        assertEquals(ledger, ledger.asOf(wrong));
    }
}
