package consul.launcher.recovery;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// How much may be lost (I5). A committed entry that no holder has was acknowledged after the own log was last
/// known to be complete, by servers that are dead now. EC2 doesn't tell when an instance died, only that it was
/// dead when it was first seen terminated, so that is what bounds the loss.
final class Losses {

    private Losses() {}

    static Loss of(Facts facts, List<Holder> holders) {
        Optional<Instant> complete = facts.ledger().completeAt();
        if (complete.isEmpty()) {
            return new Loss.Unknown("this server's log was never known to be complete");
        }
        Instant from = complete.get().minus(LogWatch.LAG);
        Optional<Instant> alone = helpless(facts, holders);
        if (alone.isPresent() && !alone.get().isAfter(from)) {
            return new Loss.None(complete.get());
        }
        boolean watched = facts.ledger()
                .listed()
                .filter(span -> span.covers(from, facts.at()))
                .isPresent();
        if (!watched) {
            return new Loss.Unknown(
                    "EC2 was not watched all the time since the log was last known to be complete, " + complete.get());
        }
        // From here on the others may have let in servers that no survivor ever heard of: the last of all to die
        // counts.
        return facts.ledger().proofs().values().stream()
                .map(Proof::first)
                .max(Instant::compareTo)
                .filter(last -> last.isAfter(from))
                .<Loss>map(last -> new Loss.Window(from, last))
                .orElse(new Loss.None(complete.get()));
    }

    /// When those voters that are dead now became too few to commit anything without a holder, or to change the
    /// configuration so that they could: of n voters that takes at least half of them, rounded up (one step of
    /// the configuration adds or removes one voter). Empty if that can't be said.
    private static Optional<Instant> helpless(Facts facts, List<Holder> holders) {
        RaftState best = holders.getFirst().raft();
        if (best.commitIndex() < best.configurationIndex()) {
            return Optional.empty();
        }
        Set<String> living = new TreeSet<>();
        holders.forEach(holder -> living.add(holder.raftId()));
        List<Instant> deaths = new ArrayList<>();
        List<RaftServer> voters = best.voters();
        int others = 0;
        for (RaftServer voter : voters) {
            if (!living.contains(voter.id())) {
                others++;
                death(facts, voter.id()).ifPresent(deaths::add);
            }
        }
        int needed = (voters.size() + 1) / 2;
        if (others < needed) {
            return Optional.of(Instant.MIN);
        }
        deaths.sort(Instant::compareTo);
        int last = others - needed;
        return last < deaths.size() ? Optional.of(deaths.get(last)) : Optional.empty();
    }

    /// When the last instance that a raft id was seen on was first seen terminated.
    private static Optional<Instant> death(Facts facts, String raftId) {
        return switch (new Fates(facts).ofRaftId(raftId)) {
            case Fate.Dead dead -> dead.proofs().stream().map(Proof::first).max(Instant::compareTo);
            case Fate.MayLive alive -> Optional.empty();
        };
    }
}
