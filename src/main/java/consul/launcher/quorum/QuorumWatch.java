package consul.launcher.quorum;

import consul.launcher.config.Limits;
import consul.launcher.config.Log;
import consul.launcher.consul.AgentSelf;
import consul.launcher.consul.ApiAnswer;
import consul.launcher.consul.ConsulApi;
import consul.launcher.consul.LocalAgent;
import consul.launcher.consul.Pulse;
import consul.launcher.consul.RaftConfiguration;
import consul.launcher.json.JsonException;
import consul.launcher.json.JsonNode;
import consul.launcher.process.AgentControl;
import consul.launcher.recovery.DataDirectory;
import consul.launcher.recovery.Effect;
import consul.launcher.recovery.Event;
import consul.launcher.recovery.Journal;
import consul.launcher.recovery.Machine;
import consul.launcher.recovery.Phase;
import consul.launcher.recovery.Plan;
import consul.launcher.recovery.RaftState;
import consul.launcher.recovery.Settings;
import consul.launcher.recovery.Step;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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

    private final Parts parts;
    private final Place place;
    private final InstantSource clock;
    private final Log log;
    private final Observer observer;
    private final ConsulApi agent;

    private Machine machine;
    private boolean opened;
    private boolean running = true;

    /// That of the plan that is being applied.
    private Application application;

    /// Empty while there is a leader.
    private Optional<Instant> leaderlessSince = Optional.empty();

    private Instant nextRefresh;
    private String lastTrouble = "";

    public QuorumWatch(Parts parts, InstantSource clock, Log log) {
        this.parts = parts;
        this.place = parts.place();
        this.clock = clock;
        this.log = log;
        this.agent = new ConsulApi(parts.agent());
        this.observer = new Observer(
                parts.settings(), parts.instanceId(), place, parts.agent(), parts.cloud(), parts.opener(), clock, log);
        this.machine = Machine.start(parts.settings());
        this.application = new Application(place, clock, () -> {});
        this.nextRefresh = clock.instant();
    }

    /// Reads what was kept.
    void open() throws IOException {
        observer.load();
        Keeping.delete(place.order());
        Keeping.delete(place.report());
        Optional<String> owner = place.readOwner();
        if (owner.isPresent() && !parts.instanceId().isEmpty() && !owner.get().equals(parts.instanceId())) {
            log.warn("the data directory " + place.data() + " was written by " + owner.get() + ", this is "
                    + parts.instanceId() + ": automatic quorum recovery is off for this server");
        }
        opened = true;
    }

    /// A disk that is full or read-only for a moment must not end the watch for months.
    private boolean isOpen() {
        if (!opened) {
            try {
                open();
            } catch (IOException e) {
                trouble("the quorum isn't watched, which is tried with every look: " + e);
            }
        }
        return opened;
    }

    /// The regular look, every second while there is no leader. Blocks until all is done that it leads to: facts
    /// are gathered in about half a minute, a plan is applied in the time of a copy of the raft directory, and
    /// verified in 2 minutes at most. However it ends, Consul runs afterwards: what it was stopped for is done
    /// within one look, or not at all. If it can't be started, that is logged and tried with every look.
    public void look(Pulse pulse) {
        if (!isOpen()) {
            return;
        }
        boolean leader = pulse.hasLeader();
        leaderlessSince = leader ? Optional.empty() : leaderlessSince.or(() -> Optional.of(clock.instant()));
        try {
            observer.looked(leader);
            refresh(leader);
            if (leader) {
                observer.watchLog(pulse);
            }
            drive(leader);
            if (leader && machine.phase() instanceof Phase.Run) {
                Keeping.delete(place.report());
            }
        } catch (IOException e) {
            trouble("the quorum can't be watched: " + e);
        } finally {
            if (machine.phase() instanceof Phase.Acting) {
                // Only a bug gets here; without this nothing would ever be decided again.
                machine = machine.on(new Event.Failed(clock.instant(), "cut off by a bug"))
                        .machine();
            }
            startAgain();
        }
    }

    private void drive(boolean leader) {
        Deque<Event> events = new ArrayDeque<>();
        events.add(new Event.Polled(clock.instant(), leader, observer.hasUnproven()));
        ordered().ifPresent(events::add);
        while (!events.isEmpty()) {
            Step step = machine.on(events.remove());
            machine = step.machine();
            if (machine.phase() instanceof Phase.Leaderless) {
                tellToWait();
            }
            for (Effect effect : step.effects()) {
                does(effect).ifPresent(events::add);
            }
        }
    }

    private void refresh(boolean leader) throws IOException {
        if (!leader || clock.instant().isBefore(nextRefresh)) {
            return;
        }
        nextRefresh = clock.instant().plus(REFRESH);
        if (observer.refresh()) {
            adopt();
            finish();
        }
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
        if (journal.isEmpty() || journal.get().step() != Journal.Step.START) {
            return;
        }
        Optional<String> missing =
                missing(plannedIds(Keeping.read(place.planned()).orElse("[]")));
        settled("plan " + journal.get().plan() + " was cut off after Consul took it in; "
                + missing.map(what -> "not as planned: " + what).orElse("verified"));
    }

    private Optional<Event> ordered() {
        try {
            Optional<String> order = Keeping.read(place.order());
            if (order.isEmpty()) {
                return Optional.empty();
            }
            Keeping.delete(place.order());
            log.info("an operator orders plan " + order.get().strip());
            return Optional.of(new Event.Ordered(clock.instant(), order.get().strip()));
        } catch (IOException e) {
            trouble("an operator's order can't be read: " + e);
            return Optional.empty();
        }
    }

    private Optional<Event> does(Effect effect) {
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
            case Effect.Collect _ -> Optional.of(attempt(() -> new Event.Collected(observer.collect(running))));
            case Effect.StopConsul _ -> Optional.of(attempt(this::prepareAndStop));
            case Effect.StartConsul _ -> {
                startAgain();
                yield Optional.empty();
            }
            case Effect.Apply(Plan plan) -> Optional.of(attempt(() -> done(() -> apply(plan))));
            case Effect.Verify(Plan plan) -> Optional.of(attempt(() -> done(() -> verify(plan))));
        };
    }

    private interface Act {
        void run() throws IOException;
    }

    private interface Gathering {
        Event run() throws IOException;
    }

    private Event done(Act act) throws IOException {
        act.run();
        return new Event.Done(clock.instant());
    }

    /// A bug is a failure like any other: the machine must hear of it, or it waits for ever.
    private Event attempt(Gathering act) {
        try {
            return act.run();
        } catch (IOException e) {
            return new Event.Failed(clock.instant(), describe(e));
        } catch (RuntimeException | Error e) {
            return new Event.Failed(
                    clock.instant(), Limits.areReached(e) ? Limits.describe(e) : "a bug, please report it: " + e);
        }
    }

    private static String describe(IOException e) {
        return e instanceof FileSystemException || e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private Event prepareAndStop() throws IOException {
        if (machine.phase() instanceof Phase.Acting acting) {
            place.create();
            application = new Application(place, clock, () -> {});
            try {
                application.prepare(Application.Work.of(acting.plan()));
                if (observer.hasLeader()) {
                    discardCopy();
                    return new Event.LeaderAppeared(clock.instant());
                }
                stop();
            } catch (IOException e) {
                discardCopy();
                throw e;
            }
        }
        return new Event.Done(clock.instant());
    }

    private void discardCopy() {
        try {
            application.discard();
        } catch (IOException e) {
            trouble("what was copied for a quorum recovery that was given up can't be deleted: " + e);
        }
    }

    private void stop() throws IOException {
        log.warn("stopping Consul for a quorum recovery");
        parts.control().stop();
        running = false;
    }

    /// Consul as it was before. Where a peers.json of ours can't be taken back it isn't started: nobody may take in
    /// a plan that may no longer hold.
    private void startAgain() {
        if (running) {
            return;
        }
        try {
            takeBack();
            parts.control().start();
            running = true;
            discardCopy();
        } catch (IOException e) {
            trouble("Consul can't be started again, which is tried with every look: " + e);
        }
    }

    /// @throws IOException if a peers.json of ours is left, or that can't be said
    private void takeBack() throws IOException {
        try {
            Resumption.takeBack(place);
        } catch (IOException e) {
            if (place.peersFile() == DataDirectory.PeersFile.OURS) {
                throw e;
            }
            trouble("what is left of a quorum recovery that was given up can't be cleared away: " + e);
        }
    }

    private void apply(Plan plan) throws IOException {
        place.create();
        record("applying plan " + plan.hash() + "\n" + plan.text());
        application.write(Application.Work.of(plan));
        log.warn("the raft state from before is in " + plan.backupDirectory() + "; starting Consul with plan "
                + plan.hash());
        boolean started = parts.control().start();
        running = true;
        if (!started) {
            Resumption.takeBack(place);
            throw new IOException("Consul ran, although it had been stopped");
        }
    }

    private void verify(Plan plan) throws IOException {
        long before = observer.self().raft().map(RaftState::lastIndex).orElse(0L);
        Instant end = clock.instant().plus(VERIFY_LIMIT);
        String last = "Consul didn't answer";
        while (clock.instant().isBefore(end)) {
            last = unverified(plan, before);
            if (last.isEmpty()) {
                settled("plan " + plan.hash() + " is verified: there is a leader, every entry up to " + before
                        + " is applied, the servers are as planned");
                return;
            }
            try {
                Thread.sleep(BETWEEN_CHECKS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
        try {
            record("plan " + plan.hash() + " is not verified: " + last);
        } catch (IOException e) {
            log.warn("can't be written to " + place.audit() + ": " + e);
        }
        throw new IOException(last);
    }

    /// The application is over. That it can't be written down is no reason to doubt it.
    private void settled(String text) {
        try {
            record(text);
            Keeping.delete(place.journal());
            Keeping.delete(place.planned());
        } catch (IOException e) {
            log.warn("can't be written to " + place.audit() + ": " + e);
        }
    }

    /// What isn't as planned; empty if all is.
    private String unverified(Plan plan, long before) {
        if (!observer.hasLeader()) {
            return "there is no leader";
        }
        ApiAnswer<AgentSelf> self = agent.self();
        if (!(self instanceof ApiAnswer.Ok<AgentSelf> me) || me.value().raft().isEmpty()) {
            return self.describe();
        }
        long applied = me.value().raft().get().appliedIndex();
        if (applied < before) {
            return "entry " + applied + " is applied, the log had " + before;
        }
        return missing(new HashSet<>(plan.raftIds())).orElse("");
    }

    /// Who isn't in the configuration but should be.
    private Optional<String> missing(Set<String> planned) {
        ApiAnswer<RaftConfiguration> answer = agent.raftConfiguration();
        if (!(answer instanceof ApiAnswer.Ok<RaftConfiguration> configuration)) {
            return Optional.of(answer.describe());
        }
        Set<String> missing = new TreeSet<>(planned);
        configuration.value().servers().forEach(server -> missing.remove(server.id()));
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("the configuration lacks " + String.join(", ", missing));
    }

    private static Set<String> plannedIds(String peersJson) {
        Set<String> ids = new HashSet<>();
        try {
            JsonNode.parse(peersJson).forEach(peer -> ids.add(peer.path("id").asText()));
        } catch (JsonException e) {
            return Set.of();
        }
        return ids;
    }

    /// For `recovery status`, until something is decided.
    private void tellToWait() {
        try {
            if (!Keeping.isThere(place.report())) {
                Optional<Instant> until =
                        leaderlessSince.map(at -> at.plus(parts.settings().confirmation()));
                Keeping.write(place.report(), Report.write(clock.instant(), leaderlessSince, until, ""));
            }
        } catch (IOException e) {
            trouble("consul-launcher recovery status won't show for how long there is no leader: " + e);
        }
    }

    /// To the log, and kept for `recovery plan`.
    private void say(Effect.Level level, String text) {
        try {
            Keeping.write(
                    place.report(), Report.write(clock.instant(), leaderlessSince, Optional.empty(), text + "\n"));
        } catch (IOException e) {
            trouble("consul-launcher recovery plan won't show the following, it can't be kept: " + e);
        }
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
