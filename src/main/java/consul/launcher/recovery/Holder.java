package consul.launcher.recovery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A living server with raft state: this one, or one that answered.
record Holder(String name, String raftId, String address, RaftState raft) {

    /// The best log first (I4): an entry that was committed with any of them is in the log with the highest
    /// last term, and in that term the highest index (raft's own rule for who may be elected). Equal logs are
    /// equal; the raft id makes every survivor choose the same.
    static final Comparator<Holder> BEST_LOG_FIRST = Comparator.comparingLong(
                    (Holder holder) -> holder.raft().lastTerm())
            .thenComparingLong(holder -> holder.raft().lastIndex())
            .reversed()
            .thenComparing(Holder::raftId);

    /// Every one that is known, the best log first.
    static List<Holder> of(Facts facts) {
        List<Holder> holders = new ArrayList<>();
        Self self = facts.self();
        self.raft()
                .filter(raft -> !raft.isBlank())
                .ifPresent(raft -> holders.add(new Holder(self.instanceId(), self.raftId(), self.address(), raft)));
        for (Answer.Told told : facts.servers()) {
            if (!told.raft().isBlank()) {
                holders.add(new Holder(told.name(), told.raftId(), told.address(), told.raft()));
            }
        }
        holders.sort(BEST_LOG_FIRST);
        return List.copyOf(holders);
    }

    /// Whether both belong to the same cluster, as far as raft tells: their configurations have a server in
    /// common.
    boolean isRelatedTo(Holder other) {
        return raft.names(other.raftId)
                || other.raft.names(raftId)
                || raft.servers().stream().anyMatch(server -> other.raft.names(server.id()));
    }
}
