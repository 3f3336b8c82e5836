package consul.launcher.quorum;

import consul.launcher.config.Log;
import consul.launcher.consul.AgentSelf;
import consul.launcher.consul.ApiAnswer;
import consul.launcher.consul.ConsulApi;
import consul.launcher.consul.LocalAgent;
import consul.launcher.consul.Pulse;
import consul.launcher.consul.RaftConfiguration;
import consul.launcher.consul.RaftStats;
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
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
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
    /// Otherwise so often, to a file of its own, which a power failure may take: then a loss looks larger than it
    /// is. To write the ledger through to the disk for it would be a dozen waits each time.
    private static final Duration BETWEEN_SAVES = Duration.ofSeconds(30);

    private static final String MEMBERS_READ = "node_prefix \"\" { policy = \"read\" }";

    /// A cluster that forms has no leader for so long.
    private static final Duration FORMING = Duration.ofSeconds(20);

    /// What gossip doesn't show is read again so often.
    private static final Duration BETWEEN_FULL = Duration.ofMinutes(5);

    /// A log that is known to be complete isn't compared.
    private static final LogWatch.End NOT_ASKED = new LogWatch.End(0, 0);

    private final Settings settings;
    private final String instanceId;
    private final Place place;
    private final LocalAgent local;
    private final ConsulApi agent;
    private final Supplier<Cloud> cloud;
    private final Peers peers;
    private final InstantSource clock;
    private final Log log;

    private String lastGossip = "";
    private Instant nextFull = Instant.MIN;

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
    private final Instant begin;
    private final Map<Path, String> lastTroubles = new HashMap<>();

    Observer(
            Settings settings,
            String instanceId,
            Place place,
            LocalAgent agent,
            Supplier<Cloud> cloud,
            Opener opener,
            InstantSource clock,
            Log log) {
        this.settings = settings;
        this.instanceId = instanceId;
        this.place = place;
        this.local = agent;
        this.agent = new ConsulApi(agent);
        this.cloud = cloud;
        this.peers = new Peers(opener, clock);
        this.clock = clock;
        this.log = log;
        this.self = new Self(instanceId, "", "", true, Optional.empty());
        this.watchedSince = clock.instant();
        this.lastLook = watchedSince;
        this.begin = watchedSince;
    }

    /// Reads the ledger. One that can't be read is set aside, and everything is proven again.
    void load() throws IOException {
        place.create();
        loadLedger();
        Instant now = clock.instant();
        Optional<Instant> complete =
                place.readComplete().flatMap(Observer::time).filter(at -> !at.isAfter(now));
        if (complete.isPresent()) {
            ledger = ledger.complete(complete.get());
        } else {
            // One of a clock that was ahead must not come true some day.
            Keeping.delete(place.complete());
        }
    }

    private static Optional<Instant> time(String text) {
        try {
            return Optional.of(Instant.parse(text.strip()));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private void loadLedger() throws IOException {
        switch (place.readLedger()) {
            case LedgerText.Read read -> ledger = read.ledger().asOf(clock.instant());
            case LedgerText.Unreadable unreadable -> {
                Path aside = place.ledger().resolveSibling("ledger.unreadable");
                Keeping.rename(place.ledger(), aside);
                log.warn("the proofs of death in " + place.ledger() + " can't be read (" + unreadable.why()
                        + "): they are set aside as " + aside + " and gathered anew");
            }
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

    /// Asks the own agent whether it knows a leader, with or without anybody looking.
    boolean hasLeader() {
        boolean leader =
                agent.leader() instanceof ApiAnswer.Ok<String> ok && !ok.value().isEmpty();
        if (leader) {
            leaders.put(instanceId, new LeaderSeen(instanceId, "known to this agent", clock.instant()));
        }
        return leader;
    }

    /// Asks the own agent about itself and gossip. One that doesn't answer tells nothing about its raft; what
    /// gossip said stays.
    void askAgent() {
        lastGossip = "";
        denied = Optional.empty();
        self = new Self(instanceId, self.raftId(), self.address(), self.server(), Optional.empty());
        ApiAnswer<AgentSelf> answer = agent.self();
        noteDenied(answer);
        if (answer instanceof ApiAnswer.Ok<AgentSelf>(AgentSelf me)) {
            self = new Self(instanceId, me.nodeId(), Raft.address(me), me.server(), raft(me));
        }
        ApiAnswer<List<consul.launcher.consul.Member>> gossip = agent.members();
        noteDenied(gossip);
        if (gossip instanceof ApiAnswer.Ok<List<consul.launcher.consul.Member>> all) {
            members = Raft.members(all.value());
            ledger = ledger.learn(members);
        }
        save();
    }

    /// The same while there is a leader, where nothing is to be asked and read that is as it was: a change of the
    /// servers shows in gossip first.
    ///
    /// @return whether anything was new
    boolean refresh() {
        String gossip =
                local.get("/v1/agent/members", MEMBERS_READ) instanceof ApiAnswer.Ok<String>(String text) ? text : "";
        if (!gossip.isEmpty() && gossip.equals(lastGossip) && clock.instant().isBefore(nextFull)) {
            return false;
        }
        nextFull = clock.instant().plus(BETWEEN_FULL);
        askAgent();
        // What wasn't told is asked for again.
        lastGossip = self.raft().isPresent() ? gossip : "";
        return true;
    }

    private Optional<RaftState> raft(AgentSelf me) {
        if (!me.server()) {
            return Optional.of(RaftState.blank());
        }
        if (me.raft().isEmpty() || me.raft().get().isBlank()) {
            return me.raft().map(_ -> RaftState.blank());
        }
        ApiAnswer<RaftConfiguration> configuration =
                agent.raftConfiguration(me.raft().get());
        noteDenied(configuration);
        return configuration instanceof ApiAnswer.Ok<RaftConfiguration> ok
                ? Optional.of(Raft.state(me.raft().get(), ok.value()))
                : Optional.empty();
    }

    private void noteDenied(ApiAnswer<?> answer) {
        if (answer instanceof ApiAnswer.Denied<?> refused) {
            denied = Optional.of(refused.rule());
        }
    }

    /// The regular look at the own log while there is a leader: until when it is known to be complete. Once it
    /// is, the pulse is all that is needed, and the agent isn't asked for a document.
    void watchLog(Pulse pulse) {
        Instant now = clock.instant();
        if (!logWatch.isDoubtful()
                && pulse.leader() instanceof ApiAnswer.Ok<String>(String steady)
                && pulse.sinceContact().isPresent()) {
            complete(logWatch.on(now.minus(pulse.sinceContact().get()), steady, NOT_ASKED, Optional.empty()), now);
            return;
        }
        if (!(agent.leader() instanceof ApiAnswer.Ok<String>(String leader)) || leader.isEmpty()) {
            return;
        }
        boolean own = leader.equals(self.address());
        Optional<LogWatch.End> leaders =
                !own && logWatch.isDoubtful() ? peers.end(Raft.host(leader)) : Optional.empty();
        Instant at = clock.instant();
        if (!(agent.self() instanceof ApiAnswer.Ok<AgentSelf> me)
                || me.value().raft().isEmpty()) {
            return;
        }
        RaftStats stats = me.value().raft().get();
        LogWatch.End end = Raft.end(stats);
        if (own) {
            if (stats.state().equals("Leader")) {
                logWatch = logWatch.on(at, leader, end, Optional.of(end));
            }
        } else if (stats.lastContact().isPresent()) {
            logWatch = logWatch.on(at.minus(stats.lastContact().get()), leader, end, leaders);
        }
        complete(logWatch, at);
    }

    private void complete(LogWatch seen, Instant at) {
        logWatch = seen;
        boolean wasComplete = ledger.completeAt().isPresent();
        if (logWatch.completeAt().isPresent()) {
            ledger = ledger.complete(logWatch.completeAt().get());
        }
        if (!wasComplete) {
            save();
        } else if (!at.isBefore(lastSave.plus(BETWEEN_SAVES))) {
            lastSave = at;
            keep(
                    place.complete(),
                    () -> Keeping.replace(place.complete(), ledger.completeAt().orElseThrow() + "\n"));
        }
    }

    /// A look at EC2 and at the other servers while there is no leader. Not in the first seconds of a server
    /// that never had one: there is nothing that it could lose, and the AWS SDK would stay in memory for it.
    void lookAround() {
        if (isForming()) {
            return;
        }
        Cloud.Sight sight = askEc2(Cloud.LONGEST);
        // An EC2 that answers slowly is no gap in watching.
        looked(hasLeader());
        learn(peers.ask(addresses(sight), Peers.LIMIT));
    }

    private boolean isForming() {
        Instant now = clock.instant();
        // A clock that was set back says nothing.
        boolean begins = !now.isBefore(begin) && now.isBefore(begin.plus(FORMING));
        return begins && leaders.isEmpty() && ledger.completeAt().isEmpty();
    }

    /// One look at EC2, taken into the ledger.
    ///
    /// @param within for all calls together
    Cloud.Sight askEc2(Duration within) {
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
        Cloud.Sight sight = cloud.get().look(instanceId, names, within);
        ledger = ledger.observe(sight.round(), instanceId);
        save();
        return sight;
    }

    /// Everything. While Consul is stopped it takes less time than [Machine] has it stopped for a second look; what
    /// getting AWS credentials takes comes on top.
    ///
    /// @param running whether Consul runs; if not, what it said last is taken
    /// @throws IOException if the data directory can't be read
    Facts collect(boolean running) throws IOException {
        if (running) {
            askAgent();
        }
        Cloud.Sight sight = askEc2(running ? Cloud.LONGEST : Cloud.LONGEST_STOPPED);
        if (running) {
            looked(hasLeader());
        }
        List<Answer> answers = peers.ask(addresses(sight), running ? Peers.LIMIT : Peers.LIMIT_STOPPED);
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

    private void learn(List<Answer> answers) {
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

    /// A ledger that can't be kept is known for as long as this launcher runs, and tried to be kept at each change.
    private void save() {
        String text = LedgerText.write(ledger);
        if (text.equals(kept)) {
            return;
        }
        keep(place.ledger(), () -> {
            Keeping.write(place.ledger(), text);
            kept = text;
            lastSave = clock.instant();
        });
    }

    private interface Writing {
        void write() throws IOException;
    }

    private void keep(Path file, Writing writing) {
        try {
            writing.write();
            lastTroubles.remove(file);
        } catch (IOException e) {
            String trouble = "the proofs of death can't be kept in " + file + ": " + e;
            if (!trouble.equals(lastTroubles.put(file, trouble))) {
                log.warn(trouble);
            }
        }
    }
}
