package consul.launcher.recovery;

import consul.launcher.config.InstanceId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What must be remembered to prove a death, since EC2 forgets a terminated instance after about an hour and
/// gossip a failed member after three days. A value: every observation gives a new one. Kept by [LedgerText] in
/// the data directory, with the raft state that it is about.
///
/// @param proofs by instance id, permanent
/// @param seen instances that were seen terminated once so far, and when
/// @param names by raft id, every node name that it was ever seen under: more than one where a disk moved.
///     Never learnt from an address
/// @param listed the latest time during which the tag was listed without a long gap
/// @param completeAt until when the own log is known to be complete, from [LogWatch]
public record ProofLedger(
        Map<String, Proof> proofs,
        Map<String, Instant> seen,
        Map<String, Set<String>> names,
        Optional<Span> listed,
        Optional<Instant> completeAt) {

    public ProofLedger {
        proofs = Collections.unmodifiableMap(new TreeMap<>(proofs));
        seen = Collections.unmodifiableMap(new TreeMap<>(seen));
        TreeMap<String, Set<String>> copy = new TreeMap<>();
        names.forEach((id, its) -> copy.put(id, Collections.unmodifiableSet(new TreeSet<>(its))));
        names = Collections.unmodifiableMap(copy);
    }

    public static ProofLedger empty() {
        return new ProofLedger(Map.of(), Map.of(), Map.of(), Optional.empty(), Optional.empty());
    }

    /// What is still to be believed when it is read again: a time that is yet to come was taken from a clock that went
    /// wrong, and would make the loss look smaller than it is. A death stays a death.
    public ProofLedger asOf(Instant now) {
        TreeMap<String, Instant> past = new TreeMap<>(seen);
        past.values().removeIf(at -> at.isAfter(now));
        return new ProofLedger(
                proofs,
                past,
                names,
                listed.filter(span -> !span.to().isAfter(now)),
                completeAt.filter(at -> !at.isAfter(now)));
    }

    /// Takes in one look at EC2. Only an answer that shows the own instance running counts: any other may come
    /// from another account or region. Only `terminated`, exactly, counts, and the second time only if it is
    /// far enough from the first. An instance that isn't listed keeps what was seen; one that is listed
    /// otherwise loses it.
    ///
    /// @param ownId the own instance id
    public ProofLedger observe(Ec2Round round, String ownId) {
        TreeMap<String, Proof> newProofs = new TreeMap<>(proofs);
        TreeMap<String, Instant> newSeen = new TreeMap<>(seen);
        if (round.byId() instanceof Ec2Answer.Listed answer && answer.runs(ownId)) {
            answer.states().forEach((id, state) -> {
                if (newProofs.containsKey(id) || !InstanceId.isOne(id)) {
                    return;
                }
                if (state != InstanceState.TERMINATED) {
                    newSeen.remove(id);
                    return;
                }
                Instant first = newSeen.computeIfAbsent(id, unseen -> round.at());
                if (Duration.between(first, round.at()).compareTo(Proof.SPACING) >= 0) {
                    newProofs.put(id, new Proof(id, first, round.at()));
                    newSeen.remove(id);
                }
            });
        }
        boolean world = round.byTag() instanceof Ec2Answer.Listed answer && answer.runs(ownId);
        Optional<Span> newListed = world
                ? Optional.of(listed.map(span -> span.until(round.at())).orElse(new Span(round.at(), round.at())))
                : listed;
        return new ProofLedger(newProofs, newSeen, names, newListed, completeAt);
    }

    /// Takes in which raft id belongs to which node, from gossip, where each server says so itself.
    public ProofLedger learn(Collection<Member> members) {
        Map<String, Set<String>> learnt = new TreeMap<>(names);
        for (Member member : members) {
            if (member.server() && !member.raftId().isEmpty() && !member.name().isEmpty()) {
                Set<String> its = new TreeSet<>(namesOf(member.raftId()));
                its.add(member.name());
                learnt.put(member.raftId(), its);
            }
        }
        return new ProofLedger(proofs, seen, learnt, listed, completeAt);
    }

    /// Takes in until when the own log is known to be complete.
    public ProofLedger complete(Instant at) {
        boolean news = completeAt.isEmpty() || completeAt.get().isBefore(at);
        return news ? new ProofLedger(proofs, seen, names, listed, Optional.of(at)) : this;
    }

    /// Every node name that the raft id was seen under; empty if it never was.
    public Set<String> namesOf(String raftId) {
        return names.getOrDefault(raftId, Set.of());
    }

    Optional<Proof> proof(String instanceId) {
        return Optional.ofNullable(proofs.get(instanceId));
    }

    boolean isDead(String instanceId) {
        return proofs.containsKey(instanceId);
    }
}
