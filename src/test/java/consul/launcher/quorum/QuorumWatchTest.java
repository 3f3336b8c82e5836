package consul.launcher.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.aws.Ec2Instance;
import consul.launcher.recovery.Journal;
import consul.launcher.recovery.Mode;
import consul.launcher.testkit.HeldAndByName;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The actors, from what a server's launcher sees to what it does, on real files.
@Timeout(120)
@HeldAndByName
final class QuorumWatchTest {

    @TempDir
    private Path data;

    private Watched it;

    @BeforeEach
    void open() throws IOException {
        it = new Watched(data);
    }

    @AfterEach
    void close() {
        it.close();
    }

    @Test
    @DisplayName("F2: status tells of the missing leader with the first look, and of what was decided later")
    void tellsOfTheMissingLeaderAtOnce() throws IOException {
        it.mode = Mode.ADVISE;
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();
        Instant lost = it.now;

        watch.look(Watched.pulse(false));

        Orders orders = new Orders(it.place, () -> lost.plusSeconds(3));
        assertEquals(
                "as of " + lost + "\nthere has been no leader for 3 s, since " + lost
                        + "\nunless one is seen, it is decided in 7 s, at " + lost.plusSeconds(10)
                        + ", what can be done (CONSUL_QUORUM_RECOVERY_CONFIRM)\n",
                orders.report());
        assertTrue(orders.status().contains("not proven yet  " + it.second.name), orders::toString);
        it.leaderless(watch);
        String decided = orders.report();
        assertTrue(decided.contains("\nthere has been no leader for 3 s, since " + lost + "\n"), decided);
        assertTrue(decided.contains("By hand: consul-launcher recovery apply "), decided);
    }

    @Test
    @DisplayName("D11: without space for a copy of the raft directory, Consul isn't stopped")
    void stopsNothingWithoutSpaceForTheCopy() throws IOException {
        Path wal = Files.createDirectories(data.resolve("raft/wal"));
        try (RandomAccessFile segment =
                new RandomAccessFile(wal.resolve("1-0.wal").toFile(), "rw")) {
            segment.setLength(1L << 43);
        }
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();

        it.leaderless(watch);

        assertEquals(List.of(), it.process.did);
        assertTrue(
                it.said()
                        .contains("recovery blocked: Consul was not stopped, nothing was changed: a copy of "
                                + it.place.raft() + " needs 8796093022215 bytes, free are "),
                it::said);
        assertTrue(Files.notExists(it.place.journal()));
    }

    @Test
    void recoversAsTheOnlyHolderOfRaftState() throws IOException {
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();

        assertTrue(it.lookUntil(watch, () -> !it.own.leader.isEmpty()), it::said);

        assertEquals(3, it.process.did.size(), it.process.did::toString);
        assertEquals("stop", it.process.did.get(0));
        assertEquals("start", it.process.did.get(1));
        assertEquals("""
                took in [
                  {"id": "id-a", "address": "10.0.0.1:8300", "non_voter": false}
                ]
                """, it.process.did.get(2));
        assertTrue(it.audit().contains("applying plan "), it::audit);
        assertTrue(it.audit().contains(" is verified: there is a leader"), it::audit);
        assertFalse(Files.exists(it.place.journal()));
        assertTrue(it.said().contains("[WARN]  launcher: recovered by plan "), it::said);
    }

    @Test
    void asksEc2OnlyOnceSomethingIsWrong() throws IOException {
        QuorumWatch watch = it.watch();
        it.calm(watch);
        assertEquals(0, it.ec2.asked);

        it.own.members = List.of(it.own.as(consul.launcher.recovery.Member.Status.FAILED));
        it.pass(Duration.ofSeconds(30));
        watch.look(Watched.pulse(true));
        watch.look(Watched.pulse(true));

        assertTrue(it.ec2.asked > 0, "a failed server is looked at before the quorum is lost");
    }

