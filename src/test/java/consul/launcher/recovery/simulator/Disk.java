package consul.launcher.recovery.simulator;

import consul.launcher.recovery.DataDirectory.PeersFile;
import consul.launcher.recovery.Journal;
import consul.launcher.recovery.Plan;
import consul.launcher.recovery.ProofLedger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A data directory: raft state, node id, and what the launcher keeps there. It can outlive its instance.
final class Disk {

    final String raftId;
    final String owner;
    long term;
    final List<Entry> log = new ArrayList<>();
    private final List<Integer> configs = new ArrayList<>();
    /// A configuration from peers.json, which stands in a snapshot behind the first entries.
    Config recovered = Config.NONE;

    int recoveredAt;
    int commit;
    ProofLedger ledger = ProofLedger.empty();
    Optional<Journal> journal = Optional.empty();
    PeersFile peersFile = PeersFile.ABSENT;
    /// What peers.json says, if it is ours.
    Optional<Plan> plan = Optional.empty();

    Disk(String raftId, String owner) {
        this.raftId = raftId;
        this.owner = owner;
    }

    boolean isBlank() {
        return log.isEmpty();
    }

    void append(Entry entry) {
        log.add(entry);
        if (entry.isConfig()) {
            configs.add(log.size());
        }
    }

    private void truncate(int size) {
        while (log.size() > size) {
            log.removeLast();
        }
        while (!configs.isEmpty() && configs.getLast() > size) {
            configs.removeLast();
        }
    }

    /// The index of the latest configuration.
    int configIndex() {
        int last = configs.isEmpty() ? 0 : configs.getLast();
        return Math.max(last, recovered.isNone() ? 0 : recoveredAt);
    }

    Config config() {
        int last = configs.isEmpty() ? 0 : configs.getLast();
        if (!recovered.isNone() && recoveredAt >= last) {
            return recovered;
        }
        return last == 0 ? Config.NONE : log.get(last - 1).config;
    }

    long lastTerm() {
        return log.isEmpty() ? 0 : log.getLast().term;
    }

    boolean has(Entry entry, int index) {
        return log.size() > index && log.get(index) == entry;
    }

    boolean isRelatedTo(Disk other) {
        return isBlank() || other.isBlank() || log.getFirst() == other.log.getFirst();
    }

    /// Raft's rule for whom to vote for.
    boolean isAtLeastAsGoodAs(Disk other) {
        return lastTerm() != other.lastTerm() ? lastTerm() > other.lastTerm() : log.size() >= other.log.size();
    }

    /// AppendEntries, or the snapshot where there is one.
    void follow(Disk leader) {
        int common = Math.min(log.size(), leader.log.size());
        while (common > 0 && log.get(common - 1) != leader.log.get(common - 1)) {
            common--;
        }
        truncate(common);
        for (int i = common; i < leader.log.size(); i++) {
            append(leader.log.get(i));
        }
        recovered = leader.recovered;
        recoveredAt = leader.recoveredAt;
        commit = Math.max(Math.min(commit, log.size()), Math.min(leader.commit, log.size()));
    }

    /// Consul starts and finds our peers.json: the whole log is committed under the new configuration.
    void ingest(Config config) {
        recovered = config;
        recoveredAt = log.size();
        commit = log.size();
        peersFile = PeersFile.ABSENT;
        plan = Optional.empty();
    }
}
