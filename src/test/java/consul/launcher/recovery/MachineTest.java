package consul.launcher.recovery;

import static consul.launcher.recovery.Scene.NOW;
import static consul.launcher.recovery.Scene.instance;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MachineTest {

    /// A machine and everything that it wanted so far.
    private static final class Driven {
        private Machine machine;
        private final List<Effect> all = new ArrayList<>();

        Driven(Mode mode) {
            machine = Machine.start(
                    new Settings(mode, Duration.ofSeconds(60), Duration.ofSeconds(30), Optional.of("a=b")));
        }

        List<Effect> on(Event event) {
            Step step = machine.on(event);
            machine = step.machine();
            all.addAll(step.effects());
            return step.effects();
        }

        List<Effect> leader(int second) {
            return on(new Event.Polled(NOW.plusSeconds(second), true, false));
        }

        List<Effect> noLeader(int second) {
            return on(new Event.Polled(NOW.plusSeconds(second), false, true));
        }

        List<Effect> collected(Scene scene) {
            return on(new Event.Collected(scene.facts()));
        }

        List<Effect> done() {
            return on(new Event.Done(NOW));
        }

        /// Leaderless for the confirmation time, and asked to collect.
        Driven collecting() {
            noLeader(-60);
            noLeader(0);
            assertInstanceOf(Phase.Collect.class, machine.phase());
            return this;
        }

        Driven stopped() {
            collecting().collected(Scene.drill());
            done();
            assertInstanceOf(Phase.Recheck.class, machine.phase());
            return this;
        }

        List<String> logged() {
            return all.stream()
                    .filter(Effect.Log.class::isInstance)
                    .map(effect -> ((Effect.Log) effect).text())
                    .toList();
        }

        long count(Class<? extends Effect> kind) {
            return all.stream().filter(kind::isInstance).count();
        }
    }

    @Test
    void goesThroughEveryStateFromTheLossToTheLeader() {
        Driven driven = new Driven(Mode.AUTO);
        List<String> phases = new ArrayList<>();
        List<Runnable> events = List.of(
                () -> driven.leader(-70),
                () -> driven.noLeader(-60),
                () -> driven.noLeader(0),
                () -> driven.collected(Scene.drill()),
                driven::done,
                () -> driven.collected(Scene.drill()),
                driven::done,
                driven::done);
        for (Runnable event : events) {
            event.run();
            phases.add(driven.machine.phase().getClass().getSimpleName());
        }
        assertEquals(List.of("Run", "Leaderless", "Collect", "Stop", "Recheck", "Apply", "Verify", "Run"), phases);
        assertEquals(
                List.of("Look", "Collect", "Log", "StopConsul", "Collect", "Apply", "Verify", "Log"),
                driven.all.stream()
                        .map(effect -> effect.getClass().getSimpleName())
                        .toList());
        assertTrue(
                driven.logged().getLast().startsWith("recovered by plan "),
                driven.logged().getLast());
    }

    @Test
    void collectsOnlyAfterTheConfirmationTime() {
        Driven driven = new Driven(Mode.AUTO);
        driven.noLeader(-60);
        driven.noLeader(-1);
        assertInstanceOf(Phase.Leaderless.class, driven.machine.phase());
        driven.leader(-1);
        driven.noLeader(0);
        driven.noLeader(59);
        assertEquals(0, driven.count(Effect.Collect.class));
        driven.noLeader(60);
        assertEquals(1, driven.count(Effect.Collect.class));
    }

    @Test
    void asksEc2EveryFiveSecondsWhileTheConfirmationTimeRuns() {
        Driven driven = new Driven(Mode.ADVISE);
        for (int second = 0; second < 60; second++) {
            driven.noLeader(second);
        }
        assertEquals(12, driven.count(Effect.Look.class));
    }

    @Test
    void asksEc2AboutAFailedServerWhileThereIsALeader() {
        Driven driven = new Driven(Mode.ADVISE);
        for (int second = 0; second < 600; second++) {
            driven.on(new Event.Polled(NOW.plusSeconds(second), true, true));
        }
        // After 0, 5, 15, 35, 75 seconds, then every minute.
        assertEquals(13, driven.count(Effect.Look.class));
    }

    @Test
    void isSilentAndIdleWhileHealthy() {
        Driven driven = new Driven(Mode.AUTO);
        for (int second = 0; second < 600; second++) {
            driven.leader(second);
        }
        assertEquals(List.of(), driven.all);
    }

    @Test
    void looksAtNothingWhenItIsOff() {
        Driven driven = new Driven(Mode.OFF);
        for (int second = 0; second < 600; second++) {
            driven.noLeader(second);
        }
        assertEquals(List.of(), driven.all);
    }

    @Test
    void onlyTellsThePlanInModeAdvise() {
        Driven driven = new Driven(Mode.ADVISE).collecting();
        driven.collected(Scene.drill());
        assertInstanceOf(Phase.Planned.class, driven.machine.phase());
        assertEquals(0, driven.count(Effect.StopConsul.class));
        String hash = Scene.drill().plan().hash();
        assertTrue(driven.logged().getFirst().contains("consul-launcher recovery apply " + hash));
    }

    @Test
    void onlyTellsThePlanWhereSeveralServersHoldState() {
        Driven driven = new Driven(Mode.AUTO).collecting();
        driven.collected(Scene.of("abcde").dead("a").dead("b").dead("c").survivor("d", 5, 99));
        assertInstanceOf(Phase.Planned.class, driven.machine.phase());
    }

    @Test
    void onlyTellsThePlanOnTheDiskOfAnotherInstance() {
        Driven driven = new Driven(Mode.AUTO).collecting();
        driven.collected(Scene.drill().dead("f").owner(instance("f")));
        assertInstanceOf(Phase.Planned.class, driven.machine.phase());
    }

    @Test
    void logsADecisionOncePerChange() {
        Driven driven = new Driven(Mode.ADVISE).collecting();
        Instant at = NOW;
        for (Scene scene : List.of(
                Scene.drill().unreachable("d"),
                Scene.drill().unreachable("d"),
                Scene.drill().unreachable("e"),
                Scene.drill(),
                Scene.drill(),
                Scene.drill())) {
            driven.collected(scene);
            at = at.plusSeconds(120);
            driven.on(new Event.Polled(at, false, true));
        }
        List<String> first =
                driven.logged().stream().map(text -> text.substring(0, 8)).toList();
        assertEquals(
                List.of(
                        "recovery",
                        "recovery",
                        "plan " + Scene.drill().plan().hash().substring(0, 3)),
                first);
    }

    @Test
    void logsThatThereIsALeaderAgainOnlyIfItSaidOtherwise() {
        Driven driven = new Driven(Mode.ADVISE);
        driven.noLeader(0);
        driven.leader(1);
        assertEquals(List.of(), driven.logged());
        driven.noLeader(2);
        driven.noLeader(62);
        driven.collected(Scene.lost());
        driven.leader(63);
        assertEquals("there is a leader again", driven.logged().getLast());
    }

    @Test
    void waitsEverLongerWhileItIsBlocked() {
        Driven driven = new Driven(Mode.AUTO).collecting();
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            driven.collected(Scene.lost());
            Phase.Blocked blocked = assertInstanceOf(Phase.Blocked.class, driven.machine.phase());
            pauses.add(Duration.between(NOW, blocked.nextRound()).toSeconds());
            driven.on(new Event.Polled(blocked.nextRound().minusMillis(1), false, true));
            assertInstanceOf(Phase.Blocked.class, driven.machine.phase());
            driven.on(new Event.Polled(blocked.nextRound(), false, true));
        }
        assertEquals(List.of(5L, 10L, 20L, 40L, 60L, 60L, 60L), pauses);
    }

    @Test
    void looksAgainSoonWhileOnlyTimeIsMissingForAProof() {
        Driven driven = new Driven(Mode.AUTO).collecting();
        driven.collected(Scene.lost().state("a", InstanceState.TERMINATED).state("b", InstanceState.TERMINATED));
        Phase.Prove prove = assertInstanceOf(Phase.Prove.class, driven.machine.phase());
        assertEquals(NOW.plus(Machine.ASK), prove.nextRound());
        assertEquals(new Effect.Collect(), driven.noLeader(5).getFirst());
    }

    @Test
    void goesBackToRunAtAnyTimeBeforeItActsWhenThereIsALeader() {
        for (Scene scene : List.of(
                Scene.lost(),
                Scene.drill(),
                Scene.lost().state("a", InstanceState.TERMINATED).dead("b"))) {
            Driven driven = new Driven(Mode.ADVISE).collecting();
            driven.collected(scene);
            driven.leader(1);
            assertInstanceOf(Phase.Run.class, driven.machine.phase());
        }
        Driven collecting = new Driven(Mode.AUTO).collecting();
        collecting.leader(1);
        assertEquals(List.of(), collecting.collected(Scene.drill()));
        assertInstanceOf(Phase.Run.class, collecting.machine.phase());
    }

    @Test
    void startsConsulAgainWhenSomebodySeesALeaderWhileItIsStopped() {
        Driven driven = new Driven(Mode.AUTO).stopped();
        assertEquals(new Effect.StartConsul(), driven.leader(1).getFirst());
        assertInstanceOf(Phase.Run.class, driven.machine.phase());
    }

    @Test
    void startsConsulAsItWasIfThePlanIsAnotherOneOnceItIsStopped() {
        Driven driven = new Driven(Mode.AUTO).stopped();
        driven.collected(
                Scene.drill().self(s -> new Self(s.instanceId(), s.raftId(), "10.0.0.99:8300", true, s.raft())));
        assertInstanceOf(Phase.Blocked.class, driven.machine.phase());
        assertEquals(0, driven.count(Effect.Apply.class));
        assertEquals(1, driven.count(Effect.StartConsul.class));
    }

    @Test
    void startsConsulAsItWasIfAnythingIsDoubtfulOnceItIsStopped() {
        for (Scene scene : List.of(
                Scene.drill().unreachable("d"),
                Scene.drill().ec2Fails(Ec2Answer.Kind.THROTTLED),
                Scene.drill().leaderSeenBy("d", NOW),
                Scene.drill().owner(instance("a")),
                Scene.drill().peersFile(DataDirectory.PeersFile.STRAY))) {
            Driven driven = new Driven(Mode.AUTO).stopped();
            driven.collected(scene);
            assertInstanceOf(Phase.Blocked.class, driven.machine.phase());
            assertEquals(0, driven.count(Effect.Apply.class));
            assertEquals(1, driven.count(Effect.StartConsul.class));
        }
    }

    @Test
    void leavesConsulStoppedForTwentySecondsAtMostForASecondLook() {
        Driven driven = new Driven(Mode.AUTO).stopped();
        assertEquals(List.of(), driven.noLeader(19));
        assertEquals(List.of(new Effect.StartConsul()), driven.noLeader(20));
        assertEquals(List.of(), driven.collected(Scene.drill()));
    }

    /// However right the plan still is: meanwhile blank servers may have founded a cluster of their own.
    @Test
    void appliesNothingAfterASecondLookThatTookTooLong() {
        Driven driven = new Driven(Mode.AUTO).collecting();
        driven.collected(Scene.drill());
        driven.on(new Event.Done(NOW.minusSeconds(20)));
        assertInstanceOf(Phase.Recheck.class, driven.machine.phase());

        driven.collected(Scene.drill());
        assertInstanceOf(Phase.Blocked.class, driven.machine.phase());
        assertEquals(0, driven.count(Effect.Apply.class));
        assertEquals(1, driven.count(Effect.StartConsul.class));
    }

    @Test
    void stopsConsulEverLessOftenForNothing() {
        Driven driven = new Driven(Mode.AUTO).stopped();
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            driven.collected(Scene.drill().unreachable("d"));
            Phase.Blocked blocked = assertInstanceOf(Phase.Blocked.class, driven.machine.phase());
            pauses.add(Duration.between(NOW, blocked.nextRound()).toMinutes());
            driven.on(new Event.Polled(blocked.nextRound(), false, true));
            driven.collected(Scene.drill());
            driven.done();
        }
        assertEquals(List.of(1L, 2L, 4L, 8L, 16L, 32L, 32L), pauses);
    }

    @Test
    void isNotInterruptedWhileItWrites() {
        Driven driven = new Driven(Mode.AUTO).stopped();
        driven.collected(Scene.drill());
        assertInstanceOf(Phase.Apply.class, driven.machine.phase());
        assertEquals(List.of(), driven.leader(1));
        assertEquals(List.of(), driven.noLeader(2));
        assertInstanceOf(Phase.Apply.class, driven.machine.phase());
    }

    @Test
    void appliesWhatAPersonNamedInModeAdviseAndWithSeveralSurvivors() {
        Scene scene = Scene.of("abcde").dead("a").dead("b").dead("c").survivor("d", 5, 99);
        Driven driven = new Driven(Mode.ADVISE).collecting();
        driven.collected(scene);
        driven.on(new Event.Ordered(NOW, scene.plan().hash()));
        driven.collected(scene);
        assertInstanceOf(Phase.Stop.class, driven.machine.phase());
        driven.done();
        driven.collected(scene);
        assertInstanceOf(Phase.Apply.class, driven.machine.phase());
    }

    @Test
    void appliesNoPlanButTheOneThatAPersonNamed() {
        Driven driven = new Driven(Mode.ADVISE);
        driven.on(new Event.Ordered(NOW, "0123456789ab"));
        driven.collected(Scene.drill());
        assertInstanceOf(Phase.Planned.class, driven.machine.phase());
        assertEquals(0, driven.count(Effect.StopConsul.class));
    }

    @Test
    void appliesWhatAPersonNamedEvenIfItIsOff() {
        Driven driven = new Driven(Mode.OFF);
        driven.on(new Event.Ordered(NOW, Scene.drill().plan().hash()));
        driven.collected(Scene.drill());
        assertInstanceOf(Phase.Stop.class, driven.machine.phase());
    }

    @Test
    void tellsAPersonThatThereIsALeaderInsteadOfApplying() {
        Driven driven = new Driven(Mode.ADVISE);
        driven.on(new Event.Ordered(NOW, Scene.drill().plan().hash()));
        driven.leader(1);
        driven.collected(Scene.drill().leaderSeenBy("c", NOW));
        assertTrue(driven.logged().getFirst().startsWith("no recovery: a leader was seen"));
        driven.leader(2);
        assertInstanceOf(Phase.Run.class, driven.machine.phase());
    }

    @ParameterizedTest
    @EnumSource(names = {"STOP_FAILED", "APPLY_FAILED", "VERIFY_FAILED"})
    void isBlockedWithTheNextStepWhenActingFails(Reason reason) {
        Driven driven = new Driven(Mode.AUTO).collecting();
        driven.collected(Scene.drill());
        if (reason != Reason.STOP_FAILED) {
            driven.done();
            driven.collected(Scene.drill());
        }
        if (reason == Reason.VERIFY_FAILED) {
            driven.done();
        }
        driven.on(new Event.Failed(NOW, "disk full"));
        assertInstanceOf(Phase.Blocked.class, driven.machine.phase());
        String last = driven.logged().getLast();
        assertTrue(last.contains(reason.what()) && last.contains("disk full") && !last.contains("{}"), last);
        assertEquals(reason == Reason.APPLY_FAILED ? 1 : 0, driven.count(Effect.StartConsul.class));
        driven.leader(1);
        assertInstanceOf(Phase.Run.class, driven.machine.phase());
    }

    @Test
    void triesAgainWhenTheFactsCouldNotBeGathered() {
        Driven driven = new Driven(Mode.AUTO).collecting();
        driven.on(new Event.Failed(NOW, "input/output error"));

        assertInstanceOf(Phase.Blocked.class, driven.machine.phase());
        assertTrue(driven.logged().getLast().contains(Reason.NOT_GATHERED.what()));
        driven.noLeader(5);
        assertInstanceOf(Phase.Collect.class, driven.machine.phase());
        driven.on(new Event.Failed(NOW.plusSeconds(5), "input/output error"));
        driven.noLeader(14);
        assertInstanceOf(Phase.Blocked.class, driven.machine.phase(), "less often");
    }

    @Test
    void startsConsulAsItWasWhenTheFactsCouldNotBeGatheredWithItStopped() {
        Driven driven = new Driven(Mode.AUTO).collecting();
        driven.collected(Scene.drill());
        driven.done();
        assertInstanceOf(Phase.Recheck.class, driven.machine.phase());
        driven.on(new Event.Failed(NOW, "input/output error"));

        assertInstanceOf(Phase.Blocked.class, driven.machine.phase());
        assertEquals(1, driven.count(Effect.StartConsul.class));
        assertEquals(0, driven.count(Effect.Apply.class));
    }
}
