package consul.launcher.recovery;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// How much may be lost (I5). A committed entry that no holder has was acknowledged after a holder last heard
/// from the leader, by servers that are dead now. EC2 doesn't tell when an instance died, only that it was dead
/// when it was first seen terminated, so that is what bounds the loss.
final class Losses {

    /// A follower in contact may lack the very latest entries, and a leader that lost its followers notices
    /// only when its lease ends: 0.5 s by default, at most 5 s with `raft_multiplier` 10.
    static final Duration LAG = Duration.ofSeconds(5);

    private Losses() {}

    static Loss of(Facts facts, List<Holder> holders) {
        Optional<Instant> contact = Stream.concat(
                        facts.ledger().lastContact().stream(),
                        holders.stream().flatMap(holder -> holder.raft().lastContact().stream()))
                .max(Instant::compareTo);
        if (contact.isEmpty()) {
            return new Loss.Unknown("no survivor knows when it last heard from a leader");
        }
        Instant from = contact.get().minus(LAG);
        Optional<Instant> alone = helpless(facts, holders);
        if (alone.isPresent() && !alone.get().isAfter(from)) {
            return new Loss.None(contact.get());
        }
        boolean watched = facts.ledger()
                .listed()
                .filter(span -> span.covers(from, facts.at()))
                .isPresent();
        if (!watched) {
            return new Loss.Unknown(
                    "EC2 was not watched all the time since the last contact with a leader, " + contact.get());
        }
        // From here on the others may have let in servers that no survivor ever heard of: the last of all to die
        // counts.
        return facts.ledger().proofs().values().stream()
                .map(Proof::first)
                .max(Instant::compareTo)
                .filter(last -> last.isAfter(from))
                .<Loss>map(last -> new Loss.Window(from, last))
                .orElse(new Loss.None(contact.get()));
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
