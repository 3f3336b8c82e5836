package consul.launcher.recovery;

import static consul.launcher.recovery.Scene.NOW;
import static consul.launcher.recovery.Scene.address;
import static consul.launcher.recovery.Scene.id;
import static consul.launcher.recovery.Scene.instance;
import static consul.launcher.recovery.Scene.server;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// I1 to I8, as far as a decision can break them; I6 is also [ProofLedgerTest]'s, I9 [MachineTest]'s and
/// [ResumeTest]'s.
class InvariantsTest {

    private static void assertBlocked(Reason reason, Scene scene) {
        Decision decision = scene.decision();
        assertTrue(decision instanceof Decision.Blocked blocked && blocked.reason() == reason, decision.line());
    }

    private static void assertNotNeeded(Decision.NotNeeded.Why why, Scene scene) {
        Decision decision = scene.decision();
        assertTrue(decision instanceof Decision.NotNeeded none && none.why() == why, decision.line());
    }

    private static RaftState state(long term, long index, RaftServer... servers) {
        return new RaftState(List.of(servers), 1, term, index, index);
    }

    @Nested
    class I1OldQuorumImpossible {

        @Test
        void isNotShownByOneDeadAndOneSilentOfThree() {
            assertBlocked(Reason.ALIVE, Scene.of("abc").dead("a").unreachable("b"));
        }

        @Test
        void isNotShownByTwoDeadOfFive() {
            assertBlocked(
                    Reason.ALIVE,
                    Scene.of("abcde").dead("a").dead("b").unreachable("c").unreachable("d"));
        }

        @Test
        void isNotShownByTwoDeadOfFour() {
            // Two of four are no majority, but three would be needed: with two dead, two live, and that is none.
            Plan plan =
                    Scene.of("abcd").dead("a").dead("b").survivor("c", 5, 99).plan();
            assertEquals(List.of(instance("d"), instance("c")), plan.survivors());
            assertBlocked(
                    Reason.ALIVE, Scene.of("abcd").dead("a").unreachable("b").unreachable("c"));
        }

        @Test
        void holdsForTheConfigurationOfEverySurvivor() {
            // This one was cut off before d, e, f, g came: by their configuration nobody is missing.
            RaftState later = state(6, 200, server("c", true), server("d", true), server("e", true), server("f", true));
            assertBlocked(
                    Reason.ALIVE,
                    Scene.drill()
                            .answers("d", later)
                            .unreachable("e")
                            .state("f", InstanceState.RUNNING)
                            .gossip("f", Member.Status.FAILED));
        }

        @Test
        void countsVotersOnly() {
            RaftState raft = state(5, 100, server("a", true), server("b", true), server("c", true), server("d", false));
            Scene scene = Scene.drill()
                    .self(s -> new Self(s.instanceId(), s.raftId(), s.address(), true, Optional.of(raft)))
                    .answers("d", raft);
            assertEquals(List.of(instance("c"), instance("d")), scene.plan().survivors());
        }

        @Test
        void isNotHeldUpByASurvivorThatTookInThePlanAlready() {
            Scene scene = Scene.of("abcde").dead("a").dead("b").dead("c");
            Plan before = scene.survivor("d", 5, 99).plan();
            Plan after = scene.answers("d", state(5, 99, server("d", false), server("e", true)))
                    .plan();
            assertEquals(before.hash(), after.hash());
        }

        @Test
        void isNotShownForARaftIdWhoseDiskMovedToALivingInstance() {
            // The disk of b came back with d: as a voter it answers, so there is a majority.
            assertNotNeeded(
                    Decision.NotNeeded.Why.QUORUM_ANSWERS,
                    Scene.drill()
                            .answer(
                                    "d",
                                    instance("d"),
                                    id("b"),
                                    address("d"),
                                    Scene.of("abc").raft(5, 101)));
        }

        @Test
        void isNotShownForARaftIdThatWasSeenOnAnInstanceThatMayLive() {
            Member moved = new Member(instance("d"), id("b"), address("d"), Member.Status.FAILED, true);
            assertBlocked(Reason.ALIVE, Scene.drill().unreachable("d").member("d", moved));
        }
    }

    @Nested
    class I2ClosedWorld {

