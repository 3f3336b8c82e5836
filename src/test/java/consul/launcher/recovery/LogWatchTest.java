package consul.launcher.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.recovery.LogWatch.End;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LogWatchTest {

    private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

    private LogWatch watch = LogWatch.start();

    private LogWatchTest contact(int second, String leader, End own, End leaders) {
        watch = watch.on(START.plusSeconds(second), leader, own, Optional.of(leaders));
        return this;
    }

    private LogWatchTest contact(int second, long index, long leaders) {
        return contact(second, "a", new End(5, index), new End(5, leaders));
    }

    private LogWatchTest contact(int second) {
        watch = watch.on(START.plusSeconds(second), "a", new End(5, 1000), Optional.empty());
        return this;
    }

    private void assertCompleteAt(int second) {
        assertEquals(Optional.of(START.plusSeconds(second)), watch.completeAt());
    }

    @Test
    void knowsNothingByContactAlone() {
        contact(0).contact(2).contact(4);
        assertTrue(watch.isDoubtful());
        assertEquals(Optional.empty(), watch.completeAt());
    }

    @Test
    void knowsTheLogOnceItHasWhatTheLeaderHad() {
        contact(0).contact(2, 100, 100);
        assertFalse(watch.isDoubtful());
        assertCompleteAt(2);
        contact(4);
        assertCompleteAt(4);
    }

    @Test
    void doesNotTakeALogThatIsBehindForComplete() {
        contact(0).contact(2, 100, 101);
        assertTrue(watch.isDoubtful());
        contact(4, 102, 102);
        assertCompleteAt(4);
    }

    @Test
    void doesNotTakeALongTailOfAnotherTermForTheLeadersLog() {
        contact(0).contact(2, "a", new End(4, 900), new End(5, 100));
        assertTrue(watch.isDoubtful());
    }

    @Test
    void doubtsTheLogAfterAGapUntilItHasCaughtUp() {
        contact(0).contact(2, 100, 100).contact(8);
        assertTrue(watch.isDoubtful());
        assertCompleteAt(2);
        contact(10, 101, 150).contact(12, 150, 150);
        assertCompleteAt(12);
    }

    @Test
    void doubtsTheLogUnderANewLeaderUntilItHasCaughtUp() {
        contact(0).contact(2, 100, 100).contact(6, "b", new End(6, 101), new End(6, 101));
        assertTrue(watch.isDoubtful());
        assertCompleteAt(2);
        contact(8, "b", new End(6, 101), new End(6, 101));
        assertCompleteAt(8);
    }

    @Test
    void takesFiveSecondsForNoGap() {
        contact(0).contact(2, 100, 100).contact(7);
        assertCompleteAt(7);
    }

    @Test
    void takesNoProofWithTheFirstContactAfterAGap() {
        // A leader whose machine was asleep: for a moment it still takes itself for the leader.
        contact(0).contact(2, 100, 100).contact(60, 100, 100);
        assertCompleteAt(2);
    }

    @Test
    void learnsNothingFromAContactThatItKnew() {
        contact(0).contact(2, 100, 100);
        LogWatch before = watch;
        contact(2, 100, 101).contact(1, 1, 1);
        assertEquals(before, watch);
    }
}
