package consul.launcher.recovery.simulator;

import consul.launcher.recovery.Answer;
import consul.launcher.recovery.DataDirectory;
import consul.launcher.recovery.DataDirectory.PeersFile;
import consul.launcher.recovery.Ec2Answer;
import consul.launcher.recovery.Ec2Round;
import consul.launcher.recovery.Facts;
import consul.launcher.recovery.InstanceState;
import consul.launcher.recovery.LogWatch;
import consul.launcher.recovery.Member;
import consul.launcher.recovery.Proof;
import consul.launcher.recovery.ProofLedger;
import consul.launcher.recovery.RaftServer;
import consul.launcher.recovery.RaftState;
import consul.launcher.recovery.Self;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Makes a [Weakness]: what the launcher is told instead of the truth.
final class Lies {

    private final Weakness weakness;

    Lies(Weakness weakness) {
        this.weakness = weakness;
    }

    ProofLedger observe(ProofLedger ledger, Ec2Round told, Server server) {
        ProofLedger observed = ledger.observe(told, server.id);
        return weakness == Weakness.ONE_ANSWER
                ? observed.observe(new Ec2Round(told.at().plus(Proof.SPACING), told.byId(), told.byTag()), server.id)
                : observed;
    }

    Ec2Round round(Ec2Round round, Server server, ProofLedger ledger) {
        if (weakness == Weakness.NONE) {
            return round;
        }
        Set<String> asked = new HashSet<>(server.gossip.keySet());
        ledger.names().values().forEach(asked::addAll);
        Map<String, InstanceState> states = new HashMap<>();
        if (round.byId() instanceof Ec2Answer.Listed listed) {
            states.putAll(listed.states());
        } else if (weakness != Weakness.ERROR_IS_DEAD) {
            return round;
        }
        boolean lie = switch (weakness) {
            case STOPPED_IS_DEAD -> {
                states.replaceAll((id, state) -> switch (state) {
                    case STOPPED, STOPPING, SHUTTING_DOWN -> InstanceState.TERMINATED;
                    case PENDING, RUNNING, TERMINATED, UNKNOWN -> state;
                });
                yield true;
            }
            case NOT_FOUND_IS_DEAD, ERROR_IS_DEAD -> {
                asked.forEach(id -> states.putIfAbsent(id, InstanceState.TERMINATED));
                states.put(server.id, InstanceState.RUNNING);
                yield true;
            }
            case ANY_ACCOUNT -> {
                states.put(server.id, InstanceState.RUNNING);
                yield true;
            }
            case UNREACHABLE_IS_DEAD -> {
                server.gossip.forEach((name, known) -> {
                    if (!known.alive()) {
                        states.put(name, InstanceState.TERMINATED);
                    }
                });
                yield true;
            }
            case NONE, SILENT_IS_BLANK, HASTY, WORST_LOG, COMPLETE_NOW, CONTACT_ONLY, NO_LAG, ANY_LOSS -> false;
            case ONE_ANSWER, BY_ADDRESS, ANY_DISK, ANY_PEERS_JSON, NOT_ALONE -> false;
        };
        if (!lie) {
            return round;
        }
        Map<String, InstanceState> tagged = new HashMap<>(states);
        if (round.byTag() instanceof Ec2Answer.Listed listed) {
            tagged.keySet().removeIf(id -> !listed.states().containsKey(id) && !id.equals(server.id));
        }
        return new Ec2Round(round.at(), new Ec2Answer.Listed(states), new Ec2Answer.Listed(tagged));
    }

