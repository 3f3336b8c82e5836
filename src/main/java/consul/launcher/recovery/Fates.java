package consul.launcher.recovery;

import consul.launcher.config.InstanceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Who is dead, by proof. Whatever isn't a proof is a reason why somebody may still live.
final class Fates {

    private final Facts facts;

    Fates(Facts facts) {
        this.facts = facts;
    }

    /// A raft id is dead only if every instance that it was ever seen on is: its disk may have moved.
    Fate ofRaftId(String raftId) {
        Set<String> names = facts.namesOf(raftId);
        if (names.isEmpty()) {
            return new Fate.MayLive(
                    Reason.NAME_UNKNOWN, raftId, "raft id " + raftId + " was never seen on an instance");
        }
        List<Proof> proofs = new ArrayList<>();
        for (String name : names) {
            switch (ofInstance(name)) {
                case Fate.Dead dead -> proofs.addAll(dead.proofs());
                case Fate.MayLive alive -> {
                    return alive;
                }
            }
        }
        return new Fate.Dead(proofs);
    }

    Fate ofInstance(String name) {
        if (!InstanceId.isOne(name)) {
            return new Fate.MayLive(Reason.NOT_AN_INSTANCE, name, "'" + name + "' is no EC2 instance id");
        }
        return facts.ledger()
                .proof(name)
                .<Fate>map(proof -> new Fate.Dead(List.of(proof)))
                .orElseGet(() -> unproven(name));
    }

    private Fate unproven(String name) {
        if (facts.ec2().isEmpty() || !facts.isFresh(facts.ec2().get().at())) {
            return new Fate.MayLive(Reason.EC2_NOT_ASKED, name, name + " was not asked for");
        }
        return switch (facts.ec2().get().byId()) {
            case Ec2Answer.Failed failed -> new Fate.MayLive(reason(failed.kind()), failed.detail(), failed.detail());
            case Ec2Answer.Listed listed -> listed(name, listed);
        };
    }

    private Fate listed(String name, Ec2Answer.Listed listed) {
        String own = facts.self().instanceId();
        if (!listed.runs(own)) {
            return new Fate.MayLive(Reason.OWN_INSTANCE_UNSEEN, own, own + " is not running in EC2's answer");
        }
        InstanceState state = listed.states().get(name);
        if (state == null) {
            return new Fate.MayLive(Reason.NOT_FOUND, name, "EC2 does not list " + name);
        }
        Reason reason = switch (state) {
            case RUNNING, PENDING -> Reason.ALIVE;
            case STOPPED, STOPPING, SHUTTING_DOWN -> Reason.MAY_COME_BACK;
            case TERMINATED -> Reason.PROOF_INCOMPLETE;
            case UNKNOWN -> Reason.EC2_INCOMPLETE;
        };
        return new Fate.MayLive(reason, name, "EC2 says that " + name + " is " + state);
    }

    static Reason reason(Ec2Answer.Kind kind) {
        return switch (kind) {
            case DENIED -> Reason.EC2_DENIED;
            case THROTTLED -> Reason.EC2_THROTTLED;
            case UNREACHABLE -> Reason.EC2_UNREACHABLE;
            case WRONG_REGION -> Reason.EC2_WRONG_REGION;
            case NOT_FOUND -> Reason.NOT_FOUND;
            case INCOMPLETE -> Reason.EC2_INCOMPLETE;
        };
    }
}
