package consul.launcher.quorum;

import com.fasterxml.jackson.databind.JsonNode;
import consul.launcher.config.Log;
import consul.launcher.consul.ApiAnswer;
import consul.launcher.consul.Json;
import consul.launcher.consul.LocalAgent;
import consul.launcher.process.AgentControl;
import consul.launcher.recovery.Effect;
import consul.launcher.recovery.Event;
import consul.launcher.recovery.Facts;
import consul.launcher.recovery.Journal;
import consul.launcher.recovery.Machine;
import consul.launcher.recovery.Phase;
import consul.launcher.recovery.Plan;
import consul.launcher.recovery.RaftState;
import consul.launcher.recovery.Settings;
import consul.launcher.recovery.Step;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// Drives the [Machine] on the watch thread of a server: polls, does what it asks for, and tells it what came of it.
public final class QuorumWatch {

    /// Names and times of contact change slowly; what is failed in gossip shall be noticed before the next one is.
    private static final Duration REFRESH = Duration.ofSeconds(20);

    /// The same look while a plan is in force and elections go on.
    private static final Duration BETWEEN_CHECKS = Duration.ofMillis(500);

    /// Consul needs 6.5 s with its default `raft_multiplier`; a slow disk and a large snapshot more.
    private static final Duration VERIFY_LIMIT = Duration.ofMinutes(2);

    /// What the watch is made of.
    ///
    /// @param instanceId the own EC2 instance id; empty text if it isn't known
    /// @param agent the own agent
    /// @param cloud made when EC2 is first asked
    /// @param opener for the other agents
    /// @param control of the own agent's process
    public record Parts(
            Settings settings,
            String instanceId,
            Place place,
            LocalAgent agent,
            Supplier<Cloud> cloud,
            Opener opener,
            AgentControl control) {}

    /// Opens the API of the agent at an address.
    public interface Opener {
        /// Empty if it can't be opened at all.
        Optional<LocalAgent> open(String host);
    }

    private final Parts parts;
    private final Place place;
    private final InstantSource clock;
    private final Log log;
    private final Observer observer;

    private Machine machine;
    private boolean running = true;
    private Instant nextRefresh;
    private String lastTrouble = "";

    public QuorumWatch(Parts parts, InstantSource clock, Log log) {
        this.parts = parts;
        this.place = parts.place();
        this.clock = clock;
        this.log = log;
        this.observer = new Observer(
                parts.settings(),
                parts.instanceId(),
                place,
                parts.agent(),
                parts.cloud(),
                parts.opener()::open,
                clock,
                log);
        this.machine = Machine.start(parts.settings());
        this.nextRefresh = clock.instant();
    }

    /// Reads what was kept.
    public void open() throws IOException {
        observer.load();
        Keeping.delete(place.order());
        Keeping.delete(place.report());
        Optional<String> owner = place.readOwner();
        if (owner.isPresent() && !parts.instanceId().isEmpty() && !owner.get().equals(parts.instanceId())) {
            log.warn("the data directory " + place.data() + " was written by " + owner.get() + ", this is "
                    + parts.instanceId() + ": automatic quorum recovery is off for this server");
        }
    }

    /// The regular look, every second or two while there is no leader.
    public void look(boolean leader) {
        try {
            observer.looked(leader);
            if (!running && !(machine.phase() instanceof Phase.Acting)) {
                // It could not be started when it should have been.
                Resumption.takeBack(place);
                start();
            }
            refresh(leader);
            if (leader) {
                observer.watchLog();
            }
            Deque<Event> events = new ArrayDeque<>();
            events.add(new Event.Polled(clock.instant(), leader, observer.hasUnproven()));
            ordered().ifPresent(events::add);
            while (!events.isEmpty()) {
                Step step = machine.on(events.remove());
                machine = step.machine();
                for (Effect effect : step.effects()) {
                    does(effect).ifPresent(events::add);
                }
            }
            if (leader && machine.phase() instanceof Phase.Run) {
                Keeping.delete(place.report());
            }
        } catch (IOException e) {
            trouble("the quorum can't be watched: " + e);
        }
    }

    private void refresh(boolean leader) throws IOException {
        if (!leader || clock.instant().isBefore(nextRefresh)) {
            return;
        }
        nextRefresh = clock.instant().plus(REFRESH);
        observer.askAgent();
        adopt();
        finish();
    }

    /// With a leader, what the disk holds is this instance's from now on, if it was nobody's.
    private void adopt() throws IOException {
        boolean holds = observer.self().raft().filter(raft -> !raft.isBlank()).isPresent();
        if (holds && !parts.instanceId().isEmpty() && place.readOwner().isEmpty()) {
            Keeping.write(place.owner(), parts.instanceId() + "\n");
        }
    }

    /// A plan whose application was cut off after Consul took it in, and now there is a leader.
    private void finish() throws IOException {
        Optional<Journal> journal = place.readJournal();
        if (journal.isEmpty()) {
            return;
        }
        Optional<String> missing =
                missing(plannedIds(Keeping.read(place.planned()).orElse("[]")));
        record("plan " + journal.get().plan() + " was cut off after Consul took it in; "
                + missing.map(what -> "not as planned: " + what).orElse("verified"));
        Keeping.delete(place.journal());
        Keeping.delete(place.planned());
    }

