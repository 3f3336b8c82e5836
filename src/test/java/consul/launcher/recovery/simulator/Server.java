package consul.launcher.recovery.simulator;

import consul.launcher.recovery.InstanceState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// An instance, and the Consul server on it.
final class Server {

    static final long NEVER = Long.MIN_VALUE / 2;

    /// What gossip knows of another server; kept when it can't be reached.
    record Known(String raftId, String address, boolean alive, long since) {}

    private record Change(long at, InstanceState state) {}

    final String id;
    final long launched;
    boolean tagged = true;
    String address;
    Disk disk;

    InstanceState state = InstanceState.PENDING;
    private final List<Change> changes = new ArrayList<>();
    /// When the machine itself is off, which comes before EC2 says so.
    long dies = Long.MAX_VALUE;

    long boots;
    long terminates = Long.MAX_VALUE;

    boolean up;
    int group;
    boolean deniesAcl;
    boolean leader;
    long electedAt;
    String leaderAddress = "";
    long heard = NEVER;
    /// What Consul tells as its last contact; it forgets it when it restarts.
    long contact = NEVER;

    /// When it, or somebody it could reach, was or knew a leader.
    long couldSeeLeader = NEVER;

    int patience;
    /// For how many steps it gets no entries although it is in contact.
    int lags;
    boolean sawPeers;
    final Map<String, Known> gossip = new TreeMap<>();

    Server(String id, String address, Disk disk, long now) {
        this.id = id;
        this.address = address;
        this.disk = disk;
        this.launched = now;
        change(InstanceState.PENDING, now);
    }

    void change(InstanceState to, long now) {
        state = to;
        changes.add(new Change(now, to));
    }

    boolean isGone() {
        return state == InstanceState.TERMINATED;
    }

    boolean isOff(long now) {
        return now >= dies;
    }

    /// What EC2 says, behind by `lag`; null-free: `UNKNOWN` where it doesn't list it.
    InstanceState seen(long now, long lag) {
        if (isGone() && now >= changes.getLast().at() + 3600) {
            return InstanceState.UNKNOWN;
        }
        InstanceState seen = InstanceState.UNKNOWN;
        for (Change change : changes) {
            if (change.at() <= now - lag) {
                seen = change.state();
            }
        }
        return seen;
    }

    boolean reaches(Server other) {
        return other != this && up && other.up && group == other.group;
    }

    /// The process ends: by a stop, a kill, or with its machine.
    void down(long now) {
        up = false;
        leader = false;
        leaderAddress = "";
        contact = NEVER;
        heard = NEVER;
        gossip.replaceAll((name, known) -> new Known(known.raftId(), known.address(), false, now));
    }

    boolean knowsLeader(long now) {
        return up && (leader || (!leaderAddress.isEmpty() && now - heard <= 4));
    }
}
