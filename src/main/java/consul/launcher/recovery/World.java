package consul.launcher.recovery;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The closed world (I2): everybody who could hold raft state has answered or is proven dead.
final class World {

    private final Facts facts;
    private final Fates fates;

    World(Facts facts) {
        this.facts = facts;
        this.fates = new Fates(facts);
    }

    /// Whether there is a whole, fresh list of every instance with the tag, from the right account and region.
    Optional<Decision.Blocked> unlisted() {
        if (facts.settings().tag().isEmpty()) {
            return Optional.of(new Decision.Blocked(Reason.NO_TAG, List.of(), ""));
        }
        if (facts.ec2().isEmpty() || !facts.isFresh(facts.ec2().get().at())) {
            return Optional.of(new Decision.Blocked(Reason.EC2_NOT_ASKED, List.of(), ""));
        }
        String own = facts.self().instanceId();
        return switch (facts.ec2().get().byTag()) {
            case Ec2Answer.Failed failed ->
                Optional.of(new Decision.Blocked(Fates.reason(failed.kind()), List.of(failed.detail()), ""));
            case Ec2Answer.Listed listed ->
                listed.runs(own)
                        ? Optional.empty()
                        : Optional.of(new Decision.Blocked(
                                Reason.OWN_INSTANCE_UNSEEN,
                                List.of(own),
                                "no running " + own + " among the instances with the tag "
                                        + facts.settings().tag().orElse("")));
        };
    }

    /// Who is neither dead nor has answered, of everybody who could hold raft state: instances with the tag,
    /// living servers in gossip, and every server of every holder's configuration under every name that it was
    /// seen by.
    List<Fate.MayLive> silent(List<Holder> holders) {
        Set<String> names = new TreeSet<>();
        List<Fate.MayLive> silent = new ArrayList<>();
        if (facts.ec2().isPresent() && facts.ec2().get().byTag() instanceof Ec2Answer.Listed listed) {
            names.addAll(listed.states().keySet());
        }
        for (Member member : facts.members()) {
            if (member.server() && member.status() == Member.Status.ALIVE) {
                names.add(member.name());
            }
        }
        for (String raftId : raftIds(holders)) {
            Set<String> its = facts.namesOf(raftId);
            names.addAll(its);
            if (its.isEmpty() && fates.ofRaftId(raftId) instanceof Fate.MayLive unknown) {
                silent.add(unknown);
            }
        }
        facts.data().owner().ifPresent(names::add);
        names.remove(facts.self().instanceId());
        names.removeAll(answered());
        for (String name : names) {
            if (fates.ofInstance(name) instanceof Fate.MayLive alive) {
                silent.add(alive.reason() == Reason.ALIVE ? noAnswer(alive) : alive);
            }
        }
        return silent;
    }

    /// Who answered although it is proven dead.
    List<String> contradictions() {
        return answered().stream().filter(facts.ledger()::isDead).toList();
    }

    private Set<String> answered() {
        Set<String> names = new TreeSet<>();
        for (Answer answer : facts.answers()) {
            if (answer instanceof Answer.Told && facts.isFresh(answer.at())) {
                names.add(answer.name());
            }
        }
        return names;
    }

    private static Set<String> raftIds(List<Holder> holders) {
        Set<String> ids = new TreeSet<>();
        for (Holder holder : holders) {
            ids.add(holder.raftId());
            holder.raft().servers().forEach(server -> ids.add(server.id()));
        }
        return ids;
    }

    private static Fate.MayLive noAnswer(Fate.MayLive alive) {
        return new Fate.MayLive(Reason.NO_ANSWER, alive.subject(), alive.detail() + ", but it did not answer");
    }
}
