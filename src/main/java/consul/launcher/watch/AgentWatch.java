package consul.launcher.watch;

import consul.launcher.aws.TerminationNotices;
import consul.launcher.config.Leave;
import consul.launcher.config.Limits;
import consul.launcher.config.Log;
import consul.launcher.consul.ApiAnswer;
import consul.launcher.consul.ConsulApi;
import consul.launcher.consul.LocalAgent;
import consul.launcher.consul.Pulse;
import consul.launcher.process.AgentControl;
import consul.launcher.process.Companion;
import consul.launcher.watch.LeavePolicy.Decision;
import consul.launcher.watch.LeavePolicy.Health;
import consul.launcher.watch.LeavePolicy.Role;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Stands beside a supervised agent: looks whether it is ready and whether its instance is going away, and after its
/// quorum, on one thread for all, and decides what a stop means. Whatever fails here is a log line, once per change.
public final class AgentWatch implements Companion {

    /// How often EC2 is asked. AWS recommends every 5 seconds for Spot notices, which come two minutes ahead.
    private static final Duration PAUSE = Duration.ofSeconds(5);

    /// How often an agent that isn't ready yet is asked, so that what waits for it waits no longer than it must.
    private static final Duration PAUSE_UNTIL_READY = Duration.ofSeconds(1);

    /// How often a server is asked whose log must be known to be complete: as seldom as a leader may go
    /// unheard, less the second between two of its heartbeats.
    private static final Duration PAUSE_OF_SERVER = Duration.ofSeconds(4);

    /// Between all questions of a look and the first answer: on one host each is there by then, so one waking
    /// up serves them all.
    private static final Duration NAP = Duration.ofMillis(30);

    /// EC2 that doesn't answer is asked less and less often, up to this many pauses between: half a minute, since a
    /// Spot notice comes two minutes ahead.
    private static final int LONGEST_BACKOFF = 6;

    /// How long a leave may take: longer than any stop timeout in a container should be, which ends it earlier.
    private static final Duration LEAVE_LIMIT = Duration.ofMinutes(2);

    private static final String NOT_HANDED_OVER = "leadership not handed over, another leader is elected instead: ";

    /// What to look at. Opened when the agent runs, so that none of it delays the start.
    public interface Sights {

        LocalAgent agent();

        /// Empty where EC2 isn't to be asked.
        Optional<TerminationNotices> notices();

        /// What is done to the agent by its API; it is looked for what that needs.
        default Set<Feature> features() {
            return Set.of();
        }

        /// What watches a server's quorum, and finds lost servers for a client too; empty where neither is wanted.
        default Optional<Quorum> quorum(LocalAgent agent, AgentControl control) {
            return Optional.empty();
        }
    }

    /// Looks after the quorum. Opened late, and its classes are loaded then.
    public interface Quorum {
        /// Called every 4 or 5 seconds, every second while there is no leader, and never before the last call
        /// has returned. May block, and meanwhile nobody looks whether the agent is ready or its instance goes
        /// away: for milliseconds while all is well, about a minute while EC2 and other agents are asked, and
        /// some minutes while a recovery is applied and verified. What it throws is logged.
        ///
        /// @param pulse what the regular look at the agent showed
        void look(Pulse pulse);
    }

    /// So many looks an agent that isn't ready gets to form its cluster, before its quorum is looked after.
    private static final int LOOKS_TO_FORM = 5;

    /// So many looks an agent gets to answer.
    private static final int LOOKS_TO_ANSWER = 10;

    /// The most looks that a client whose servers can't be seen isn't asked for its leader.
    private static final int MOST_UNASKED = 10;

    private final Role role;
    private final Leave setting;
    private final Sights sights;
    private final ReadyFile readyFile;
    private final Duration stopTimeout;
    private final Rest rest;
    private final Threads threads;
    private final Log log;

