package consul.launcher.recovery.simulator;

import consul.launcher.recovery.DataDirectory.PeersFile;
import consul.launcher.recovery.InstanceState;
import consul.launcher.recovery.Loss;
import consul.launcher.recovery.Phase.Order;
import consul.launcher.recovery.Plan;
import consul.launcher.recovery.Settings;
import consul.launcher.recovery.simulator.Violation.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Sees everything, and says which recovery was wrong. The first violation of a history counts.
final class Oracle {

    /// How far apart a launcher's looks at other servers may be.
    private static final long LOOK = 6;

    private final long seed;
    private final List<Server> servers;
    private final Settings wanted;
    /// By the first entry of each cluster: what was committed, in order, and when there last was a leader.
    private final Map<Entry, List<Entry>> committed = new HashMap<>();

    private Optional<Violation> violation = Optional.empty();
    int recoveries;
    int byLauncher;
    int withLoss;
    int lost;
    int acknowledged;

    Oracle(long seed, List<Server> servers, Settings wanted) {
        this.seed = seed;
        this.servers = servers;
        this.wanted = wanted;
    }

    Optional<Violation> violation() {
        return violation;
    }

    void report(Kind kind, long now, String detail) {
        if (violation.isEmpty()) {
            violation = Optional.of(new Violation(kind, seed, now, detail));
        }
    }

    void led(Server leader, long now) {
        for (Server server : servers) {
            if (server == leader || server.reaches(leader)) {
                server.couldSeeLeader = now;
            }
        }
    }

    /// A leader has committed its whole log.
    void committed(Server leader, long now) {
        List<Entry> log = leader.disk.log;
        List<Entry> all = committed.computeIfAbsent(log.getFirst(), first -> new ArrayList<>());
        // An entry belongs to one log up to it, so the last common place tells.
        int common = Math.min(all.size(), log.size());
        if (common > 0 && all.get(common - 1) != log.get(common - 1)) {
            report(Kind.DIVERGED, now, leader.id + " committed something else than was committed at " + common);
            return;
        }
        for (int i = all.size(); i < log.size(); i++) {
            all.add(log.get(i));
            log.get(i).committedAt = now;
            acknowledged++;
        }
    }

    /// Consul starts with the peers.json of a plan.
    void recovers(Server server, Plan plan, Order order, long now) {
        recoveries++;
        byLauncher += order == Order.LAUNCHER ? 1 : 0;
        if (server.disk.peersFile == PeersFile.STRAY) {
            report(Kind.STRAY_OVERWRITTEN, now, server.id);
        }
        if (order == Order.LAUNCHER && !server.disk.owner.equals(server.id)) {
            report(Kind.FOREIGN_DISK, now, server.id + " has the disk of " + server.disk.owner);
        }
        if (now - server.couldSeeLeader < wanted.confirmation().toSeconds() - LOOK) {
            report(Kind.LEADER_SEEN, now, "a leader at " + server.couldSeeLeader);
        }
        if (plan.loss().bound().compareTo(wanted.maxLoss()) > 0) {
            report(Kind.LOSS_TOO_LARGE, now, plan.loss().text());
        }
        loss(server, plan, now);
        for (Server other : servers) {
            if (other != server && mayHoldState(other, now) && isOfThisWorld(other, server)) {
                if (order == Order.LAUNCHER) {
                    report(Kind.NOT_ALONE, now, server.id + " acts, " + other.id + " holds state");
                }
                if (!plan.raftIds().contains(other.disk.raftId)) {
                    report(Kind.HOLDER_LEFT_OUT, now, other.id + " is " + other.state);
                }
                if (other.disk.config().isVoter(other.disk.raftId) && living(other.disk.config(), now)) {
                    report(Kind.OLD_QUORUM_POSSIBLE, now, other.id + " could be elected");
                }
            }
        }
    }

    /// Not terminated, and with raft state. A disk that came with an instance which can't have booted yet is
    /// beyond anybody's knowledge.
    private static boolean mayHoldState(Server server, long now) {
        return server.state != InstanceState.TERMINATED
                && !server.disk.isBlank()
                && now - server.launched >= Cloud.BOOT;
    }

    /// One without the tag, unknown to the configuration and to gossip, is beyond anybody's knowledge.
    private static boolean isOfThisWorld(Server other, Server server) {
        return other.tagged
                || server.disk.config().names(other.disk.raftId)
                || (other.up && other.group == server.group);
    }

    private boolean living(Config config, long now) {
        int living = 0;
        for (Server server : servers) {
            living += mayHoldState(server, now) && config.isVoter(server.disk.raftId) ? 1 : 0;
        }
        return living >= config.majority();
    }

    private void loss(Server server, Plan plan, long now) {
        Disk disk = server.disk;
        List<Entry> all = committed.computeIfAbsent(disk.log.getFirst(), first -> new ArrayList<>());
        int kept = 0;
        while (kept < all.size() && disk.has(all.get(kept), kept)) {
            kept++;
        }
        for (int i = kept; i < all.size(); i++) {
            Entry entry = all.get(i);
            if (!plan.voter().equals(server.id)) {
                // A non-voter's log isn't what counts; the voter's is.
                continue;
            }
            lost++;
            for (Server other : servers) {
                if (mayHoldState(other, now) && other.disk.has(entry, i)) {
                    report(Kind.LIVING_ENTRY_LOST, now, "entry " + i + " of " + other.id);
                }
            }
            if (!isNamed(plan.loss(), Cloud.time(entry.committedAt))) {
                report(Kind.LOSS_UNDERSTATED, now, "a write of " + entry.committedAt + ", but " + plan.loss());
            }
        }
        if (plan.voter().equals(server.id)) {
            withLoss += kept < all.size() ? 1 : 0;
            all.subList(kept, all.size()).clear();
            for (int i = kept; i < disk.log.size(); i++) {
                all.add(disk.log.get(i));
                disk.log.get(i).committedAt = now;
            }
        }
    }

    private static boolean isNamed(Loss loss, Instant at) {
        return switch (loss) {
            case Loss.None none -> false;
            case Loss.Window window -> !at.isBefore(window.from()) && !at.isAfter(window.until());
            case Loss.Unknown unknown -> true;
        };
    }
}