    Facts facts(Facts facts) {
        return switch (weakness) {
            case SILENT_IS_BLANK ->
                with(facts, facts.self(), facts.data(), facts.members(), blanks(facts), facts.ledger());
            case WORST_LOG -> {
                List<Answer> answers = facts.answers().stream()
                        .map(answer -> answer instanceof Answer.Told told ? worse(told) : answer)
                        .toList();
                Self self = facts.self();
                Self worse = new Self(
                        self.instanceId(),
                        self.raftId(),
                        self.address(),
                        true,
                        self.raft().map(Lies::worse));
                yield with(facts, worse, facts.data(), facts.members(), answers, facts.ledger());
            }
            case COMPLETE_NOW ->
                with(
                        facts,
                        facts.self(),
                        facts.data(),
                        facts.members(),
                        facts.answers(),
                        facts.ledger().complete(facts.at()));
            case NO_LAG -> {
                ProofLedger ledger = facts.ledger()
                        .completeAt()
                        .map(at -> facts.ledger().complete(at.plus(LogWatch.LAG)))
                        .orElse(facts.ledger());
                yield with(facts, facts.self(), facts.data(), facts.members(), facts.answers(), ledger);
            }
            case BY_ADDRESS -> byAddress(facts);
            case ANY_DISK ->
                with(
                        facts,
                        facts.self(),
                        data(facts, facts.self().instanceId(), facts.data().peersFile()),
                        facts.members(),
                        facts.answers(),
                        facts.ledger());
            case ANY_PEERS_JSON ->
                with(
                        facts,
                        facts.self(),
                        data(facts, facts.data().owner().orElse(""), PeersFile.ABSENT),
                        facts.members(),
                        facts.answers(),
                        facts.ledger());
            case NONE, UNREACHABLE_IS_DEAD, HASTY, STOPPED_IS_DEAD, NOT_FOUND_IS_DEAD, ERROR_IS_DEAD -> facts;
            case ONE_ANSWER, ANY_ACCOUNT, NOT_ALONE, CONTACT_ONLY, ANY_LOSS -> facts;
        };
    }

    private static DataDirectory data(Facts facts, String owner, PeersFile file) {
        return new DataDirectory(facts.data().path(), Optional.of(owner), file, true);
    }

    private static RaftState worse(RaftState raft) {
        return raft.isBlank()
                ? raft
                : new RaftState(
                        raft.servers(),
                        raft.configurationIndex(),
                        1_000_000 - raft.lastTerm(),
                        1_000_000 - raft.lastIndex(),
                        raft.commitIndex());
    }

    private static Answer worse(Answer.Told told) {
        return new Answer.Told(
                told.name(), told.at(), told.raftId(), told.address(), true, worse(told.raft()), told.leader());
    }

    private static List<Answer> blanks(Facts facts) {
        List<Answer> answers = new ArrayList<>(facts.answers());
        Set<String> silent = new HashSet<>();
        facts.members().forEach(member -> silent.add(member.name()));
        facts.ec2().ifPresent(round -> {
            if (round.byTag() instanceof Ec2Answer.Listed listed) {
                silent.addAll(listed.states().keySet());
            }
        });
        facts.ledger().names().values().forEach(silent::addAll);
        silent.remove(facts.self().instanceId());
        silent.removeAll(facts.ledger().proofs().keySet());
        answers.forEach(answer -> silent.remove(answer.name()));
        silent.forEach(name -> answers.add(new Answer.Told(
                name, facts.at(), "blank-" + name, "10.9.9.9:8300", true, RaftState.blank(), Optional.empty())));
        return answers;
    }

    private static Facts byAddress(Facts facts) {
        Map<String, Set<String>> names = new TreeMap<>();
        List<RaftServer> servers = facts.self().raft().map(RaftState::servers).orElse(List.of());
        for (RaftServer server : servers) {
            names.put(server.id(), server.node().isEmpty() ? Set.of() : Set.of(server.node()));
        }
        List<Member> members = facts.members().stream()
                .map(member -> new Member(member.name(), "", member.address(), member.status(), true))
                .toList();
        ProofLedger ledger = facts.ledger();
        ProofLedger wrong =
                new ProofLedger(ledger.proofs(), ledger.seen(), names, ledger.listed(), ledger.completeAt());
        return with(facts, facts.self(), facts.data(), members, facts.answers(), wrong);
    }

    private static Facts with(
            Facts facts,
            Self self,
            DataDirectory data,
            List<Member> members,
            List<Answer> answers,
            ProofLedger ledger) {
        return new Facts(
                facts.at(),
                facts.settings(),
                self,
                data,
                facts.watchedSince(),
                facts.leaders(),
                members,
                answers,
                facts.ec2(),
                ledger,
                facts.denied());
    }
}
