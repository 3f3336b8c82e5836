package consul.launcher.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;

import consul.launcher.consul.Member.Status;
import consul.launcher.consul.RaftConfiguration;
import consul.launcher.consul.RaftStats;
import consul.launcher.recovery.Member;
import consul.launcher.recovery.RaftServer;
import consul.launcher.recovery.RaftState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RaftTest {

    private static final List<RaftConfiguration.Server> SERVERS = List.of(
            new RaftConfiguration.Server("39d5", "i-0a", "10.0.0.1:8300", false, true),
            new RaftConfiguration.Server("7a87", "i-0b", "10.0.0.2:8300", false, false));

    @Test
    void readsAFollowersState() {
        assertEquals(
                new RaftState(
                        List.of(
                                new RaftServer("39d5", "10.0.0.1:8300", "i-0a", true),
                                new RaftServer("7a87", "10.0.0.2:8300", "i-0b", false)),
                        42,
                        4,
                        118,
                        117),
                Raft.state(stats(4, 118, 0, 0), new RaftConfiguration(SERVERS, 42)));
    }

    @Test
    void takesTheSnapshotWhereItGoesFurtherThanTheLog() {
        RaftState state = Raft.state(stats(0, 0, 5, 118), new RaftConfiguration(SERVERS, 1));

        assertEquals(118, state.lastIndex());
        assertEquals(5, state.lastTerm());
    }

    @Test
    void takesAnyEntryForTheConfigurationsWhereConsulDoesNotSayWhichItIs() {
        assertEquals(
                118,
                Raft.state(stats(4, 118, 0, 0), new RaftConfiguration(SERVERS, 0))
                        .configurationIndex());
    }

    @Test
    void readsMembers() {
        List<consul.launcher.consul.Member> members = List.of(
                member("i-0a", "10.0.0.1", Status.FAILED, Map.of("id", "39d5", "port", "8300", "role", "consul")),
                member("i-0b", "10.0.0.2", Status.NONE, Map.of("id", "7a87", "port", "8300", "role", "consul")),
                member("i-0c", "fd00::3", Status.ALIVE, Map.of("id", "c", "role", "node")));

        assertEquals(
                List.of(
                        new Member("i-0a", "39d5", "10.0.0.1:8300", Member.Status.FAILED, true),
                        new Member("i-0b", "7a87", "10.0.0.2:8300", Member.Status.FAILED, true),
                        new Member("i-0c", "c", "[fd00::3]:", Member.Status.ALIVE, false)),
                Raft.members(members));
        assertEquals("fd00::3", Raft.host("[fd00::3]:8300"));
    }

    private static consul.launcher.consul.Member member(
            String name, String address, Status status, Map<String, String> tags) {
        return new consul.launcher.consul.Member(name, address, 8301, status, tags);
    }

    private static RaftStats stats(long term, long index, long snapshotTerm, long snapshotIndex) {
        return new RaftStats(
                "Follower",
                9,
                term,
                index,
                snapshotTerm,
                snapshotIndex,
                117,
                117,
                Optional.of(Duration.ofMillis(1500)),
                SERVERS);
    }
}
