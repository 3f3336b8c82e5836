package consul.launcher.recovery;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// Facts for a test, told as what differs from a calm cluster: the servers `a`, `b`, `c`, …, the last of which
/// is this one. Server `b` has the raft id `id-b`, runs on instance `i-0000000b` and has the address
/// `10.0.0.11:8300`.
final class Scene {

    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    /// Everybody lost the leader then, up to which all logs were complete.
    static final Instant COMPLETE = NOW.minusSeconds(90);

    private final List<RaftServer> configuration = new ArrayList<>();
    private final Map<String, InstanceState> byId = new TreeMap<>();
    private final Map<String, InstanceState> byTag = new TreeMap<>();
    private final Map<String, Member> members = new TreeMap<>();
    private final Map<String, Answer> answers = new TreeMap<>();
    private final List<LeaderSeen> leaders = new ArrayList<>();
    private final String own;
    private Settings settings = new Settings(
            Mode.AUTO, Settings.DEFAULT_CONFIRMATION, Settings.DEFAULT_MAX_LOSS, Optional.of("consul=test"));
    private ProofLedger ledger = ProofLedger.empty();
    private Self self;
    private DataDirectory data;
    private Optional<Ec2Answer.Kind> failure = Optional.empty();
    private String denied = "";
    private Instant watchedSince = NOW.minus(Duration.ofHours(2));
    private Instant round = NOW;

    private Scene(String servers) {
        own = servers.substring(servers.length() - 1);
        for (String letter : servers.split("")) {
            configuration.add(server(letter, true));
        }
        self = new Self(instance(own), id(own), address(own), true, Optional.of(raft(5, 100)));
        data = new DataDirectory("/consul/data", Optional.of(instance(own)), DataDirectory.PeersFile.ABSENT, true);
        for (String letter : servers.split("")) {
            gossip(letter, Member.Status.ALIVE);
            state(letter, InstanceState.RUNNING);
        }
        ledger = new ProofLedger(
                Map.of(),
                Map.of(),
                Map.of(),
                Optional.of(new Span(NOW.minus(Duration.ofHours(2)), NOW)),
                Optional.of(COMPLETE));
        ledger = ledger.learn(members.values());
    }

    /// @param servers one letter each, the last is this server
    static Scene of(String servers) {
        return new Scene(servers);
    }

    /// The drill: three servers, two of them terminated and replaced by blank ones.
    static Scene drill() {
        return Scene.of("abc").dead("a").dead("b").newcomer("d").newcomer("e");
    }

    /// Three servers, two of them unreachable and nothing proven.
    static Scene lost() {
        return Scene.of("abc").unreachable("a").unreachable("b");
    }

    static String instance(String letter) {
        return "i-0000000" + letter;
    }

    static String id(String letter) {
        return "id-" + letter;
    }

    static String address(String letter) {
        return "10.0.0." + Character.digit(letter.charAt(0), 16) + ":8300";
    }

    static RaftServer server(String letter, boolean voter) {
        return new RaftServer(id(letter), address(letter), instance(letter), voter);
    }

    RaftState raft(long term, long index) {
        return new RaftState(configuration, 1, term, index, index);
    }

    /// Terminated, proven so within seconds of the loss, and gone from gossip's living.
    Scene dead(String letter) {
        Proof proof = new Proof(instance(letter), COMPLETE.plusSeconds(5), COMPLETE.plusSeconds(40));
        TreeMap<String, Proof> proofs = new TreeMap<>(ledger.proofs());
        proofs.put(proof.instanceId(), proof);
        ledger = new ProofLedger(proofs, ledger.seen(), ledger.names(), ledger.listed(), ledger.completeAt());
        return unreachable(letter).state(letter, InstanceState.TERMINATED);
    }

    /// Failed in gossip and silent; EC2 says running.
    Scene unreachable(String letter) {
        answers.remove(letter);
        return gossip(letter, Member.Status.FAILED);
    }

    /// A blank server with the tag.
    Scene newcomer(String letter) {
        return gossip(letter, Member.Status.ALIVE)
                .state(letter, InstanceState.RUNNING)
                .answers(letter, RaftState.blank());
    }

    /// Alive, and answers with this log and its own cluster's configuration.
    Scene survivor(String letter, long term, long index) {
        return answers(letter, raft(term, index));
    }