    @Test
    void advisesAndAppliesWhatAPersonOrders() throws IOException {
        it.mode = Mode.ADVISE;
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();

        it.leaderless(watch);
        assertEquals(List.of(), it.process.did);
        Orders orders = new Orders(it.place, () -> it.now);
        String planned = orders.planned().orElseThrow();
        assertEquals(1, it.said().split("By hand: ", -1).length - 1, "said once: " + it.said());

        orders.give("0123456789ab");
        it.leaderless(watch);
        assertEquals(List.of(), it.process.did, "another plan than the ordered one");

        orders.give(planned);
        assertTrue(it.lookUntil(watch, () -> !it.own.leader.isEmpty()), it::said);
        assertFalse(Files.exists(it.place.order()));
    }

    @Test
    void forgetsWhatAnEarlierLauncherWasOrdered() throws IOException {
        it.place.create();
        new Orders(it.place, () -> it.now).give("0123456789ab");

        it.watch();

        assertFalse(Files.exists(it.place.order()));
    }

    @Test
    void doesNothingInModeOffWhateverHappens() throws IOException {
        it.mode = Mode.OFF;
        QuorumWatch watch = it.watch();
        it.lose();
        it.leaderless(watch);

        assertEquals(List.of(), it.process.did);
        assertEquals(0, it.ec2.asked);
    }

    @Test
    void startsConsulAsItWasIfADoubtArisesWhileItIsStopped() throws IOException {
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();
        it.process.onStop = () -> it.ec2.states.put("i-0000000d", Ec2Instance.State.RUNNING);

        assertTrue(it.lookUntil(watch, () -> it.process.did.contains("start")), it::said);

        assertEquals(List.of("stop", "start"), it.process.did);
        assertFalse(Files.exists(it.place.journal()));
        assertEquals("", it.audit());
        assertTrue(it.said().contains("an instance that could hold raft state did not answer"), it::said);
    }

    @Test
    void doesNotStopConsulIfALeaderAppearsAfterTheFactsWereGathered() throws IOException {
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();
        // The proof is the last fact that is gathered.
        it.own.onAsked = question -> {
            if (question.equals("/v1/status/leader")
                    && Watched.read(it.place.ledger()).contains("dead " + it.third.name)) {
                it.own.leader = it.own.raftAddress();
            }
        };

        it.lookUntil(watch, () -> !it.own.leader.isEmpty());
        watch.look(Watched.pulse(true));

        assertEquals(List.of(), it.process.did);
        assertTrue(it.said().contains("[INFO]  launcher: there is a leader again"), it::said);
        assertFalse(it.said().contains("[ERROR]"), "E: a leader is no error: " + it.said());
    }

    @Test
    void leavesAPeersJsonAloneThatAppearsWhileConsulIsStopped() throws IOException {
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();
        it.process.onStop = () -> write(it.place.peersJson(), "[]");
        it.process.elects = false;

        assertTrue(it.lookUntil(watch, () -> it.process.did.contains("start")), it::said);

        assertEquals(
                List.of("stop", "start", "took in []"), it.process.did, "Consul took in the operator's, unchanged");
        assertTrue(it.said().contains("there is a raft/peers.json that the launcher did not write"), it::said);
        assertEquals("", it.audit());
    }

    @Test
    void leavesTheDiskOfAnotherInstanceToAPerson() throws IOException {
        it.place.create();
        Files.writeString(it.place.owner(), "i-0000000f\n");
        it.ec2.states.put("i-0000000f", Ec2Instance.State.TERMINATED);
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();
        it.leaderless(watch);

        assertEquals(List.of(), it.process.did);
        assertEquals("i-0000000f\n", Files.readString(it.place.owner()));
        assertTrue(it.said().contains("was written by i-0000000f, this is i-0000000a"), it::said);
        assertTrue(it.said().contains("the data directory was written by another instance"), it::said);
    }

    @Test
    void knowsWhoseDiskItIsOnceThereIsALeader() throws IOException {
        QuorumWatch watch = it.watch();
        watch.look(Watched.pulse(false));
        assertFalse(Files.exists(it.place.owner()));
        watch.look(Watched.pulse(true));
        assertEquals("i-0000000a\n", Files.readString(it.place.owner()));
    }

