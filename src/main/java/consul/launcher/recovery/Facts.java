package consul.launcher.recovery;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Everything that is known at one moment, as one server's launcher sees it. Only observations, no conclusions.
///
/// @param at the moment
/// @param settings what the operator wants
/// @param self this instance and its agent
/// @param data the data directory
/// @param watchedSince since when this launcher watches for a leader without a gap
/// @param leaders the last leader that each observer knew, the own agent among them
/// @param members gossip, from the own agent; with Consul stopped from just before
/// @param answers of every other server and tagged instance that could be asked, the latest of each
/// @param ec2 the latest look at EC2; empty if there was none
/// @param ledger what was kept from earlier, with `ec2`, `members` and [LogWatch#completeAt] taken in
/// @param denied the ACL rule that the own token lacks, for example `operator = "read"`
public record Facts(
        Instant at,
        Settings settings,
        Self self,
        DataDirectory data,
        Instant watchedSince,
        List<LeaderSeen> leaders,
        List<Member> members,
        List<Answer> answers,
        Optional<Ec2Round> ec2,
        ProofLedger ledger,
        Optional<String> denied) {

    /// How old an answer may be: all of a snapshot is gathered within that time. An older one is no answer.
    public static final Duration FRESH = Duration.ofSeconds(30);

    public Facts {
        leaders = List.copyOf(leaders);
        members = List.copyOf(members);
        answers = List.copyOf(answers);
    }

    boolean isFresh(Instant then) {
        return !then.isBefore(at.minus(FRESH));
    }

    /// The other servers that answered in time and said what they hold.
    List<Answer.Told> servers() {
        List<Answer.Told> servers = new ArrayList<>();
        for (Answer answer : answers) {
            if (answer instanceof Answer.Told told && told.server() && isFresh(told.at())) {
                servers.add(told);
            }
        }
        return servers;
    }

    /// Every node name that a raft id is or ever was seen under, by what servers say of themselves; never by
    /// address.
    Set<String> namesOf(String raftId) {
        Set<String> names = new TreeSet<>(ledger.namesOf(raftId));
        for (Member member : members) {
            if (member.raftId().equals(raftId)) {
                names.add(member.name());
            }
        }
        for (Answer.Told told : servers()) {
            if (told.raftId().equals(raftId)) {
                names.add(told.name());
            }
        }
        if (self.raftId().equals(raftId)) {
            names.add(self.instanceId());
            data.owner().ifPresent(names::add);
        }
        return names;
    }
}
