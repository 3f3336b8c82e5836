package consul.launcher.recovery.simulator;

import consul.launcher.recovery.simulator.Config.Slot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Raft as Consul runs it, in steps of [History#STEP] seconds: elections, replication with lag, commits, and
/// the leader's care for the configuration (adding who joins, promoting, removing the dead).
final class Raft {

    /// More entries than a follower that lags in steady contact can lack.
    private static final int AWAY = 8;

    private final SplittableRandom random;
    private final Oracle oracle;
    private final int expect;
    /// The first entry of a cluster that several blank servers found at the same time.
    private final Map<Config, Entry> founded = new HashMap<>();

    Raft(SplittableRandom random, Oracle oracle, int expect) {
        this.random = random;
        this.oracle = oracle;
        this.expect = expect;
    }

    void tick(List<Server> ups, long now) {
        for (Server server : ups) {
            if (server.leader) {
                lead(server, ups, now);
            }
        }
        for (Server server : ups) {
            if (!server.leader && now - server.heard >= server.patience && now - server.electedAt >= server.patience) {
                stand(server, ups, now);
            }
        }
    }

    private static List<Server> peers(Server server, Config config, List<Server> ups) {
        List<Server> peers = new ArrayList<>(ups.size());
        for (Server other : ups) {
            if (server.reaches(other) && config.names(other.disk.raftId) && other.disk.isRelatedTo(server.disk)) {
                peers.add(other);
            }
        }
        return peers;
    }

    private void lead(Server server, List<Server> ups, long now) {
        Disk disk = server.disk;
        Config config = disk.config();
        List<Server> peers = peers(server, config, ups);
        int reached = config.isVoter(disk.raftId) ? 1 : 0;
        for (Server peer : peers) {
            if (peer.disk.term > disk.term) {
                disk.term = peer.disk.term;
                server.leader = false;
            }
            reached += config.isVoter(peer.disk.raftId) ? 1 : 0;
        }
        if (!server.leader || reached < config.majority()) {
            // As Consul has it: stepping down counts as the last contact.
            server.leader = false;
            server.leaderAddress = "";
            server.contact = now;
            return;
        }
        care(server, ups, now);
        disk.append(new Entry(disk.term, Config.NONE));
        config = disk.config();
        List<Integer> matched = new ArrayList<>();
        for (Server peer : peers(server, config, ups)) {
            peer.leader = false;
            peer.disk.term = disk.term;
            peer.leaderAddress = server.address;
            peer.heard = now;
            peer.contact = now;
            if (!lags(peer, disk.log.size() - peer.disk.log.size())) {
                peer.disk.follow(disk);
                if (config.isVoter(peer.disk.raftId)) {
                    matched.add(peer.disk.log.size());
                }
            }
        }
        if (config.isVoter(disk.raftId)) {
            matched.add(disk.log.size());
        }
        server.contact = now;
        if (matched.size() >= config.majority()) {
            // Whoever isn't in lag has the whole log, so everything is committed at once.
            disk.commit = disk.log.size();
            oracle.committed(server, now);
        }
        oracle.led(server, now);
    }

    /// A follower may be one or two steps behind; one that was away needs longer, while it is in contact.
    private boolean lags(Server peer, int behind) {
        if (peer.lags > 0) {
            return --peer.lags > 0;
        }
        if (behind > AWAY) {
            peer.lags = 1 + random.nextInt(6);
        } else if (random.nextInt(6) == 0) {
            peer.lags = 2 + random.nextInt(2);
        }
        return peer.lags > 0;
    }

    private void care(Server server, List<Server> ups, long now) {
        Disk disk = server.disk;
        if (disk.configIndex() > disk.commit || now - server.electedAt < 2 * History.STEP || random.nextInt(3) != 0) {
            return;
        }
        Config config = disk.config();
        for (Server other : ups) {
            if (!server.reaches(other) || !other.disk.isRelatedTo(disk)) {
                continue;
            }
            Slot slot = config.slot(other.disk.raftId).orElse(new Slot(other.disk.raftId, "", false));
            if (!slot.address().equals(other.address)) {
                change(disk, config.with(new Slot(slot.id(), other.address, slot.voter())));
                return;
            }
            if (!slot.voter() && other.disk.has(disk.log.getLast(), disk.log.size() - 1) && random.nextInt(2) == 0) {
                change(disk, config.with(new Slot(slot.id(), slot.address(), true)));
                return;
            }
        }
        List<Slot> gone = new ArrayList<>();
        for (Slot slot : config.slots()) {
            boolean reached = slot.id().equals(disk.raftId)
                    || ups.stream().anyMatch(other -> server.reaches(other) && other.disk.raftId.equals(slot.id()));
            if (!reached) {
                gone.add(slot);
            }
        }
        // Autopilot removes a minority only.
        if (!gone.isEmpty() && gone.size() * 2 < config.slots().size() && random.nextInt(4) == 0) {
            change(disk, config.without(gone.getFirst().id()));
        }
    }

    private static void change(Disk disk, Config config) {
        disk.append(new Entry(disk.term, config));
    }

    private void stand(Server server, List<Server> ups, long now) {
        Disk disk = server.disk;
        if (disk.isBlank()) {
            found(server, ups, now);
            return;
        }
        Config config = disk.config();
        if (!config.isVoter(disk.raftId)) {
            return;
        }
        server.electedAt = now;
        server.patience = 4 + random.nextInt(8);
        disk.term++;
        int votes = 1;
        for (Server peer : peers(server, config, ups)) {
            if (!config.isVoter(peer.disk.raftId) || peer.leader || now - peer.heard < 4) {
                continue;
            }
            if (peer.disk.term >= disk.term) {
                disk.term = peer.disk.term;
                return;
            }
            peer.disk.term = disk.term;
            votes += disk.isAtLeastAsGoodAs(peer.disk) ? 1 : 0;
        }
        if (votes >= config.majority()) {
            server.leader = true;
            server.leaderAddress = server.address;
            disk.append(new Entry(disk.term, Config.NONE));
        }
    }

    /// Blank servers bootstrap once they are enough, counting whoever gossip knows, dead or alive. One that has
    /// raft state stops them for good; one that can't be reached for 63 s doesn't any more.
    private void found(Server server, List<Server> ups, long now) {
        for (Server other : ups) {
            if (server.reaches(other) && !other.disk.isBlank()) {
                server.sawPeers = true;
            }
        }
        if (server.sawPeers || server.gossip.size() + 1 < expect) {
            return;
        }
        Config config = new Config(List.of(new Slot(server.disk.raftId, server.address, true)));
        for (Server.Known known : server.gossip.values()) {
            if (!known.alive() && now - known.since() < 63) {
                return;
            }
            config = config.with(new Slot(known.raftId(), known.address(), true));
        }
        Config all = new Config(config.slots().stream()
                .sorted((one, other) -> one.id().compareTo(other.id()))
                .toList());
        server.disk.term = Math.max(1, server.disk.term);
        server.disk.append(founded.computeIfAbsent(all, it -> new Entry(1, it)));
    }
}