        @Test
        void isOpenWhileAnInstanceWithTheTagIsSilent() {
            assertBlocked(Reason.NO_ANSWER, Scene.drill().state("f", InstanceState.PENDING));
        }

        @Test
        void isOpenWhileALivingServerInGossipIsSilent() {
            assertBlocked(
                    Reason.NO_ANSWER,
                    Scene.drill()
                            .gossip("f", Member.Status.ALIVE)
                            .state("f", InstanceState.RUNNING)
                            .untagged("f"));
        }

        @Test
        void isOpenWhileAVoterIsNeitherDeadNorAnswers() {
            assertBlocked(
                    Reason.NO_ANSWER,
                    Scene.of("abcde")
                            .dead("a")
                            .dead("b")
                            .dead("c")
                            .unreachable("d")
                            .untagged("d"));
        }

        @Test
        void isOpenWhileANonVoterIsNeitherDeadNorAnswers() {
            RaftState raft = state(5, 100, server("a", true), server("b", true), server("c", true), server("f", false));
            assertBlocked(
                    Reason.NAME_UNKNOWN,
                    Scene.drill()
                            .self(s -> new Self(s.instanceId(), s.raftId(), s.address(), true, Optional.of(raft))));
        }

        @Test
        void isOpenWithoutAListOfTheTagEvenIfEveryVoterIsProvenDead() {
            assertBlocked(Reason.EC2_UNREACHABLE, Scene.drill().ec2Fails(Ec2Answer.Kind.UNREACHABLE));
        }

        @Test
        void doesNotTakeAnOldAnswerForAnAnswer() {
            Answer old = new Answer.Told(
                    instance("d"),
                    NOW.minusSeconds(31),
                    id("d"),
                    address("d"),
                    true,
                    RaftState.blank(),
                    Optional.empty());
            assertBlocked(Reason.NO_ANSWER, Scene.drill().answer("d", old));
        }

        @Test
        void isClosedByAClientWithTheTag() {
            Answer client = new Answer.Told(
                    instance("f"), NOW, id("f"), address("f"), false, RaftState.blank(), Optional.empty());
            Scene.drill().state("f", InstanceState.RUNNING).answer("f", client).plan();
        }

        @Test
        void leavesNobodyOutOfThePlan() {
            Plan plan = Scene.of("abcde")
                    .dead("a")
                    .dead("b")
                    .dead("c")
                    .survivor("d", 5, 99)
                    .plan();
            assertEquals(List.of(id("e"), id("d")), plan.raftIds());
            assertEquals(Set.of(Plan.ByHand.SEVERAL_HOLDERS), plan.byHand());
        }
    }

    @Nested
    class I3NoLeader {

        @Test
        void mayHaveBeenSeenHereWithinTheConfirmationTime() {
            assertNotNeeded(Decision.NotNeeded.Why.LEADER, Scene.drill().leaderSeenBy("c", NOW.minusSeconds(59)));
            Scene.drill().leaderSeenBy("c", NOW.minusSeconds(60)).plan();
        }

        @Test
        void mayHaveBeenSeenElsewhere() {
            assertNotNeeded(Decision.NotNeeded.Why.LEADER, Scene.drill().leaderSeenBy("d", NOW.minusSeconds(59)));
        }

        @Test
        void mayBeKnownToAnotherServerRightNow() {
            Answer knows = new Answer.Told(
                    instance("d"), NOW, id("d"), address("d"), true, RaftState.blank(), Optional.of(address("a")));
            assertNotNeeded(Decision.NotNeeded.Why.LEADER, Scene.drill().answer("d", knows));
        }

        @Test
        void isNotKnownBeforeItWasWatchedForTheConfirmationTime() {
            assertNotNeeded(Decision.NotNeeded.Why.CONFIRMING, Scene.drill().watchedSince(NOW.minusSeconds(59)));
        }
    }

    @Nested
    class I4BestLogWins {

        private Scene survivors(long term, long index) {
            return Scene.of("abcde").dead("a").dead("b").dead("c").survivor("d", term, index);
        }

        @Test
        void byTheLongerLogOfTheSameTerm() {
            assertEquals(instance("d"), survivors(5, 101).plan().voter());
            assertEquals(instance("e"), survivors(5, 99).plan().voter());
        }

