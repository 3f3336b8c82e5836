package consul.launcher.recovery;

import consul.launcher.recovery.Effect.Level;
import consul.launcher.recovery.Phase.Order;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// When to look, when to act, what to log: a value that turns an event into the next machine and effects.
/// Whether somebody is dead or a quorum lost is never its own decision, but the [Planner]'s.
///
/// ```
/// Run ─▶ Leaderless ─▶ Collect ─────▶ Stop ─▶ Recheck ─▶ Apply ─▶ Verify ─▶ Run
///                       │   ▲                    │ any doubt: Consul starts as before
///                       ▼   │                    ▼
///               Prove | Planned | Blocked ◀──────┘            a leader, at any time: Run
/// ```
///
/// @param logged the [Decision#key] that was logged last; empty text after a leader was seen
/// @param stops how often Consul was stopped for nothing since a leader was seen
public record Machine(Settings settings, Phase phase, String logged, int stops) {

    /// While there is no leader, EC2 is asked so often because when it first says terminated bounds the loss,
    /// and the other servers because a leader that somebody saw begins the confirmation time anew.
    static final Duration ASK = Duration.ofSeconds(5);

    static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    /// Consul is stopped no longer than that for a second look: blank servers take a server that they can't
    /// reach for 63 s for one without peers, and could found a cluster of their own.
    static final Duration LONGEST_STOP = Duration.ofSeconds(20);

    /// At the start of Consul.
    public static Machine start(Settings settings) {
        return new Machine(settings, new Phase.Run(Instant.MIN, 0), "", 0);
    }

    /// What an event makes of this machine, and what is to be done, in order. Pure, and never fails.
    public Step on(Event event) {
        if (settings.mode() == Mode.OFF && event instanceof Event.Polled && phase instanceof Phase.Run) {
            return stay();
        }
        return switch (event) {
            case Event.Polled polled -> polled.leader() ? leader(polled) : noLeader(polled.at());
            case Event.Collected collected -> collected(collected.facts());
            case Event.Ordered ordered -> ordered(ordered);
            case Event.LeaderAppeared _ -> phase instanceof Phase.Stop ? backToRun() : stay();
            case Event.Done done -> done(done.at());
            case Event.Failed failed -> failed(failed);
        };
    }

    private Step leader(Event.Polled polled) {
        return switch (phase) {
            case Phase.Run run -> watchFailed(run, polled);
            case Phase.Collect collect when !collect.ordered().isEmpty() -> stay();
            case Phase.Waiting waiting -> backToRun();
            case Phase.Recheck recheck -> backToRun(new Effect.StartConsul());
            // Not interrupted: half stopped or half written is worse than either end.
            case Phase.Acting acting -> stay();
        };
    }

    private Step watchFailed(Phase.Run run, Event.Polled polled) {
        if (!polled.unproven()) {
            return run.asked() == 0 ? stay() : to(new Phase.Run(Instant.MIN, 0));
        }
        if (polled.at().isBefore(run.nextAsk())) {
            return stay();
        }
        Instant next = polled.at().plus(pause(run.asked()));
        return to(new Phase.Run(next, run.asked() + 1), new Effect.Look());
    }

    private Step noLeader(Instant at) {
        return switch (phase) {
            case Phase.Run run -> to(new Phase.Leaderless(at, at.plus(ASK)), new Effect.Look());
            case Phase.Leaderless(Instant since, Instant nextAsk) -> {
                if (!at.isBefore(since.plus(settings.confirmation()))) {
                    yield to(new Phase.Collect(since, 0, ""), new Effect.Collect());
                }
                yield at.isBefore(nextAsk) ? stay() : to(new Phase.Leaderless(since, at.plus(ASK)), new Effect.Look());
            }
            case Phase.Pause pause ->
                at.isBefore(pause.nextRound())
                        ? stay()
                        : to(new Phase.Collect(pause.since(), pause.attempt(), ""), new Effect.Collect());
            case Phase.Collect collect -> stay();
            case Phase.Recheck recheck ->
                at.isBefore(recheck.stopped().plus(LONGEST_STOP))
                        ? stay()
                        : stoppedForNothing().to(pausedAfterStop(at), new Effect.StartConsul());
            case Phase.Acting acting -> stay();
        };
    }

    private Step ordered(Event.Ordered ordered) {
        return switch (phase) {
            case Phase.Run run -> to(new Phase.Collect(ordered.at(), 0, ordered.hash()), new Effect.Collect());
            case Phase.Waiting waiting ->
                to(new Phase.Collect(waiting.since(), 0, ordered.hash()), new Effect.Collect());
            case Phase.Acting acting -> stay();
        };
    }

    private Step collected(Facts facts) {
        return switch (phase) {
            case Phase.Collect collect -> decided(Planner.decide(facts), facts.at(), collect);
            case Phase.Recheck recheck -> rechecked(Planner.decide(facts), facts.at(), recheck);
            // A leader was seen, or the time was over, while the facts were gathered.
            case Phase.Run run -> stay();
            case Phase.Waiting waiting -> stay();
            case Phase.Acting acting -> stay();
        };
    }

