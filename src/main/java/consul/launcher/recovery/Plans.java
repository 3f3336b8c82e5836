package consul.launcher.recovery;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/// Makes the plan once every guard is satisfied.
final class Plans {

    private Plans() {}

    /// @param holders every survivor, the best log first
    static Plan of(Facts facts, List<Holder> holders, Loss loss, Set<Plan.ByHand> byHand) {
        List<Peer> peers = new ArrayList<>();
        TreeMap<String, RaftServer> old = new TreeMap<>();
        for (Holder holder : holders) {
            RaftState raft = holder.raft();
            boolean best = peers.isEmpty();
            long uncommitted = Math.max(0, raft.lastIndex() - raft.commitIndex());
            peers.add(new Peer(
                    holder.raftId(),
                    holder.name(),
                    holder.address(),
                    best,
                    raft.lastTerm(),
                    raft.lastIndex(),
                    uncommitted));
            raft.servers().forEach(server -> old.putIfAbsent(server.id(), server));
        }
        Fates fates = new Fates(facts);
        List<Plan.Fallen> dead = new ArrayList<>();
        for (RaftServer server : old.values()) {
            if (fates.ofRaftId(server.id()) instanceof Fate.Dead fate) {
                dead.add(new Plan.Fallen(server, fate.proofs()));
            }
        }
        int voters = holders.getFirst().raft().voters().size();
        return new Plan(
                voters, dead, peers, loss, byHand, facts.self(), facts.data().path());
    }
}
