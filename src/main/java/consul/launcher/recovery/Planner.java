package consul.launcher.recovery;

import consul.launcher.config.InstanceId;
import consul.launcher.recovery.Decision.Blocked;
import consul.launcher.recovery.Decision.NotNeeded;
import consul.launcher.recovery.Decision.NotNeeded.Why;
import consul.launcher.recovery.Decision.Recover;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Decides. A ladder of guards; the first one that isn't satisfied is the decision, and only behind the last
/// one there is a plan. The order is that of what an operator wants to hear first.
public final class Planner {

    private final Facts facts;
    private final Self self;
    private final List<Holder> holders;
    private final Set<String> holderIds = new HashSet<>();
    private final Fates fates;
    private final World world;

    private Planner(Facts facts) {
        this.facts = facts;
        this.self = facts.self();
        this.holders = Holder.of(facts);
        this.holders.forEach(holder -> holderIds.add(holder.raftId()));
        this.fates = new Fates(facts);
        this.world = new World(facts);
    }

    /// What these facts allow. Pure: the same facts, the same decision.
    public static Decision decide(Facts facts) {
        Planner planner = new Planner(facts);
        return planner.notAServer()
                .or(planner::otherCluster)
                .or(planner::leaderSeen)
                .or(planner::quorumAnswers)
                .or(planner::unreadable)
                .or(planner::directoryNotReady)
                .or(planner::noList)
                .or(planner::identitiesDoubtful)
                .or(planner::oldQuorumPossible)
                .or(planner::worldOpen)
                .or(planner::noSurvivor)
                .or(planner::lossTooLarge)
                .orElseGet(planner::recover);
    }

    private Optional<Decision> notAServer() {
        return self.server() ? Optional.empty() : notNeeded(Why.CLIENT, "");
    }

    /// Blank servers can found an empty cluster during an outage: its leader is no reason to be content.
    private Optional<Decision> otherCluster() {
        List<String> strangers = new ArrayList<>();
        for (Holder one : holders) {
            for (Holder other : holders) {
                if (!one.isRelatedTo(other)) {
                    strangers.add(one.name());
                }
            }
        }
        return strangers.isEmpty() ? Optional.empty() : blocked(Reason.SECOND_CLUSTER, strangers, "");
    }

    /// I3: nobody may have seen a leader for the whole confirmation time.
    private Optional<Decision> leaderSeen() {
        Instant since = facts.at().minus(facts.settings().confirmation());
        for (LeaderSeen seen : facts.leaders()) {
            if (seen.at().isAfter(since)) {
                return notNeeded(Why.LEADER, seen.leader() + ", seen by " + seen.by() + " at " + seen.at());
            }
        }
        for (Answer.Told told : facts.servers()) {
            if (told.leader().isPresent()) {
                return notNeeded(Why.LEADER, told.leader().get() + ", seen by " + told.name() + " at " + told.at());
            }
        }
        return facts.watchedSince().isAfter(since)
                ? notNeeded(Why.CONFIRMING, "watched since " + facts.watchedSince())
                : Optional.empty();
    }

    /// I1, the harmless half: some holder could be elected right now, by servers that answer.
    private Optional<Decision> quorumAnswers() {
        for (Holder candidate : candidates()) {
            List<RaftServer> voters = candidate.raft().voters();
            long answering =
                    voters.stream().filter(voter -> isHolder(voter.id())).count();
            if (isMajority(answering, voters.size())) {
                return notNeeded(Why.QUORUM_ANSWERS, answering + " of " + voters.size() + " voters");
            }
        }
        return Optional.empty();
    }

    private Optional<Decision> unreadable() {
        if (facts.denied().isPresent()) {
            return blocked(Reason.ACL_DENIED, List.of(facts.denied().get()), "this server's agent refused");
        }
        for (Answer answer : facts.answers()) {
            if (answer instanceof Answer.Refused refused && facts.isFresh(refused.at())) {
                return blocked(Reason.ACL_DENIED, List.of(refused.rule()), refused.name() + " refused");
            }
        }
        if (self.raft().isEmpty()) {
            return blocked(Reason.NO_LOCAL_ANSWER, List.of(), "");
        }
        return InstanceId.isOne(self.instanceId()) ? Optional.empty() : blocked(Reason.NO_INSTANCE_ID, List.of(), "");
    }

    /// I8: a peers.json of somebody else is somebody else's.
    private Optional<Decision> directoryNotReady() {
        String raft = facts.data().path() + "/raft/";
        if (facts.data().peersFile() == DataDirectory.PeersFile.STRAY) {
            return blocked(Reason.STRAY_PEERS_JSON, List.of(raft + "peers.json"), "");
        }
        boolean blank = self.raft().filter(RaftState::isBlank).isPresent();
        return blank || facts.data().peersInfo()
                ? Optional.empty()
                : blocked(Reason.NO_PEERS_INFO, List.of(raft + "peers.info"), "");
    }

    private Optional<Decision> noList() {
        return world.unlisted().map(blocked -> blocked);
    }

