package consul.launcher.quorum;

import com.fasterxml.jackson.databind.JsonNode;
import consul.launcher.config.Log;
import consul.launcher.consul.ApiAnswer;
import consul.launcher.consul.Json;
import consul.launcher.consul.LocalAgent;
import consul.launcher.recovery.Answer;
import consul.launcher.recovery.Ec2Round;
import consul.launcher.recovery.Facts;
import consul.launcher.recovery.LeaderSeen;
import consul.launcher.recovery.LedgerText;
import consul.launcher.recovery.LogWatch;
import consul.launcher.recovery.Member;
import consul.launcher.recovery.ProofLedger;
import consul.launcher.recovery.RaftServer;
import consul.launcher.recovery.RaftState;
import consul.launcher.recovery.Self;
import consul.launcher.recovery.Settings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/// Gathers the facts from the own agent, the other ones, EC2 and the data directory, and keeps the ledger.
final class Observer {

    /// A pause between two looks that is longer is a gap: a leader may have come and gone.
    private static final Duration GAP = Duration.ofSeconds(20);

    /// The time until which the log is complete changes with every look; it is written at once where it matters.
    private static final Duration BETWEEN_SAVES = Duration.ofSeconds(30);

    private final Settings settings;
    private final String instanceId;
    private final Place place;
    private final LocalAgent agent;
    private final Supplier<Cloud> cloud;
    private final Peers peers;
    private final InstantSource clock;
    private final Log log;

    private final Map<String, LeaderSeen> leaders = new TreeMap<>();
    private ProofLedger ledger = ProofLedger.empty();
    private String kept = "";
    private Self self;
    private List<Member> members = List.of();
    private Optional<String> denied = Optional.empty();
    private LogWatch logWatch = LogWatch.start();
    private Instant lastSave = Instant.MIN;
    private Instant watchedSince;
    private Instant lastLook;

    Observer(
            Settings settings,
            String instanceId,
            Place place,
            LocalAgent agent,
            Supplier<Cloud> cloud,
            Peers.Opener opener,
            InstantSource clock,
            Log log) {
        this.settings = settings;
        this.instanceId = instanceId;
        this.place = place;
        this.agent = agent;
        this.cloud = cloud;
        this.peers = new Peers(opener, clock);
        this.clock = clock;
        this.log = log;
        this.self = new Self(instanceId, "", "", true, Optional.empty());
        this.watchedSince = clock.instant();
        this.lastLook = watchedSince;
    }

    /// Reads the ledger. One that can't be read is set aside, and everything is proven again.
    void load() throws IOException {
        place.create();
        Optional<String> text = Keeping.read(place.ledger());
        if (text.isEmpty()) {
            return;
        }
        switch (LedgerText.read(text.get())) {
            case LedgerText.Read read -> {
                ledger = read.ledger();
                kept = text.get();
            }
            case LedgerText.Unreadable unreadable ->
                log.warn("the proofs of death in " + place.ledger() + " can't be read (" + unreadable.why()
                        + "): they are gathered anew");
        }
    }

    /// The regular cheap look.
    void looked(boolean leader) {
        Instant now = clock.instant();
        if (Duration.between(lastLook, now).compareTo(GAP) > 0) {
            watchedSince = now;
        }
        lastLook = now;
        if (leader) {
            leaders.put(instanceId, new LeaderSeen(instanceId, "known to this agent", now));
        }
    }

    /// Whether a server that isn't proven dead is failed in gossip, as of the last time that the agent was asked.
    boolean hasUnproven() {
        return members.stream()
                .anyMatch(member -> member.server()
                        && member.status() == Member.Status.FAILED
                        && !ledger.proofs().containsKey(member.name()));
    }

    ProofLedger ledger() {
        return ledger;
    }

    Self self() {
        return self;
    }

    /// Asks the own agent about itself and gossip. One that doesn't answer tells nothing about its raft; what gossip
    /// said stays.
    void askAgent() throws IOException {
        denied = Optional.empty();
        self = new Self(instanceId, self.raftId(), self.address(), self.server(), Optional.empty());
        ApiAnswer<JsonNode> answer = Json.read(agent.get("/v1/agent/self", Peers.AGENT_READ));
        noteDenied(answer);
        if (answer instanceof ApiAnswer.Ok<JsonNode>(JsonNode me)) {
            tell(me);
        }
        ApiAnswer<JsonNode> gossip =
                Json.read(agent.get("/v1/agent/members", "node_prefix \"\" { policy = \"read\" }"));
        noteDenied(gossip);
        if (gossip instanceof ApiAnswer.Ok<JsonNode>(JsonNode all)) {
            members = Raft.members(all);
            ledger = ledger.learn(members);
        }
        save();
    }

