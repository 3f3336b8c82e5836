package consul.launcher.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTest {

    @Test
    void isTextThatAPersonCanCheck() {
        Plan plan = Scene.drill().plan();
        String expected = """
                plan HASH: 2 of 3 voters are dead for good; i-0000000c becomes the only voter; loss: at most 10 s of \
                acknowledged writes: those between 2026-11-22T11:58:25Z (log last known to be complete) and \
                2026-11-22T11:58:35Z (the dead were seen dead)

                Dead for good (EC2 said terminated, twice, each time with i-0000000c running in the same answer)
                  voter     id-a  i-0000000a at 2026-11-22T11:58:35Z and 2026-11-22T11:59:10Z
                  voter     id-b  i-0000000b at 2026-11-22T11:58:35Z and 2026-11-22T11:59:10Z

                New configuration (the best log is the only voter; Consul promotes the others)
                  voter     id-c  i-0000000c  10.0.0.12:8300  last entry: term 5, index 100

                Loss: at most 10 s of acknowledged writes: those between 2026-11-22T11:58:25Z (log last known to \
                be complete) and 2026-11-22T11:58:35Z (the dead were seen dead)
                The voter's whole log becomes valid, with 0 entries at its end that are not known to have been acknowledged

                On i-0000000c:
                  stop Consul
                  look again, and go on only with the same plan
                  copy /consul/data/raft to /consul/data/raft-before-HASH
                  write /consul/data/raft/peers.json:
                    [
                      {"id": "id-c", "address": "10.0.0.12:8300", "non_voter": false}
                    ]
                  start Consul, wait for a leader and for this configuration

                By the launcher itself: yes, in mode auto
                By hand: consul-launcher recovery apply HASH on i-0000000c
                """;
        assertEquals(expected.replace("HASH", plan.hash()), plan.text());
    }

    @Test
    void hasAHashOfTwelveDigitsThatDoesNotDependOnTimesOrLoss() {
        Plan plan = Scene.drill().plan();
        assertTrue(plan.hash().matches("[0-9a-f]{12}"), plan.hash());
        Plan later = Scene.drill()
                .ledger(l -> l.complete(Scene.COMPLETE.plusSeconds(1)))
                .maxLoss(Duration.ofMinutes(5))
                .plan();
        assertEquals(plan.hash(), later.hash());
    }

    @Test
    void hasAnotherHashForOtherSurvivorsDeadOrLogs() {
        String hash = Scene.drill().plan().hash();
        assertNotEquals(
                hash, Scene.of("dabc").dead("a").dead("b").dead("d").plan().hash());
        assertNotEquals(
                hash,
                Scene.drill().answers("d", Scene.of("abc").raft(4, 9)).plan().hash());
        assertNotEquals(
                hash,
                Scene.drill()
                        .self(s -> new Self(s.instanceId(), s.raftId(), "10.0.0.13:8300", true, s.raft()))
                        .plan()
                        .hash());
    }

    @Test
    void tellsTheOrderInWhichItIsAppliedByHand() {
        Plan plan = Scene.of("abcde")
                .dead("a")
                .dead("b")
                .dead("c")
                .survivor("d", 6, 9)
                .plan();
        assertTrue(
                plan.text().endsWith("By hand: " + plan.command() + " on i-0000000d, then i-0000000e\n"), plan.text());
    }

    @ParameterizedTest
    @CsvSource({
        "d9bd3a5c-b0ff-4d34-8b5b-2ba2bb5e3a0f, 10.0.0.1:8300, true",
        "id, '[fd00::1]:8300', true",
        "id, server.example:8300, true",
        "'', 10.0.0.1:8300, false",
        "id, 10.0.0.1, false",
        "id, 10.0.0.1:, false",
        "id, :8300, false",
        "'id\"', 10.0.0.1:8300, false",
        "id, '10.0.0.1\":8300', false",
        "'i\nd', 10.0.0.1:8300, false",
    })
    void takesOnlyWhatCanBeWrittenToPeersJson(String raftId, String address, boolean wellFormed) {
        assertEquals(wellFormed, Peer.isWellFormed(raftId, address));
    }

    @Test
    void saysHowMuchOfTheLogWasPerhapsNeverAcknowledged() {
        RaftState ahead = new RaftState(Scene.of("abc").raft(5, 100).servers(), 1, 5, 100, 93);
        Plan plan = Scene.drill()
                .self(s -> new Self(s.instanceId(), s.raftId(), s.address(), true, Optional.of(ahead)))
                .plan();
        assertTrue(plan.text().contains("with 7 entries at its end"), plan.text());
        assertFalse(plan.text().contains("{}"));
    }
}