    private Optional<Decision> identitiesDoubtful() {
        List<String> contradictions = world.contradictions();
        if (!contradictions.isEmpty()) {
            return blocked(Reason.CONTRADICTION, contradictions, "");
        }
        Set<String> ids = new HashSet<>();
        Set<String> addresses = new HashSet<>();
        for (Holder holder : holders) {
            if (!Peer.isWellFormed(holder.raftId(), holder.address())) {
                String what = holder.name() + " has the id '" + holder.raftId() + "' and the address '"
                        + holder.address() + "'";
                return blocked(Reason.BAD_IDENTITY, List.of(holder.name()), what);
            }
            if (!ids.add(holder.raftId()) || !addresses.add(holder.address())) {
                return blocked(
                        Reason.DUPLICATE_IDENTITY,
                        holders.stream().map(Holder::name).toList(),
                        "");
            }
        }
        return Optional.empty();
    }

    /// I1: of the voters of every configuration that somebody could be elected by, so many must be proven dead
    /// that the others are no majority.
    private Optional<Decision> oldQuorumPossible() {
        for (Holder candidate : candidates()) {
            List<RaftServer> voters = candidate.raft().voters();
            List<Fate.MayLive> undead = new ArrayList<>();
            long living = 0;
            for (RaftServer voter : voters) {
                if (isHolder(voter.id())) {
                    living++;
                } else if (fates.ofRaftId(voter.id()) instanceof Fate.MayLive alive) {
                    living++;
                    undead.add(alive);
                }
            }
            if (isMajority(living, voters.size())) {
                return blockedBy(undead);
            }
        }
        return Optional.empty();
    }

    /// I2.
    private Optional<Decision> worldOpen() {
        List<Fate.MayLive> silent = world.silent(holders);
        return silent.isEmpty() ? Optional.empty() : blockedBy(silent);
    }

    private Optional<Decision> noSurvivor() {
        if (holders.isEmpty()) {
            return blocked(Reason.NO_SURVIVOR, List.of(), "");
        }
        return isHolder(self.raftId())
                ? Optional.empty()
                : notNeeded(
                        Why.NOT_A_HOLDER,
                        String.join(", ", holders.stream().map(Holder::name).toList()));
    }

    /// I5.
    private Optional<Decision> lossTooLarge() {
        Loss loss = Losses.of(facts, holders);
        if (loss.bound().compareTo(facts.settings().maxLoss()) <= 0) {
            return Optional.empty();
        }
        String bound = loss instanceof Loss.Window window ? window.seconds() + "s" : "any finite time";
        return blocked(Reason.LOSS_TOO_LARGE, List.of(bound), loss.text());
    }

    private Decision recover() {
        return new Recover(Plans.of(facts, holders, Losses.of(facts, holders), byHand()));
    }

    /// What leaves the plan to a person.
    private Set<Plan.ByHand> byHand() {
        Set<Plan.ByHand> reasons = EnumSet.noneOf(Plan.ByHand.class);
        if (holders.size() > 1) {
            reasons.add(Plan.ByHand.SEVERAL_HOLDERS);
        }
        // I7
        Optional<String> owner = facts.data().owner();
        if (owner.isEmpty()) {
            reasons.add(Plan.ByHand.OWNER_UNKNOWN);
        } else if (!owner.get().equals(self.instanceId())) {
            reasons.add(Plan.ByHand.FOREIGN_DISK);
        }
        if (self.raft().filter(raft -> raft.hasVoter(self.raftId())).isEmpty()) {
            reasons.add(Plan.ByHand.NOT_A_VOTER);
        }
        return reasons;
    }

    /// Who could stand for election at all: a living voter of its own configuration. The configuration of a
    /// non-voter elects nobody, so one that already took in a plan doesn't hold up the others.
    private List<Holder> candidates() {
        return holders.stream()
                .filter(holder -> holder.raft().hasVoter(holder.raftId()))
                .toList();
    }

    private boolean isHolder(String raftId) {
        return holderIds.contains(raftId);
    }

    private static boolean isMajority(long count, int of) {
        return count > of / 2;
    }

    private static Optional<Decision> notNeeded(Why why, String detail) {
        return Optional.of(new NotNeeded(why, detail));
    }

    private static Optional<Decision> blocked(Reason reason, List<String> subjects, String detail) {
        return Optional.of(new Blocked(reason, subjects, detail));
    }

    /// One reason at a time, the first in the order of [Reason], with everybody that it is true of.
    private static Optional<Decision> blockedBy(List<Fate.MayLive> undead) {
        Reason first =
                undead.stream().map(Fate.MayLive::reason).min(Enum::compareTo).orElseThrow();
        List<Fate.MayLive> its =
                undead.stream().filter(alive -> alive.reason() == first).toList();
        String detail = String.join(
                ", ", its.stream().map(Fate.MayLive::detail).distinct().sorted().toList());
        return blocked(first, its.stream().map(Fate.MayLive::subject).toList(), detail);
    }
}