    private Step decided(Decision decision, Instant at, Phase.Collect collect) {
        Instant since = collect.since();
        Instant next = at.plus(pause(collect.attempt()));
        int attempt = collect.attempt() + 1;
        return switch (decision) {
            case Decision.NotNeeded none -> said(Level.INFO, decision, new Phase.Blocked(since, next, attempt));
            case Decision.Blocked blocked
            when blocked.reason() == Reason.PROOF_INCOMPLETE ->
                said(Level.INFO, decision, new Phase.Prove(since, at.plus(ASK), 0));
            case Decision.Blocked blocked -> said(Level.WARN, decision, new Phase.Blocked(since, next, attempt));
            case Decision.Recover(Plan plan) -> {
                if (plan.hash().equals(collect.ordered())) {
                    yield said(Level.WARN, decision, new Phase.Stop(plan, Order.OPERATOR), new Effect.StopConsul());
                }
                if (settings.mode() == Mode.AUTO && plan.byHand().isEmpty()) {
                    yield said(Level.WARN, decision, new Phase.Stop(plan, Order.LAUNCHER), new Effect.StopConsul());
                }
                yield said(Level.WARN, decision, new Phase.Planned(since, next, attempt, plan));
            }
        };
    }

    /// Everything is looked at once more with Consul stopped. Only the very same plan goes on.
    private Step rechecked(Decision decision, Instant at, Phase.Recheck recheck) {
        if (!at.isBefore(recheck.stopped().plus(LONGEST_STOP))) {
            Decision late = new Decision.Blocked(
                    Reason.NOT_GATHERED,
                    List.of(""),
                    "the second look took longer than " + LONGEST_STOP.toSeconds() + " s with Consul stopped");
            return stoppedForNothing().said(Level.WARN, late, pausedAfterStop(at), new Effect.StartConsul());
        }
        if (decision instanceof Decision.Recover(Plan plan)
                && plan.hash().equals(recheck.plan().hash())
                && (recheck.order() == Order.OPERATOR || plan.byHand().isEmpty())) {
            return to(new Phase.Apply(plan), new Effect.Apply(plan));
        }
        return stoppedForNothing().said(Level.WARN, decision, pausedAfterStop(at), new Effect.StartConsul());
    }

    private Machine stoppedForNothing() {
        return new Machine(settings, phase, logged, stops + 1);
    }

    /// Ever longer, so that a cause that shows only while Consul is stopped doesn't stop it every minute.
    private Phase pausedAfterStop(Instant at) {
        return new Phase.Blocked(at, at.plus(LONGEST_PAUSE.multipliedBy(1L << Math.min(stops, 5))), 0);
    }

    private Step done(Instant at) {
        return switch (phase) {
            case Phase.Stop stop -> to(new Phase.Recheck(stop.plan(), stop.order(), at), new Effect.Collect());
            case Phase.Apply apply -> to(new Phase.Verify(apply.plan()), new Effect.Verify(apply.plan()));
            case Phase.Verify verify -> {
                String text = "recovered by plan " + verify.plan().hash() + "; loss: "
                        + verify.plan().loss().text();
                yield new Step(start(settings), List.of(new Effect.Log(Level.WARN, text)));
            }
            case Phase.Recheck recheck -> stay();
            case Phase.Run run -> stay();
            case Phase.Waiting waiting -> stay();
        };
    }

    private Step failed(Event.Failed failed) {
        Phase next = pausedAfterStop(failed.at());
        return switch (phase) {
            case Phase.Stop stop ->
                stoppedForNothing().said(Level.ERROR, because(Reason.STOP_FAILED, "", failed), next);
            case Phase.Apply apply ->
                stoppedForNothing()
                        .said(
                                Level.ERROR,
                                because(Reason.APPLY_FAILED, apply.plan().peersFile(), failed),
                                next,
                                new Effect.StartConsul());
            case Phase.Verify verify ->
                stoppedForNothing()
                        .said(
                                Level.ERROR,
                                because(Reason.VERIFY_FAILED, verify.plan().backupDirectory(), failed),
                                next);
            case Phase.Recheck recheck ->
                stoppedForNothing()
                        .said(Level.ERROR, because(Reason.NOT_GATHERED, "", failed), next, new Effect.StartConsul());
            case Phase.Collect(Instant since, int attempt, String _) ->
                said(
                        Level.WARN,
                        because(Reason.NOT_GATHERED, "", failed),
                        new Phase.Blocked(since, failed.at().plus(pause(attempt)), attempt + 1));
            case Phase.Run run -> stay();
            case Phase.Waiting waiting -> stay();
        };
    }

    private static Decision because(Reason reason, String subject, Event.Failed failed) {
        return new Decision.Blocked(reason, List.of(subject), failed.why());
    }

    private Step backToRun(Effect... effects) {
        List<Effect> all = new ArrayList<>(List.of(effects));
        if (!logged.isEmpty()) {
            all.add(new Effect.Log(Level.INFO, "there is a leader again"));
        }
        return new Step(start(settings), all);
    }

    private Step stay() {
        return new Step(this, List.of());
    }

    private Step to(Phase next, Effect... effects) {
        return new Step(new Machine(settings, next, logged, stops), List.of(effects));
    }

    /// Logged only if it differs from what was logged last.
    private Step said(Level level, Decision decision, Phase next, Effect... effects) {
        List<Effect> all = new ArrayList<>();
        if (!decision.key().equals(logged)) {
            String more = decision instanceof Decision.Recover(Plan plan) ? "\n" + plan.text() : "";
            all.add(new Effect.Log(level, decision.line() + more));
        }
        all.addAll(List.of(effects));
        return new Step(new Machine(settings, next, decision.key(), stops), all);
    }

    /// 5, 10, 20, 40, 60, 60, … seconds.
    private static Duration pause(int attempt) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(attempt, 10));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }
}