    private volatile @Nullable LocalAgent agent;
    private volatile @Nullable AgentControl control;
    private @Nullable Quorum quorum;
    private @Nullable Examination examination;
    private boolean watchesLog;
    private int looks;
    private volatile boolean instanceEnds;
    private volatile boolean stopped;
    private String lastTrouble = "";
    private String lastNotice = "";
    private volatile String lastDecision = "";
    private boolean wasReady;
    private int backoff;
    private int skipped;
    private int unanswered;
    private int unasked;
    private int pauseOfLeader;
    private String lastRefusal = "";

    /// How the time between two looks passes.
    interface Rest {
        void rest(Duration pause) throws InterruptedException;
    }

    /// How work gets a thread of its own, which may fail: a container's threads are numbered.
    interface Threads {
        void start(String name, Runnable work);
    }

    /// @param stopTimeout after which the supervisor kills an agent that was told to leave
    public AgentWatch(Role role, Leave setting, Sights sights, ReadyFile readyFile, Duration stopTimeout, Log log) {
        this(role, setting, sights, readyFile, stopTimeout, Thread::sleep, AgentWatch::start, log);
    }

    AgentWatch(
            Role role,
            Leave setting,
            Sights sights,
            ReadyFile readyFile,
            Duration stopTimeout,
            Rest rest,
            Threads threads,
            Log log) {
        this.role = role;
        this.setting = setting;
        this.sights = sights;
        this.readyFile = readyFile;
        this.stopTimeout = stopTimeout;
        this.rest = rest;
        this.threads = threads;
        this.log = log;
    }

    @Override
    public void controls(AgentControl given) {
        control = given;
    }

    @Override
    public void started(Runnable whenInstanceEnds) {
        // What an earlier launcher knew, which was killed.
        remember(false);
        try {
            threads.start("watch", () -> watch(whenInstanceEnds));
        } catch (RuntimeException | Error e) {
            log.error(
                    Limits.areReached(e)
                            ? Limits.describe(e)
                            : "the agent isn't watched because of a bug, please report it: " + e);
        }
    }

    @Override
    public void decide(Consumer<Way> decided) {
        if (role != Role.SERVER || !instanceEnds || setting == Leave.NEVER) {
            // On the stop signal Consul itself does what is right: it was started with what CONSUL_LEAVE says.
            decided.accept(Way.SIGNAL);
        } else {
            try {
                threads.start("leave", () -> decideByHealth(decided));
            } catch (RuntimeException | Error e) {
                failed(e, decided);
            }
        }
    }

    private void decideByHealth(Consumer<Way> decided) {
        try {
            LocalAgent asked = agent;
            Health health = asked == null
                    ? new Health.Unknown("the agent isn't known yet")
                    : ServerHealth.of(new ConsulApi(asked));
            Decision decision = LeavePolicy.decide(setting, role, true, health);
            String said =
                    (decision.leaves() ? "leaving the cluster: " : "not leaving the cluster: ") + decision.reason();
            if (!said.equals(lastDecision)) {
                lastDecision = said;
                log.info(said);
            }
            if (!decision.leaves() || asked == null || !leave(new ConsulApi(asked), decided)) {
                decided.accept(Way.SIGNAL);
            }
        } catch (RuntimeException | Error e) {
            failed(e, decided);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            decided.accept(Way.SIGNAL);
        }
    }