    private void tell(JsonNode me) {
        JsonNode config = me.path("Config");
        Optional<RaftState> raft = Raft.isBlank(me) ? Optional.of(RaftState.blank()) : raft(me);
        self = new Self(
                instanceId,
                config.path("NodeID").asText(),
                Raft.address(me.path("Member")),
                config.path("Server").asBoolean(),
                raft);
    }

    private Optional<RaftState> raft(JsonNode me) {
        ApiAnswer<JsonNode> configuration =
                Json.read(agent.get("/v1/operator/raft/configuration?stale", Peers.OPERATOR_READ));
        noteDenied(configuration);
        return configuration instanceof ApiAnswer.Ok<JsonNode>(JsonNode servers)
                ? Optional.of(Raft.state(me, servers))
                : Optional.empty();
    }

    private void noteDenied(ApiAnswer<JsonNode> answer) {
        if (answer instanceof ApiAnswer.Denied<JsonNode> refused) {
            denied = Optional.of(refused.rule());
        }
    }

    /// The regular look at the own log while there is a leader: until when it is known to be complete.
    void watchLog() throws IOException {
        if (!(agent.leader() instanceof ApiAnswer.Ok<String>(String leader)) || leader.isEmpty()) {
            return;
        }
        boolean own = leader.equals(self.address());
        Optional<LogWatch.End> leaders =
                !own && logWatch.isDoubtful() ? peers.end(Raft.host(leader)) : Optional.empty();
        Instant at = clock.instant();
        if (!(Json.read(agent.get("/v1/agent/self", Peers.AGENT_READ))
                instanceof ApiAnswer.Ok<JsonNode>(JsonNode me))) {
            return;
        }
        LogWatch.End end = Raft.end(me);
        if (own) {
            if (Raft.isLeader(me)) {
                logWatch = logWatch.on(at, leader, end, Optional.of(end));
            }
        } else {
            Optional<Instant> contact = Raft.contact(me, at);
            if (contact.isPresent()) {
                logWatch = logWatch.on(contact.get(), leader, end, leaders);
            }
        }
        boolean wasComplete = ledger.completeAt().isPresent();
        if (logWatch.completeAt().isPresent()) {
            ledger = ledger.complete(logWatch.completeAt().get());
        }
        if (!wasComplete || !at.isBefore(lastSave.plus(BETWEEN_SAVES))) {
            save();
        }
    }

    /// A look at EC2 and at the other servers while there is no leader.
    void lookAround() throws IOException {
        learn(peers.ask(addresses(askEc2())));
    }

    /// One look at EC2, taken into the ledger.
    Cloud.Sight askEc2() throws IOException {
        Set<String> names = new TreeSet<>();
        for (Member member : members) {
            if (member.server()) {
                names.add(member.name());
            }
        }
        self.raft().ifPresent(raft -> {
            for (RaftServer server : raft.servers()) {
                names.addAll(ledger.namesOf(server.id()));
            }
        });
        Cloud.Sight sight = cloud.get().look(instanceId, names);
        ledger = ledger.observe(sight.round(), instanceId);
        save();
        return sight;
    }

    /// Everything.
    ///
    /// @param running whether Consul runs; if not, what it said last is taken
    Facts collect(boolean running) throws IOException {
        if (running) {
            askAgent();
        }
        Cloud.Sight sight = askEc2();
        List<Answer> answers = peers.ask(addresses(sight));
        learn(answers);
        List<LeaderSeen> seen = new ArrayList<>(leaders.values());
        return new Facts(
                clock.instant(),
                settings,
                self,
                place.look(),
                watchedSince,
                seen,
                members,
                answers,
                Optional.<Ec2Round>of(sight.round()),
                ledger,
                denied);
    }

    private void learn(List<Answer> answers) throws IOException {
        List<Member> told = new ArrayList<>();
        for (Answer answer : answers) {
            if (answer instanceof Answer.Told it && it.server()) {
                told.add(new Member(it.name(), it.raftId(), it.address(), Member.Status.ALIVE, true));
                it.leader().ifPresent(leader -> leaders.put(it.name(), new LeaderSeen(it.name(), leader, it.at())));
            }
        }
        ledger = ledger.learn(told);
        save();
    }

    /// Where others may be asked: instances with the tag, and servers that gossip sees alive.
    private Map<String, String> addresses(Cloud.Sight sight) {
        Map<String, String> names = new TreeMap<>();
        sight.addresses().forEach((id, address) -> names.put(address, id));
        for (Member member : members) {
            if (member.server() && member.status() == Member.Status.ALIVE) {
                names.put(Raft.host(member.address()), member.name());
            }
        }
        names.values().removeIf(instanceId::equals);
        names.remove(Raft.host(self.address()));
        return names;
    }

    private void save() throws IOException {
        String text = LedgerText.write(ledger);
        if (!text.equals(kept)) {
            Keeping.write(place.ledger(), text);
            kept = text;
            lastSave = clock.instant();
        }
    }
}