        @Test
        void byTheLaterTermBeforeTheLongerLog() {
            assertEquals(instance("d"), survivors(6, 50).plan().voter());
            assertEquals(instance("e"), survivors(4, 5000).plan().voter());
        }

        @Test
        void asTheOnlyVoter() {
            String json = survivors(6, 50).plan().peersJson();
            assertEquals("""
                    [
                      {"id": "id-d", "address": "10.0.0.13:8300", "non_voter": false},
                      {"id": "id-e", "address": "10.0.0.14:8300", "non_voter": true}
                    ]
                    """, json);
        }

        @Test
        void onEverySurvivorAlike() {
            for (long index : new long[] {99, 100, 101}) {
                Plan onE = survivors(5, index).plan();
                RaftState d = Scene.of("abced").raft(5, index);
                Scene other = Scene.of("abced")
                        .dead("a")
                        .dead("b")
                        .dead("c")
                        .survivor("e", 5, 100)
                        .self(s -> new Self(s.instanceId(), s.raftId(), s.address(), true, Optional.of(d)));
                Plan onD = other.plan();
                assertEquals(onE.hash(), onD.hash());
                assertEquals(onE.peersJson(), onD.peersJson());
                assertEquals(onE.survivors(), onD.survivors());
            }
            assertNotEquals(
                    survivors(5, 99).plan().hash(), survivors(5, 101).plan().hash());
        }
    }

    @Nested
    class I5BoundedLoss {

        @Test
        void isRefusedAboveTheLargestAllowed() {
            assertBlocked(Reason.LOSS_TOO_LARGE, Scene.drill().maxLoss(Duration.ofSeconds(9)));
            Scene.drill().maxLoss(Duration.ofSeconds(10)).plan();
        }

        @Test
        void isRefusedWhileThereIsNoBound() {
            assertBlocked(Reason.LOSS_TOO_LARGE, unwatched().maxLoss(Duration.ofDays(365)));
        }

        @Test
        void isLeftToTheOperatorWhoAllowsAny() {
            assertTrue(unwatched().maxLoss(Settings.ANY_LOSS).plan().text().contains("Loss: unknown, possibly large"));
        }

        @Test
        void isSaidAloud() {
            String text = Scene.drill().plan().text();
            assertTrue(text.contains("Loss: at most 10 s of acknowledged writes"), text);
        }

        private Scene unwatched() {
            return Scene.drill()
                    .ledger(l -> new ProofLedger(l.proofs(), l.seen(), l.names(), Optional.empty(), l.completeAt()));
        }
    }

    @Nested
    class I7ADiskBelongsToItsInstance {

        @Test
        void soTheStateOfAnotherOneIsLeftToAPerson() {
            Plan plan = Scene.drill().dead("f").owner(instance("f")).plan();
            assertEquals(Set.of(Plan.ByHand.FOREIGN_DISK), plan.byHand());
            assertTrue(plan.text().contains("no: the data directory was written by another instance"), plan.text());
        }

        @Test
        void andItsWriterMayStillLive() {
            assertBlocked(
                    Reason.NO_ANSWER,
                    Scene.drill()
                            .state("f", InstanceState.RUNNING)
                            .untagged("f")
                            .owner(instance("f")));
        }

        @Test
        void soOneWithoutAnOwnerIsLeftToAPerson() {
            Plan plan = Scene.drill()
                    .data(d -> new DataDirectory(d.path(), Optional.empty(), d.peersFile(), d.peersInfo()))
                    .plan();
            assertEquals(Set.of(Plan.ByHand.OWNER_UNKNOWN), plan.byHand());
        }

        @Test
        void andOnItsOwnTheLauncherMayAct() {
            assertEquals(Set.of(), Scene.drill().plan().byHand());
        }
    }

    @Nested
    class I8AStrayPeersJsonIsTheOperators {

        @Test
        void soNothingIsPlannedOverIt() {
            assertBlocked(Reason.STRAY_PEERS_JSON, Scene.drill().peersFile(DataDirectory.PeersFile.STRAY));
        }

        @Test
        void butOneOfOursIsNoObstacle() {
            Scene.drill().peersFile(DataDirectory.PeersFile.OURS).plan();
        }
    }
}