    @Test
    void takesOverNoBlankDisk() throws IOException {
        it.own.configuration = List.of();
        QuorumWatch watch = it.watch();
        watch.look(Watched.pulse(true));

        assertFalse(Files.exists(it.place.owner()));
    }

    @Test
    void recoversAfterARestartInTheMidstOfTheOutage() throws IOException {
        QuorumWatch first = it.watch();
        it.calm(first);
        it.lose();
        first.look(Watched.pulse(false));
        it.pass(Duration.ofSeconds(5));
        first.look(Watched.pulse(false));
        // Consul 1.8.7 waits and then refuses its configuration if it has heard of no leader since its start.
        it.own.contact = "never";

        QuorumWatch second = it.watch();
        assertTrue(it.lookUntil(second, () -> it.process.did.contains("stop")), it::said);
        assertEquals("start", it.process.did.get(1));
    }

    @Test
    void confirmsAnewAfterAGap() throws IOException {
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();
        for (int i = 0; i < 4; i++) {
            watch.look(Watched.pulse(false));
            // Longer than a pause between two looks: a leader may have come and gone.
            it.pass(Duration.ofSeconds(25));
        }

        assertEquals(List.of(), it.process.did);
    }

    @Test
    void startsConsulAgainAfterABugInTheMidstOfIt() throws IOException {
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();
        it.process.onStop = () -> it.ec2.onAsked = () -> {
            throw new IllegalStateException("a bug");
        };

        assertTrue(it.lookUntil(watch, () -> it.process.did.contains("start")), it::said);
        it.leaderless(watch);

        assertEquals(List.of("stop", "start"), it.process.did.subList(0, 2));
        assertTrue(it.process.runs);
        assertTrue(it.said().contains("a bug, please report it: java.lang.IllegalStateException"), it::said);
    }

    @Test
    void startsConsulAgainEvenIfMemoryRunsOut() throws IOException {
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();
        it.deadly = "starting Consul with plan";

        assertTrue(it.lookUntil(watch, () -> it.process.did.contains("start")), it::said);

        assertEquals(List.of("stop", "start"), it.process.did);
        assertFalse(Files.exists(it.place.peersJson()));
        assertTrue(it.said().contains("a bug, please report it: java.lang.OutOfMemoryError"), it::said);

        // It is tried again.
        assertTrue(it.lookUntil(watch, () -> !it.own.leader.isEmpty()), it::said);
    }

    @Test
    void changesNothingThatItCanNotWriteDown() throws IOException {
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();
        Files.createDirectories(it.place.audit());

        assertTrue(it.lookUntil(watch, () -> it.process.did.contains("start")), it::said);

        assertEquals(List.of("stop", "start"), it.process.did);
        assertFalse(Files.exists(it.place.peersJson()));
        assertTrue(it.said().contains("the plan could not be written, Consul runs with the old state"), it::said);
    }

    @Test
    void startsConsulAsItWasIfTheJournalCanNotBeKept() throws IOException {
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();
        it.process.onStop = () -> directory(it.place.planned().resolve("in the way"));

        assertTrue(it.lookUntil(watch, () -> it.process.runs && it.process.did.contains("stop")), it::said);

        assertTrue(it.said().contains("the plan could not be written"), it::said);
        assertFalse(Files.exists(it.place.peersJson()));
    }

    @Test
    void goesOnWithoutAReportOrALedgerThatCanBeKept() throws IOException {
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();
        Files.delete(it.place.ledger());
        directory(it.place.ledger().resolve("in the way"));
        directory(it.place.report().resolve("in the way"));

        assertTrue(it.lookUntil(watch, () -> !it.own.leader.isEmpty()), it::said);

        assertEquals(1, it.said().split("the proofs of death can't be kept", -1).length - 1, it::said);
    }

    @Test
    void isNotStoppedByADataDirectoryThatCanNotBeRead() throws IOException {
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();
        Files.delete(it.place.owner());
        directory(it.place.owner());
        it.leaderless(watch);
        assertEquals(List.of(), it.process.did);
        assertTrue(it.said().contains("recovery blocked: the facts could not be gathered"), it::said);

        Files.delete(it.place.owner());
        Files.writeString(it.place.owner(), it.own.name);
        assertTrue(it.lookUntil(watch, () -> !it.own.leader.isEmpty()), it::said);
    }

