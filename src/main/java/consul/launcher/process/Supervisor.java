package consul.launcher.process;

import consul.launcher.config.Limits;
import consul.launcher.config.Log;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/// Runs Consul as a child: passes each signal on exactly once, ends a child that ignores its stop, and returns the
/// child's exit code. One thread, the caller's, handles one event after the other.
public final class Supervisor {

    private static final String SECOND_QUIT = "USR2";

    /// What ends a JVM that doesn't catch it, while Go's runtime, and so Consul, ignores it (rule 28). Caught, not
    /// ignored: Consul would inherit that.
    private static final List<String> IGNORED = List.of("USR2", "ALRM", "VTALRM", "IO", "PWR", "PROF", "XCPU");

    private static final long NONE = Long.MAX_VALUE;

    /// How often it is looked whether who had the child stopped is still there to start it again.
    private static final Duration HELD_LOOK = Duration.ofSeconds(1);

    /// The exit code if nobody is: an internal error, as `sysexits.h` numbers it.
    private static final int ABANDONED = 70;

    /// What this thread reacts to.
    private sealed interface Event {
        record Received(String signal) implements Event {}

        record InstanceEnds() implements Event {}

        record Decided(Companion.Way way) implements Event {}

        record Exited(int code) implements Event {}

        /// The companion wants the child stopped, for now.
        ///
        /// @param by the thread that will have it started again
        record Held(CompletableFuture<Boolean> done, Thread by) implements Event {}

        /// And started again.
        record LetGo(CompletableFuture<Boolean> done) implements Event {}
    }

    /// How the child is run.
    ///
    /// @param stopTimeout how long the child has to end after a stop signal
    /// @param ownSession whether `setsid` can be used
    /// @param usr2IsQuit whether the init in front sends USR2 for QUIT, which a JVM can't catch
    public record Manner(Duration stopTimeout, boolean ownSession, boolean usr2IsQuit) {}

    private final Log log;
    private final Manner manner;
    private final Companion companion;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    /// The exit code of a process that was killed.
    private static final int KILLED = 137;

    /// Whether the launcher has killed the child that didn't end by its stop.
    private boolean killed;

    /// The first stop signal, empty until there is one.
    private String stop = "";

    /// Whether the companion decides how the child is to end, or has decided that it leaves.
    private boolean deciding;

    private boolean leaving;
    private long deadline = NONE;

    /// Who wants the child stopped for now, and waits for it.
    private Event.@Nullable Held held;

    /// Whether that became known while nothing ran.
    private boolean instanceEnds;

    /// What the launcher ends with if nothing runs.
    private int endCode;

    public Supervisor(Log log, Manner manner, Companion companion) {
        this.log = log;
        this.manner = manner;
        this.companion = companion;
    }

    /// Starts the command and waits for its end; after it has left its cluster because the instance goes away, for a
    /// stop signal too.
    ///
    /// @param command the whole command, with what changes the user
    /// @param changes variables to set, on top of the launcher's own
    /// @param removals variables that are the launcher's alone
    /// @return the child's exit code, 128+n if signal n ended it; 126 or 127 if it can't be started, as a shell has
    ///     them
    public int run(List<String> command, Map<String, String> changes, List<String> removals) {
        SignalHandler passed = signal -> events.add(new Event.Received(signal.getName()));
        IGNORED.forEach(name -> handle(name, _ -> {}));
        List.of("TERM", "INT", "HUP", "USR1", "TSTP", "CONT").forEach(name -> handle(name, passed));
        if (manner.usr2IsQuit()) {
            handle(SECOND_QUIT, passed);
        }
        Starting starting = () -> {
            Guard guard = Guard.open(log);
            try {
                Child child =
                        Child.start(command, guard, manner.stopTimeout(), manner.ownSession(), changes, removals, log);
                child.onExit(code -> events.add(new Event.Exited(code)));
                return child;
            } catch (IOException e) {
                guard.close();
                throw e;
            }
        };
        Child child;
        try {
            child = starting.start();
        } catch (IOException e) {
            return cannotStart(command.getFirst(), e);
        }
        companion.controls(new Control(events));
        companion.started(() -> events.add(new Event.InstanceEnds()));
        int code = guardedAgainAndAgain(child, starting);
        try {
            companion.stopped();
        } catch (RuntimeException | Error e) {
            // Consul's exit code is what counts now.
            log.error(
                    Limits.areReached(e)
                            ? Limits.describe(e)
                            : "a bug in what stands beside Consul, please report it: " + e);
        }
        if (leaving && stop.isEmpty()) {
            untilStopped();
        }
        return code;
    }

    /// Starts the child, the first time or again.
    private interface Starting {
        Child start() throws IOException;
    }

