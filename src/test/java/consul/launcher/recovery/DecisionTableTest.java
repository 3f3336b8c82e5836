package consul.launcher.recovery;

import static consul.launcher.recovery.Scene.NOW;
import static consul.launcher.recovery.Scene.address;
import static consul.launcher.recovery.Scene.id;
import static consul.launcher.recovery.Scene.instance;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The decision table, a row a case, and what is said where nothing is done.
class DecisionTableTest {

    /// @param decision `recover`, or what [Decision#key] begins with
    record Row(String scenario, Scene scene, String decision) {
        @Override
        public String toString() {
            return scenario;
        }
    }

    static Stream<Row> rows() {
        return Stream.of(
                new Row("3 servers, 2 terminated and replaced", Scene.drill(), "recover"),
                new Row(
                        "the same, and not yet replaced",
                        Scene.of("abc").dead("a").dead("b"),
                        "recover"),
                new Row(
                        "the same, the dead purged from EC2 and reaped from gossip",
                        Scene.drill().purged("a").purged("b").reaped("a").reaped("b"),
                        "recover"),
                new Row("3 servers, 1 terminated", Scene.of("abc").dead("a").survivor("b", 5, 99), "QUORUM_ANSWERS"),
                new Row(
                        "3 servers, all alive",
                        Scene.of("abc").survivor("a", 5, 99).survivor("b", 5, 99),
                        "QUORUM_ANSWERS"),
                new Row(
                        "leader flapping, quorum alive",
                        Scene.of("abc")
                                .survivor("a", 5, 99)
                                .survivor("b", 5, 99)
                                .leaderSeenBy("c", NOW.minusSeconds(20)),
                        "LEADER"),
                new Row(
                        "3 servers, 2 stopped",
                        Scene.of("abc").stopped("a", InstanceState.STOPPED).stopped("b", InstanceState.STOPPED),
                        "MAY_COME_BACK[i-0000000a, i-0000000b]"),
                new Row(
                        "3 servers, 2 stopping or shutting-down",
                        Scene.of("abc").stopped("a", InstanceState.STOPPING).stopped("b", InstanceState.SHUTTING_DOWN),
                        "MAY_COME_BACK[i-0000000a, i-0000000b]"),
                new Row(
                        "3 servers, 1 terminated, 1 stopped",
                        Scene.of("abc").dead("a").stopped("b", InstanceState.STOPPED),
                        "MAY_COME_BACK[i-0000000b]"),
                new Row(
                        "2 unreachable, EC2 says running",
                        Scene.of("abc").unreachable("a").unreachable("b"),
                        "ALIVE[i-0000000a, i-0000000b]"),
                new Row("EC2 API down", Scene.lost().ec2Fails(Ec2Answer.Kind.UNREACHABLE), "EC2_UNREACHABLE"),
                new Row("EC2 API denied", Scene.lost().ec2Fails(Ec2Answer.Kind.DENIED), "EC2_DENIED"),
                new Row("EC2 API throttled", Scene.lost().ec2Fails(Ec2Answer.Kind.THROTTLED), "EC2_THROTTLED"),
                new Row(
                        "EC2 API of the wrong region",
                        Scene.lost().ec2Fails(Ec2Answer.Kind.WRONG_REGION),
                        "EC2_WRONG_REGION"),
                new Row("a page is missing", Scene.lost().ec2Fails(Ec2Answer.Kind.INCOMPLETE), "EC2_INCOMPLETE"),
                new Row("id not found", Scene.lost().purged("a").purged("b"), "NOT_FOUND[i-0000000a, i-0000000b]"),
                new Row(
                        "terminated, but seen so only once",
                        Scene.lost().state("a", InstanceState.TERMINATED).state("b", InstanceState.TERMINATED),
                        "PROOF_INCOMPLETE[i-0000000a, i-0000000b]"),
                new Row(
                        "5 servers, 3 terminated, 2 survivors",
                        Scene.of("abcde").dead("a").dead("b").dead("c").survivor("d", 5, 99),
                        "recover"),
                new Row(
                        "the same, survivors can't see each other",
                        Scene.of("abcde").dead("a").dead("b").dead("c").unreachable("d"),
                        "NO_ANSWER[i-0000000d]"),
                new Row("all replaced, nobody holds raft state", Scene.of("c").blank(), "NO_SURVIVOR"),
                new Row(
                        "this one is blank, a survivor is elsewhere",
                        Scene.of("c")
                                .blank()
                                .answers("a", Scene.of("abd").raft(5, 100))
                                .dead("b")
                                .dead("d"),
                        "NOT_A_HOLDER"),
                new Row(
                        "a living voter re-uses a dead one's IP",
                        Scene.of("abc")
                                .dead("a")
                                .answer(
                                        "b",
                                        instance("b"),
                                        id("b"),
                                        address("a"),
                                        Scene.of("abc").raft(5, 99)),
                        "QUORUM_ANSWERS"),
                new Row(
                        "a newcomer re-uses a dead one's IP",
                        Scene.of("abc")
                                .dead("a")
                                .dead("b")
                                .state("d", InstanceState.RUNNING)
                                .answer("d", instance("d"), id("d"), address("a"), RaftState.blank()),
                        "recover"),
                new Row(
                        "ACLs deny operator:read",
                        Scene.lost().denied("operator = \"read\""),
                        "ACL_DENIED[operator = \"read\"]"),
                new Row(
                        "another server's ACLs deny agent:read",
                        Scene.drill()
                                .answer("d", new Answer.Refused(instance("d"), NOW, "agent_prefix \"\" = \"read\"")),
                        "ACL_DENIED[agent_prefix \"\" = \"read\"]"),
                new Row("confirmation time not over", Scene.drill().watchedSince(NOW.minusSeconds(59)), "CONFIRMING"),
                new Row(
                        "this agent is a client",
                        Scene.drill().self(s -> new Self(s.instanceId(), s.raftId(), s.address(), false, s.raft())),
                        "CLIENT"),
                new Row("a newcomer is silent", Scene.drill().unreachable("d"), "NO_ANSWER[i-0000000d]"),
                new Row(
                        "a newcomer is stopped",
                        Scene.drill().stopped("d", InstanceState.STOPPED),
                        "MAY_COME_BACK[i-0000000d]"),
                new Row("a voter is no instance", Scene.lost().renamed("a", "web-1"), "NOT_AN_INSTANCE[web-1]"),
                new Row("a voter was never seen", Scene.lost().forgotten("a"), "NAME_UNKNOWN[id-a]"),
                new Row(
                        "the agent does not answer",
                        Scene.lost()
                                .self(s -> new Self(s.instanceId(), s.raftId(), s.address(), true, Optional.empty())),
                        "NO_LOCAL_ANSWER"),
                new Row(
                        "no EC2 instance",
                        Scene.drill().self(s -> new Self("", s.raftId(), s.address(), true, s.raft())),
                        "NO_INSTANCE_ID"),
                new Row(
                        "no tag configured",
                        Scene.drill()
                                .settings(s -> new Settings(s.mode(), s.confirmation(), s.maxLoss(), Optional.empty())),
                        "NO_TAG"),
                new Row("own instance without the tag", Scene.drill().untagged("c"), "OWN_INSTANCE_UNSEEN[i-0000000c]"),
                new Row("EC2 was asked too long ago", Scene.drill().askedAt(NOW.minusSeconds(31)), "EC2_NOT_ASKED"),
                new Row(
                        "a peers.json of an operator",
                        Scene.drill().peersFile(DataDirectory.PeersFile.STRAY),
                        "STRAY_PEERS_JSON"),
                new Row(
                        "no peers.info",
                        Scene.drill().data(d -> new DataDirectory(d.path(), d.owner(), d.peersFile(), false)),
                        "NO_PEERS_INFO"),
                new Row(
                        "a dead one answers",
                        Scene.drill().answers("a", RaftState.blank()),
                        "CONTRADICTION[i-0000000a]"),
                new Row(
                        "a disk was copied",
                        Scene.drill()
                                .answer(
                                        "d",
                                        instance("d"),
                                        id("c"),
                                        address("d"),
                                        Scene.of("abc").raft(5, 9)),
                        "DUPLICATE_IDENTITY"),
                new Row(
                        "a survivor without a port",
                        Scene.of("abcde")
                                .dead("a")
                                .dead("b")
                                .dead("c")
                                .answer(
                                        "d",
                                        instance("d"),
                                        id("d"),
                                        "10.0.0.9",
                                        Scene.of("abcde").raft(5, 9)),
                        "BAD_IDENTITY[i-0000000d]"),
                new Row(
                        "newcomers founded a cluster",
                        Scene.drill().answers("d", Scene.of("de").raft(1, 9)),
                        "SECOND_CLUSTER[i-0000000c, i-0000000d]"),
                new Row("too much may be lost", Scene.drill().maxLoss(Duration.ofSeconds(9)), "LOSS_TOO_LARGE[10s]"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void decidesAsTheTableSays(Row row) {
        Decision decision = row.scene().decision();
        String key = decision instanceof Decision.Recover ? "recover" : decision.key();
        assertTrue(key.startsWith(row.decision()), decision.key() + ": " + decision.line());
    }

    @Test
    void hasARowForEveryReason() {
        Set<Reason> told = EnumSet.noneOf(Reason.class);
        rows().forEach(row -> {
            if (row.scene().decision() instanceof Decision.Blocked blocked) {
                told.add(blocked.reason());
            }
        });
        // These come from acting, not from deciding.
        Set<Reason> acting =
                EnumSet.of(Reason.NOT_GATHERED, Reason.STOP_FAILED, Reason.APPLY_FAILED, Reason.VERIFY_FAILED);
        assertEquals(EnumSet.complementOf(EnumSet.copyOf(acting)), told);
    }

    @Test
    void saysWhatToDoWhereverItIsBlocked() {
        rows().forEach(row -> {
            if (row.scene().decision() instanceof Decision.Blocked blocked) {
                String next = blocked.nextStep();
                assertTrue(next.length() > 10 && !next.contains("{}"), next);
                blocked.subjects().forEach(subject -> assertTrue(blocked.line().contains(subject), blocked.line()));
            }
        });
    }

    @Test
    void namesTheMissingAclRule() {
        Decision decision = Scene.lost().denied("operator = \"read\"").decision();
        assertTrue(decision.line().contains("the rule operator = \"read\""), decision.line());
    }

    @Test
    void tellsHowToRestoreASnapshotWhereNobodyIsLeft() {
        Decision decision = Scene.of("c").blank().decision();
        assertTrue(decision.line().contains("consul snapshot restore"), decision.line());
    }
}