    @Test
    void watchesOnceItsFilesCanBeReadThatCouldNotAtFirst() throws IOException {
        directory(it.place.owner());
        QuorumWatch watch = it.unopened();
        it.calm(watch);
        assertEquals(1, it.said().split("the quorum isn't watched, which is tried", -1).length - 1, it::said);

        Files.delete(it.place.owner());
        it.calm(watch);
        it.lose();
        assertTrue(it.lookUntil(watch, () -> !it.own.leader.isEmpty()), it::said);
    }

    @Test
    void takesThePlanBackIfConsulDoesNotStart() throws IOException {
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();
        it.process.onStop = () -> it.process.broken = "can't start Consul";

        assertTrue(it.lookUntil(watch, () -> it.process.did.contains("start")), it::said);

        assertEquals(List.of("stop", "start"), it.process.did, "without the plan");
        assertFalse(Files.exists(it.place.journal()));
    }

    @Test
    void takesThePlanBackIfConsulRanAllTheTime() throws IOException {
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();
        it.process.onStop = () -> it.process.runs = true;

        assertTrue(it.lookUntil(watch, () -> it.said().contains("Consul ran, although")), it::said);

        assertEquals(List.of("stop"), it.process.did);
        assertFalse(Files.exists(it.place.peersJson()));
        assertFalse(Files.exists(it.place.journal()));
    }

    @Test
    void saysSoIfTheClusterIsNotAsPlannedAndSettlesItLater() throws IOException {
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();
        it.process.elects = false;
        it.own.onAsked = question -> {
            if (!it.process.did.isEmpty() && question.equals("/v1/status/leader")) {
                it.pass(Duration.ofSeconds(50));
            }
        };

        assertTrue(it.lookUntil(watch, () -> it.said().contains("not as planned")), it::said);
        assertEquals(Journal.Step.START, it.place.readJournal().orElseThrow().step());
        assertTrue(it.audit().contains("is not verified: there is no leader"), it::audit);

        it.own.onAsked = _ -> {};
        it.own.configuration = List.of(it.own.asVoter());
        it.own.leader = it.own.raftAddress();
        it.pass(Duration.ofMinutes(1));
        watch.look(Watched.pulse(true));

        assertFalse(Files.exists(it.place.journal()));
        assertTrue(it.audit().contains("was cut off after Consul took it in; verified"), it::audit);
    }

    @Test
    void isNotVerifiedBeforeTheWholeOldLogIsApplied() throws IOException {
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();
        it.own.applied = 99;
        it.own.onAsked = question -> {
            if (it.process.did.contains("start") && question.equals("/v1/agent/self")) {
                it.pass(Duration.ofSeconds(70));
            }
        };

        it.lookUntil(watch, () -> it.audit().contains("verified"));

        assertTrue(it.audit().contains("is not verified: entry 99 is applied, the log had 100"), it::audit);
    }

    @Test
    void isNotVerifiedWithoutThePlannedServers() throws IOException {
        QuorumWatch watch = it.watch();
        it.calm(watch);
        it.lose();
        it.own.onAsked = question -> {
            if (it.process.did.contains("start") && question.startsWith("/v1/operator/raft")) {
                it.pass(Duration.ofSeconds(70));
                it.own.configuration = List.of(it.second.asVoter());
            }
        };

        it.lookUntil(watch, () -> it.audit().contains("verified"));

        assertTrue(it.audit().contains("is not verified: the configuration lacks id-a"), it::audit);
    }

    @Test
    void takesNoJournalForAPlanThatConsulTookInBeforeItWasStarted() throws IOException {
        it.place.create();
        Keeping.write(it.place.journal(), new Journal("0123456789ab", Journal.Step.WRITE).line());
        QuorumWatch watch = it.watch();
        it.calm(watch);

        assertEquals("", it.audit());
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void directory(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