    private Optional<Event> ordered() throws IOException {
        Optional<String> order = Keeping.read(place.order());
        if (order.isEmpty()) {
            return Optional.empty();
        }
        Keeping.delete(place.order());
        log.info("an operator orders plan " + order.get().strip());
        return Optional.of(new Event.Ordered(clock.instant(), order.get().strip()));
    }

    private Optional<Event> does(Effect effect) throws IOException {
        return switch (effect) {
            case Effect.Log(Effect.Level level, String text) -> {
                say(level, text);
                yield Optional.empty();
            }
            case Effect.Look _ -> {
                if (running && observer.self().raft().isEmpty()) {
                    observer.askAgent();
                }
                observer.lookAround();
                yield Optional.empty();
            }
            case Effect.Collect _ -> {
                Facts facts = observer.collect(running);
                yield Optional.of(new Event.Collected(facts));
            }
            case Effect.StopConsul _ -> Optional.of(attempt(this::stop));
            case Effect.StartConsul _ -> {
                Resumption.takeBack(place);
                start();
                yield Optional.empty();
            }
            case Effect.Apply(Plan plan) -> Optional.of(attempt(() -> apply(plan)));
            case Effect.Verify(Plan plan) -> Optional.of(attempt(() -> verify(plan)));
        };
    }

    private interface Act {
        void run() throws IOException;
    }

    private Event attempt(Act act) {
        try {
            act.run();
            return new Event.Done(clock.instant());
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.toString() : e.getMessage();
            return new Event.Failed(clock.instant(), why);
        }
    }

    private void stop() throws IOException {
        log.warn("stopping Consul for a quorum recovery");
        parts.control().stop();
        running = false;
    }

    private void start() throws IOException {
        if (!running) {
            parts.control().start();
            running = true;
        }
    }

    private void apply(Plan plan) throws IOException {
        record("applying plan " + plan.hash() + "\n" + plan.text());
        new Application(place, () -> {}).write(Application.Work.of(plan));
        log.warn("the raft state from before is in " + plan.backupDirectory() + "; starting Consul with plan "
                + plan.hash());
        start();
    }

    private void verify(Plan plan) throws IOException {
        long before = observer.self().raft().map(RaftState::lastIndex).orElse(0L);
        Instant end = clock.instant().plus(VERIFY_LIMIT);
        String last = "Consul didn't answer";
        while (clock.instant().isBefore(end)) {
            last = unverified(plan, before);
            if (last.isEmpty()) {
                record("plan " + plan.hash() + " is verified: there is a leader, every entry up to " + before
                        + " is applied, the servers are as planned");
                Keeping.delete(place.journal());
                Keeping.delete(place.planned());
                return;
            }
            try {
                Thread.sleep(BETWEEN_CHECKS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
        record("plan " + plan.hash() + " is not verified: " + last);
        throw new IOException(last);
    }

    /// What isn't as planned; empty if all is.
    private String unverified(Plan plan, long before) {
        if (!(parts.agent().leader() instanceof ApiAnswer.Ok<String> leader)
                || leader.value().isEmpty()) {
            return "there is no leader";
        }
        ApiAnswer<JsonNode> self = Json.read(parts.agent().get("/v1/agent/self", Peers.AGENT_READ));
        if (!(self instanceof ApiAnswer.Ok<JsonNode> me)) {
            return self.describe();
        }
        long applied = Raft.applied(me.value());
        if (applied < before) {
            return "entry " + applied + " is applied, the log had " + before;
        }
        return missing(new HashSet<>(plan.raftIds())).orElse("");
    }

    /// Who isn't in the configuration but should be.
    private Optional<String> missing(Set<String> planned) {
        ApiAnswer<JsonNode> answer =
                Json.read(parts.agent().get("/v1/operator/raft/configuration?stale", Peers.OPERATOR_READ));
        if (!(answer instanceof ApiAnswer.Ok<JsonNode> configuration)) {
            return Optional.of(answer.describe());
        }
        Set<String> missing = new HashSet<>(planned);
        configuration
                .value()
                .path("Servers")
                .forEach(server -> missing.remove(server.path("ID").asText()));
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("the configuration lacks " + String.join(", ", missing));
    }

    private static Set<String> plannedIds(String peersJson) {
        Set<String> ids = new HashSet<>();
        if (Json.read(new ApiAnswer.Ok<>(peersJson)) instanceof ApiAnswer.Ok<JsonNode> peers) {
            peers.value().forEach(peer -> ids.add(peer.path("id").asText()));
        }
        return ids;
    }

    /// To the log, and kept for `recovery plan`.
    private void say(Effect.Level level, String text) throws IOException {
        Keeping.write(place.report(), clock.instant() + "\n" + text + "\n");
        for (String line : text.split("\n", -1)) {
            if (line.isEmpty()) {
                continue;
            }
            switch (level) {
                case INFO -> log.info(line);
                case WARN -> log.warn(line);
                case ERROR -> log.error(line);
            }
        }
    }

    /// In the log, and in the data directory for good.
    private void record(String text) throws IOException {
        log.warn(text.lines().findFirst().orElse(""));
        Keeping.append(place.audit(), clock.instant() + " " + parts.instanceId() + " " + text + "\n");
    }

    private void trouble(String what) {
        if (!what.equals(lastTrouble)) {
            lastTrouble = what;
            log.warn(what);
        }
    }
}