    Scene answers(String letter, RaftState raft) {
        return answer(letter, instance(letter), id(letter), address(letter), raft);
    }

    Scene answer(String letter, String name, String raftId, String address, RaftState raft) {
        return answer(letter, new Answer.Told(name, NOW, raftId, address, true, raft, Optional.empty()));
    }

    Scene answer(String letter, Answer answer) {
        answers.put(letter, answer);
        return this;
    }

    Scene state(String letter, InstanceState state) {
        byId.put(instance(letter), state);
        byTag.put(instance(letter), state);
        return this;
    }

    /// EC2 no longer knows it.
    Scene purged(String letter) {
        byId.remove(instance(letter));
        byTag.remove(instance(letter));
        return this;
    }

    Scene untagged(String letter) {
        byTag.remove(instance(letter));
        return this;
    }

    Scene gossip(String letter, Member.Status status) {
        return member(letter, new Member(instance(letter), id(letter), address(letter), status, true));
    }

    Scene member(String letter, Member member) {
        members.put(letter, member);
        return this;
    }

    Scene reaped(String letter) {
        members.remove(letter);
        return this;
    }

    Scene leaderSeenBy(String letter, Instant at) {
        leaders.add(new LeaderSeen(instance(letter), address("a"), at));
        return this;
    }

    Scene watchedSince(Instant since) {
        watchedSince = since;
        return this;
    }

    Scene ec2Fails(Ec2Answer.Kind kind) {
        failure = Optional.of(kind);
        return this;
    }

    Scene stopped(String letter, InstanceState state) {
        return unreachable(letter).state(letter, state);
    }

    /// This server holds nothing.
    Scene blank() {
        return self(s -> new Self(s.instanceId(), s.raftId(), s.address(), s.server(), Optional.of(RaftState.blank())));
    }

    /// A server that the operator gave a name of its own.
    Scene renamed(String letter, String name) {
        return forgotten(letter)
                .member(letter, new Member(name, id(letter), address(letter), Member.Status.FAILED, true));
    }

    /// A server of the configuration that was never seen in gossip.
    Scene forgotten(String letter) {
        TreeMap<String, Set<String>> names = new TreeMap<>(ledger.names());
        names.remove(id(letter));
        ledger = new ProofLedger(ledger.proofs(), ledger.seen(), names, ledger.listed(), ledger.completeAt());
        return reaped(letter);
    }

    Scene peersFile(DataDirectory.PeersFile file) {
        return data(d -> new DataDirectory(d.path(), d.owner(), file, d.peersInfo()));
    }

    Scene owner(String name) {
        return data(d -> new DataDirectory(d.path(), Optional.of(name), d.peersFile(), d.peersInfo()));
    }

    Scene maxLoss(Duration most) {
        return settings(s -> new Settings(s.mode(), s.confirmation(), most, s.tag()));
    }

    Scene askedAt(Instant at) {
        round = at;
        return this;
    }

    Scene denied(String rule) {
        denied = rule;
        return this;
    }

    Scene settings(UnaryOperator<Settings> change) {
        settings = change.apply(settings);
        return this;
    }

    Scene self(UnaryOperator<Self> change) {
        self = change.apply(self);
        return this;
    }

    Scene data(UnaryOperator<DataDirectory> change) {
        data = change.apply(data);
        return this;
    }

    Scene ledger(UnaryOperator<ProofLedger> change) {
        ledger = change.apply(ledger);
        return this;
    }

    Facts facts() {
        Ec2Answer ids = new Ec2Answer.Listed(byId);
        Ec2Answer tagged = new Ec2Answer.Listed(byTag);
        if (failure.isPresent()) {
            ids = new Ec2Answer.Failed(failure.get(), "test");
            tagged = ids;
        }
        return new Facts(
                NOW,
                settings,
                self,
                data,
                watchedSince,
                leaders,
                List.copyOf(members.values()),
                List.copyOf(answers.values()),
                Optional.of(new Ec2Round(round, ids, tagged)),
                ledger,
                denied.isEmpty() ? Optional.empty() : Optional.of(denied));
    }

    Decision decision() {
        return Planner.decide(facts());
    }

    Plan plan() {
        return decision() instanceof Decision.Recover(Plan plan)
                ? plan
                : fail(decision().line());
    }
}