    private int guardedAgainAndAgain(Child first, Starting starting) {
        Child child = first;
        while (true) {
            int code = guarded(child);
            Event.Held asked = held;
            if (asked == null) {
                return code;
            }
            held = null;
            if (!stop.isEmpty()) {
                asked.done().completeExceptionally(new IOException("the launcher is being stopped"));
                return endCode;
            }
            // Who asked may have given up waiting, and then nobody will let go.
            child = asked.done().complete(true)
                    ? untilLetGo(starting, asked.by())
                    : again(starting, new CompletableFuture<>());
            if (child == null) {
                return endCode;
            }
        }
    }

    /// Null if it can't be started: then the launcher ends, and whoever started it starts both again.
    private @Nullable Child again(Starting starting, CompletableFuture<Boolean> done) {
        try {
            Child child = starting.start();
            // Whatever was decided or not about the one before.
            deciding = false;
            leaving = false;
            deadline = NONE;
            done.complete(true);
            return child;
        } catch (IOException e) {
            endCode = cannotStart("Consul", e);
            done.completeExceptionally(e);
            return null;
        } catch (RuntimeException | Error e) {
            // No thread to be had at a container's limit, for example. Whoever waits must not wait for ever.
            done.completeExceptionally(e);
            throw e;
        }
    }

    /// The child that was started again, or null if the launcher is to end.
    private @Nullable Child untilLetGo(Starting starting, Thread by) {
        while (true) {
            deadline = System.nanoTime() + HELD_LOOK.toNanos();
            Event event = next();
            deadline = NONE;
            switch (event) {
                case Event.LetGo letGo -> {
                    return again(starting, letGo.done());
                }
                case Event.Received received
                when isStop(received.signal()) -> {
                    stop = received.signal();
                    return null;
                }
                case Event.Held again -> again.done().complete(true);
                // The next child is to be told.
                case Event.InstanceEnds _ -> instanceEnds = true;
                case Event.Received _, Event.Decided _, Event.Exited _ -> {
                    // There is nobody to tell.
                }
                case null -> {
                    if (!by.isAlive()) {
                        log.error(
                                "who had stopped Consul is gone, a bug, please report it: the launcher ends, so that a"
                                        + " new one settles what was begun");
                        endCode = ABANDONED;
                        return null;
                    }
                }
            }
        }
    }

    private int guarded(Child child) {
        int code;
        try {
            code = untilExit(child);
        } catch (RuntimeException | Error e) {
            // Whatever it was, the launcher ends by it, and Consul must not go on alone.
            child.guard().abandon();
            throw e;
        }
        child.guard().close();
        return code;
    }

    private static void handle(String name, SignalHandler handler) {
        try {
            Signal.handle(new Signal(name), handler);
        } catch (IllegalArgumentException e) {
            // Ignored by who started the launcher, as a shell does with INT in the background; so it stays ignored.
        }
    }

    private int untilExit(Child child) {
        if (instanceEnds) {
            instanceEnds = false;
            ends();
        }
        while (true) {
            switch (next()) {
                case Event.Exited exited -> {
                    if (!killed && held == null) {
                        Death.of(exited.code(), stop).ifPresent(log::error);
                    }
                    return exited.code();
                }
                case Event.Received received -> received(received.signal(), child);
                case Event.InstanceEnds _ -> ends();
                case Event.Decided decided -> decided(decided.way(), child);
                case Event.Held asked -> hold(asked, child);
                case Event.LetGo asked -> asked.done().complete(false);
                case null -> {
                    deadline = NONE;
                    if (!child.send("KILL")) {
                        log.error("Consul can't be stopped: the launcher ends, and its container with it");
                        return KILLED;
                    }
                    killed = true;
                    log.error("Consul didn't end within " + seconds(manner.stopTimeout())
                            + " s of the stop (CONSUL_STOP_TIMEOUT): killed");
                }
            }
        }
    }

    private void hold(Event.Held asked, Child child) {
        if (asked.done().isDone()) {
            // Gave up waiting.
            return;
        }
        if (!stop.isEmpty() || deciding || held != null) {
            asked.done().completeExceptionally(new IOException("Consul is being stopped already"));
            return;
        }
        if (child.send("KILL")) {
            held = asked;
        } else {
            asked.done().completeExceptionally(new IOException("Consul can't be stopped"));
        }
    }

    private void received(String signal, Child child) {
        if (signal.equals(SECOND_QUIT)) {
            child.send("QUIT");
        } else if (signal.equals("TSTP")) {
            // A TSTP of its own wouldn't stop it: its session has no terminal.
            child.send("STOP");
            Kill.send(ProcessHandle.current().pid(), "STOP");
        } else if (signal.equals("CONT")) {
            child.send("CONT");
        } else if (isStop(signal)) {
            firstStop(signal);
        } else if (stop.isEmpty() && !leaving) {
            // Once it is stopping, Consul takes any further signal as the order to give up leaving gracefully.
            child.send(signal);
        }
    }