    /// Out of memory, too: Consul must be told of its stop whatever happens here, and before memory is needed to say
    /// so.
    private void failed(Throwable e, Consumer<Way> decided) {
        decided.accept(Way.SIGNAL);
        log.error(
                Limits.areReached(e)
                        ? Limits.describe(e)
                        : "a bug in deciding whether to leave, please report it: " + e);
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void stopped() {
        stopped = true;
        remember(false);
    }

    /// Whether the agent leaves. What doesn't reach it is sent again, until half of the time is over after which the
    /// supervisor kills it; the next look may decide so again.
    private boolean leave(ConsulApi agent, Consumer<Way> decided) throws InterruptedException {
        if (ServerHealth.leads(agent)) {
            handOver(agent);
        }
        decided.accept(Way.LEAVE);
        long end = System.nanoTime() + stopTimeout.toNanos() / 2;
        ApiAnswer<String> left = agent.leave(LEAVE_LIMIT);
        while (isTurnedAway(left) && !stopped && System.nanoTime() - end < 0) {
            rest.rest(PAUSE_UNTIL_READY);
            left = agent.leave(LEAVE_LIMIT);
        }
        // An agent that has left may end before it answers; one that goes on is killed when its time is over.
        if (left instanceof ApiAnswer.Ok<String>
                || (left instanceof ApiAnswer.Unreachable<String> unreachable && unreachable.sent())) {
            return true;
        }
        if (!stopped && !left.describe().equals(lastRefusal)) {
            lastRefusal = left.describe();
            log.error("the agent can't be told to leave: " + left.describe());
        }
        return false;
    }

    /// Whether it never got the order: there was no connection, or no room for one more.
    private static boolean isTurnedAway(ApiAnswer<String> answer) {
        return (answer instanceof ApiAnswer.Unreachable<String> unreachable && !unreachable.sent())
                || (answer instanceof ApiAnswer.Refused<String> refused
                        && (refused.status() == 429 || refused.status() == 503));
    }

    /// Where it isn't handed over, as by Consul before 1.15, the others elect a leader after this one has left.
    private void handOver(ConsulApi agent) {
        ApiAnswer<Boolean> answer = agent.transferLeader();
        if (answer instanceof ApiAnswer.Ok<Boolean>(Boolean done)) {
            log.info(done ? "leadership handed over" : NOT_HANDED_OVER + "Consul didn't succeed");
        } else {
            log.info(NOT_HANDED_OVER + answer.describe());
        }
    }

    private void watch(Runnable whenInstanceEnds) {
        try (LocalAgent opened = sights.agent()) {
            agent = opened;
            Set<Feature> features = sights.features();
            examination = features.isEmpty() ? null : new Examination(features, log);
            Optional<TerminationNotices> notices = sights.notices();
            while (!stopped) {
                look(opened, notices, whenInstanceEnds);
                rest.rest(!wasReady ? PAUSE_UNTIL_READY : watchesLog ? PAUSE_OF_SERVER.minus(NAP) : PAUSE);
            }
        } catch (RuntimeException | Error e) {
            log.error(
                    Limits.areReached(e)
                            ? Limits.describe(e)
                            : "the agent isn't watched because of a bug, please report it: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(LocalAgent opened, Optional<TerminationNotices> notices, Runnable whenInstanceEnds)
            throws InterruptedException {
        try {
            boolean asks = !instanceEnds && notices.isPresent() && isDue();
            if (asks) {
                notices.get().send();
            }
            if (wasReady) {
                opened.sendPulse(watchesLog);
                rest.rest(NAP);
            }
            Pulse pulse = isWorthAsking(opened) ? opened.pulse(watchesLog) : Pulse.noLeader();
            noteAnswer(pulse);
            boolean ready = isReady(pulse);
            remember(ready);
            if (asks && endIsAnnounced(notices.get())) {
                instanceEnds = true;
            }
            if (instanceEnds && !stopped) {
                // Again and again: what can't bear a leave yet may once the replacements are voters.
                whenInstanceEnds.run();
            }
            // Last, since it may take a while.
            if (!stopped) {
                lookAfterQuorum(opened, pulse);
            }
        } catch (RuntimeException | Error e) {
            // Out of memory, too: the next look may need less.
            trouble(Limits.areReached(e) ? Limits.describe(e) : "a bug in watching the agent, please report it: " + e);
        }
    }

    /// Whether to ask for the leader. Each time that a client which finds no server is asked, Consul logs an error; so
    /// its members are looked at, which costs no line. Where ACLs hide them it is asked ever more seldom.
    private boolean isWorthAsking(LocalAgent opened) {
        if (role != Role.CLIENT || wasReady) {
            pauseOfLeader = 0;
            return true;
        }
        if (unasked > 0) {
            unasked--;
            return false;
        }
        return switch (opened.servers()) {
            case SEEN, UNKNOWN -> true;
            case NONE -> false;
            case HIDDEN -> {
                unasked = pauseOfLeader;
                pauseOfLeader = Math.min(MOST_UNASKED, pauseOfLeader + 1);
                yield true;
            }
        };
    }

    /// Says once that the API can't be used, and why.
    private void noteAnswer(Pulse pulse) {
        if (pulse.leader() instanceof ApiAnswer.Ok<String>) {
            unanswered = 0;
        } else if (++unanswered == LOOKS_TO_ANSWER) {
            log.warn(
                    "the agent can't be asked, so this launcher neither knows whether it is ready nor can let it leave: "
                            + pulse.leader().describe()
                            + ": if its API is elsewhere, set CONSUL_HTTP_ADDR; for HTTPS, CONSUL_CACERT");
        }
    }

    private void lookAfterQuorum(LocalAgent opened, Pulse pulse) {
        AgentControl given = control;
        if (role == Role.DEV || given == null || instanceEnds) {
            return;
        }
        Examination examined = examination;
        if (examined != null && pulse.leader() instanceof ApiAnswer.Ok<String>) {
            examined.look(opened, pulse.hasLeader());
            if (examined.isForeign()) {
                return;
            }
        }
        if (quorum == null && (pulse.hasLeader() || ++looks > LOOKS_TO_FORM)) {
            Optional<Quorum> wanted = sights.quorum(opened, given);
            watchesLog = wanted.isPresent() && role == Role.SERVER;
            quorum = wanted.orElse(_ -> {});
        }
        if (quorum != null) {
            quorum.look(pulse);
        }
    }

    private boolean isReady(Pulse pulse) {
        boolean ready = pulse.hasLeader();
        if (ready != wasReady) {
            log.info(ready ? "ready: the agent knows a leader" : "not ready: the agent knows no leader any more");
            wasReady = ready;
        }
        return ready;
    }

    private synchronized void remember(boolean ready) {
        try {
            readyFile.set(ready && !stopped);
        } catch (IOException e) {
            trouble("can't keep the readiness for health checks, which then ask the agent: " + e);
        }
    }

    /// Whether EC2 is to be asked this time.
    private boolean isDue() {
        if (skipped < backoff) {
            skipped++;
            return false;
        }
        skipped = 0;
        return true;
    }

    private boolean endIsAnnounced(TerminationNotices notices) {
        TerminationNotices.Sight sight = notices.check();
        backoff = sight instanceof TerminationNotices.Failed ? Math.min(LONGEST_BACKOFF, backoff * 2 + 1) : 0;
        // No switch over types, see LocalAgent.
        if (sight instanceof TerminationNotices.Notice notice) {
            return isEnd(notice);
        }
        if (sight instanceof TerminationNotices.Failed failed) {
            trouble("can't ask EC2 whether this instance goes away: " + String.join("; ", failed.attempts()));
        }
        return false;
    }

    private boolean isEnd(TerminationNotices.Notice notice) {
        return switch (notice) {
            case TerminationNotices.Autoscaling autoscaling -> {
                announced("the autoscaling group takes this instance out (target lifecycle state " + autoscaling.state()
                        + ")");
                yield true;
            }
            case TerminationNotices.Spot spot -> {
                announced("the Spot instance is to " + spot.action()
                        + spot.time().map(time -> " at " + time).orElse(""));
                yield !spot.action().equals("hibernate");
            }
        };
    }

    /// Once: a notice stays for minutes, and one of hibernation isn't the last.
    private void announced(String what) {
        if (!what.equals(lastNotice)) {
            lastNotice = what;
            log.warn("EC2 announces: " + what);
        }
    }

    private synchronized void trouble(String what) {
        if (!what.equals(lastTrouble)) {
            lastTrouble = what;
            log.warn(what);
        }
    }
}
