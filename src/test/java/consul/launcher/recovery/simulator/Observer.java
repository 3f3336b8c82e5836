package consul.launcher.recovery.simulator;

import consul.launcher.recovery.Answer;
import consul.launcher.recovery.DataDirectory;
import consul.launcher.recovery.Facts;
import consul.launcher.recovery.LeaderSeen;
import consul.launcher.recovery.Member;
import consul.launcher.recovery.RaftServer;
import consul.launcher.recovery.RaftState;
import consul.launcher.recovery.Self;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a launcher can see of the world from its server.
final class Observer {

    private final Cloud cloud;

    Observer(Cloud cloud) {
        this.cloud = cloud;
    }

    static List<Member> members(Server server) {
        List<Member> members = new ArrayList<>();
        server.gossip.forEach((name, known) -> members.add(new Member(
                name,
                known.raftId(),
                known.address(),
                known.alive() ? Member.Status.ALIVE : Member.Status.FAILED,
                true)));
        members.add(new Member(server.id, server.disk.raftId, server.address, Member.Status.ALIVE, true));
        return members;
    }

    /// @param launcher whose eyes these are; its ledger has taken in everything
    Facts facts(Launcher launcher, long now) {
        Server server = launcher.server;
        List<Answer> answers = new ArrayList<>();
        for (Server other : cloud.servers) {
            // Consul's HTTP port answers whether the own Consul runs or not.
            if (other != server && other.up && other.group == server.group) {
                answers.add(answer(other, now));
            }
        }
        List<LeaderSeen> leaders = launcher.leaderSeenAt == Server.NEVER
                ? List.of()
                : List.of(new LeaderSeen(server.id, "leader", Cloud.time(launcher.leaderSeenAt)));
        return new Facts(
                Cloud.time(now),
                launcher.settings,
                new Self(server.id, server.disk.raftId, server.address, true, Optional.of(raft(server))),
                new DataDirectory("/consul/data", Optional.of(server.disk.owner), server.disk.peersFile, true),
                Cloud.time(launcher.watchedSince),
                leaders,
                members(server),
                answers,
                launcher.round,
                launcher.ledger,
                server.deniesAcl ? Optional.of("operator = \"read\"") : Optional.empty());
    }

    private static Answer answer(Server server, long now) {
        Instant at = Cloud.time(now);
        if (server.deniesAcl) {
            return new Answer.Refused(server.id, at, "operator = \"read\"");
        }
        return new Answer.Told(
                server.id,
                at,
                server.disk.raftId,
                server.address,
                true,
                raft(server),
                server.knowsLeader(now) ? Optional.of("leader") : Optional.empty());
    }

    private static RaftState raft(Server server) {
        Disk disk = server.disk;
        List<RaftServer> servers = disk.config().slots().stream()
                .map(slot -> new RaftServer(slot.id(), slot.address(), byAddress(server, slot.address()), slot.voter()))
                .toList();
        return new RaftState(servers, disk.configIndex(), disk.lastTerm(), disk.log.size(), disk.commit);
    }

    /// As Consul does it: whichever member has the address, the last one that it comes across.
    static String byAddress(Server server, String address) {
        if (server.address.equals(address)) {
            return server.id;
        }
        String found = "";
        for (Map.Entry<String, Server.Known> known : server.gossip.entrySet()) {
            if (known.getValue().address().equals(address)) {
                found = known.getKey();
            }
        }
        return found;
    }
}