    /// Any stop but the first changes nothing.
    private void firstStop(String signal) {
        if (stop.isEmpty()) {
            stop = signal;
            limit();
            decide();
        }
    }

    /// Whoever ends the instance may not stop the container in time, or at all. Once it stops, all is decided.
    private void ends() {
        if (stop.isEmpty() && !leaving) {
            decide();
        }
    }

    private void decide() {
        if (deciding) {
            return;
        }
        deciding = true;
        try {
            companion.decide(way -> events.add(new Event.Decided(way)));
        } catch (RuntimeException | Error e) {
            // Out of memory, too: Consul must be told of its stop all the same.
            events.add(new Event.Decided(Companion.Way.SIGNAL));
            log.error(
                    Limits.areReached(e)
                            ? Limits.describe(e)
                            : "a bug in deciding whether to leave, please report it: " + e);
        }
    }

    private void decided(Companion.Way way, Child child) {
        if (!deciding) {
            // A second answer, or one about a child that is gone.
            return;
        }
        switch (way) {
            case LEAVE -> {
                leaving = true;
                limit();
            }
            case SIGNAL -> {
                deciding = false;
                leaving = false;
                if (stop.isEmpty()) {
                    deadline = NONE;
                } else if (!child.send(stop)) {
                    // Nor will it be told anything else, so there is nothing to wait for.
                    deadline = System.nanoTime();
                }
            }
        }
    }

    /// From now on the child's time is limited.
    private void limit() {
        if (deadline == NONE) {
            deadline = System.nanoTime() + manner.stopTimeout().toNanos();
        }
    }

    /// A launcher that ended now would be started again on the same instance, and Consul would join what it has just
    /// left.
    private void untilStopped() {
        log.info("Consul was told to leave and isn't started again; waiting for the end of this instance");
        deadline = NONE;
        while (!(next() instanceof Event.Received received && isStop(received.signal()))) {
            // Nothing else matters any more.
        }
    }

    /// The next event, or null once the deadline is over.
    private @Nullable Event next() {
        while (true) {
            try {
                return deadline == NONE
                        ? events.take()
                        : events.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                // Nobody interrupts this thread on purpose, and the child's end is the only reason to go on.
            }
        }
    }

    private static boolean isStop(String signal) {
        return signal.equals("TERM") || signal.equals("INT");
    }

    private static String seconds(Duration duration) {
        long tenths = duration.toMillis() / 100;
        return tenths % 10 == 0 ? Long.toString(tenths / 10) : tenths / 10 + "." + tenths % 10;
    }

    private int cannotStart(String program, IOException e) {
        log.error("can't start " + program + ": " + (Limits.areReached(e) ? Limits.describe(e) : e.getMessage()));
        // The JDK has the errno in the message only: 2 is ENOENT.
        return String.valueOf(e.getMessage()).contains("error=2,") ? 127 : 126;
    }

    /// What the companion has in its hands.
    private record Control(BlockingQueue<Event> events) implements AgentControl {

        /// A kill and a start take milliseconds; on a machine in trouble longer.
        private static final Duration LIMIT = Duration.ofSeconds(15);

        @Override
        public void stop() throws IOException {
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            events.add(new Event.Held(done, Thread.currentThread()));
            await(done);
        }

        @Override
        public boolean start() throws IOException {
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            events.add(new Event.LetGo(done));
            // Always answered, unless the launcher ends; one that gave up waiting would take back what Consul reads.
            return answer(done);
        }

        private static boolean await(CompletableFuture<Boolean> done) throws IOException {
            try {
                return done.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                return answer(done);
            } catch (TimeoutException e) {
                if (!done.completeExceptionally(e)) {
                    // It was answered in the same moment.
                    return answer(done);
                }
                throw new IOException("no answer within " + LIMIT.toSeconds() + " s", e);
            } catch (InterruptedException e) {
                if (!done.completeExceptionally(e)) {
                    return answer(done);
                }
                throw interrupted(e);
            }
        }

        private static boolean answer(CompletableFuture<Boolean> done) throws IOException {
            try {
                return done.get();
            } catch (ExecutionException e) {
                throw new IOException(
                        e.getCause() == null ? e.toString() : e.getCause().getMessage(), e);
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }

        private static IOException interrupted(InterruptedException e) {
            Thread.currentThread().interrupt();
            return new IOException("interrupted", e);
        }
    }
}
