package consul.launcher.recovery;

import static consul.launcher.recovery.Scene.COMPLETE;
import static consul.launcher.recovery.Scene.NOW;
import static consul.launcher.recovery.Scene.instance;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LossesTest {

    private static Loss loss(Scene scene) {
        Facts facts = scene.facts();
        return Losses.of(facts, Holder.of(facts));
    }

    private static Scene seenDead(Scene scene, String letter, Instant first) {
        return scene.dead(letter).ledger(l -> {
            TreeMap<String, Proof> proofs = new TreeMap<>(l.proofs());
            proofs.put(instance(letter), new Proof(instance(letter), first, first.plus(Proof.SPACING)));
            return new ProofLedger(proofs, l.seen(), l.names(), l.listed(), l.completeAt());
        });
    }

    @Test
    void isThatOfTheTimeSinceTheLogWasCompleteUntilTheLastDeathWasSeen() {
        Scene scene = seenDead(seenDead(Scene.of("abc"), "a", COMPLETE.plusSeconds(7)), "b", COMPLETE.plusSeconds(20));
        assertEquals(new Loss.Window(COMPLETE.minus(LogWatch.LAG), COMPLETE.plusSeconds(20)), loss(scene));
        assertEquals(Duration.ofSeconds(25), loss(scene).bound());
    }

    @Test
    void isNoneIfTheOthersWereTooFewAlreadyAtTheLogWasComplete() {
        Scene scene =
                seenDead(seenDead(Scene.of("abc"), "a", COMPLETE.minus(LogWatch.LAG)), "b", COMPLETE.plusSeconds(20));
        assertEquals(new Loss.None(COMPLETE), loss(scene));
    }

    @Test
    void isNotNoneIfTheOthersCouldHaveBeenEnoughJustBeforeTheLogWasComplete() {
        Scene scene = seenDead(
                seenDead(Scene.of("abc"), "a", COMPLETE.minus(LogWatch.LAG).plusMillis(1)),
                "b",
                COMPLETE.plusSeconds(20));
        assertInstanceOf(Loss.Window.class, loss(scene));
    }

    @Test
    void ofFiveNeedsTwoDeathsBeforeOneSurvivorIsIndispensable() {
        Scene one = seenDead(Scene.of("abcde").dead("b").dead("c").dead("d"), "a", COMPLETE.minusSeconds(60));
        assertInstanceOf(Loss.Window.class, loss(one));
        assertInstanceOf(Loss.None.class, loss(seenDead(one, "b", COMPLETE.minusSeconds(50))));
    }

    @Test
    void ofTwoNeedsTheOtherOneDeadBecauseItCouldHaveLetInAThird() {
        assertInstanceOf(Loss.Window.class, loss(Scene.of("ab").dead("a")));
        assertInstanceOf(Loss.None.class, loss(seenDead(Scene.of("ab"), "a", COMPLETE.minusSeconds(10))));
    }

    @Test
    void countsTheDeathOfAServerThatNoSurvivorEverHeardOf() {
        Scene scene = seenDead(Scene.of("abc").dead("a").dead("b"), "f", COMPLETE.plusSeconds(25));
        assertEquals(new Loss.Window(COMPLETE.minus(LogWatch.LAG), COMPLETE.plusSeconds(25)), loss(scene));
    }

    @Test
    void isUnknownIfTheLogWasNeverKnownToBeComplete() {
        Scene scene = Scene.drill()
                .ledger(l -> new ProofLedger(l.proofs(), l.seen(), l.names(), l.listed(), Optional.empty()));
        assertInstanceOf(Loss.Unknown.class, loss(scene));
    }

    @Test
    void isUnknownIfServersCouldHaveComeAndGoneUnseen() {
        Span late = new Span(COMPLETE.plus(Duration.ofMinutes(31)), NOW);
        Scene scene = Scene.drill()
                .ledger(l -> new ProofLedger(l.proofs(), l.seen(), l.names(), Optional.of(late), l.completeAt()));
        assertInstanceOf(Loss.Unknown.class, loss(scene));
    }

    @Test
    void isNotNoneWhileTheLatestConfigurationIsNotKnownToBeCommitted() {
        // One step of it could be undone, and a smaller cluster needs fewer.
        Scene scene = seenDead(Scene.of("abc").dead("b"), "a", COMPLETE.minusSeconds(60));
        assertInstanceOf(Loss.None.class, loss(scene));
        RaftState open = new RaftState(Scene.of("abc").raft(5, 9).servers(), 8, 5, 9, 7);
        assertInstanceOf(
                Loss.Window.class,
                loss(scene.self(s -> new Self(s.instanceId(), s.raftId(), s.address(), true, Optional.of(open)))));
    }
}
