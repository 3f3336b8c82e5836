package consul.launcher.process;

import consul.launcher.config.Log;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/// Runs Consul as a child: passes each signal on exactly once, ends a child that ignores its stop, and returns the
/// child's
/// exit code. One thread, the caller's, handles one event after the other.
public final class Supervisor {

    private static final String SECOND_QUIT = "USR2";
    private static final long NONE = Long.MAX_VALUE;

    /// What this thread reacts to.
    private sealed interface Event {
        record Received(String signal) implements Event {}

        record InstanceEnds() implements Event {}

        record Decided(Companion.Way way) implements Event {}

        record Exited(int code) implements Event {}
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

    /// The first stop signal, empty until there is one.
    private String stop = "";

    /// Whether the companion decides how the child is to end, or has decided that it leaves.
    private boolean deciding;

    private boolean leaving;
    private long deadline = NONE;

    public Supervisor(Log log, Manner manner, Companion companion) {
        this.log = log;
        this.manner = manner;
        this.companion = companion;
    }

    /// Starts the command and waits for its end.
    ///
    /// @param command the whole command, with what changes the user
    /// @param changes variables to set, on top of the launcher's own
    /// @param removals variables that are the launcher's alone
    /// @return the child's exit code, 128+n if signal n ended it
    public int run(List<String> command, Map<String, String> changes, List<String> removals) {
        List.of("TERM", "INT", "HUP", "USR1").forEach(this::catches);
        if (manner.usr2IsQuit()) {
            catches(SECOND_QUIT);
        }
        Child child;
        try {
            child = Child.start(command, manner.ownSession(), changes, removals, log);
        } catch (IOException e) {
            return cannotStart(command.getFirst(), e);
        }
        child.onExit(code -> events.add(new Event.Exited(code)));
        companion.started(() -> events.add(new Event.InstanceEnds()));
        int code = guarded(child);
        companion.stopped();
        if (leaving && stop.isEmpty()) {
            untilStopped();
        }
        return code;
    }

    private int guarded(Child child) {
        try (Guard _ = Guard.over(child.pid(), manner.stopTimeout(), manner.ownSession())) {
            return untilExit(child);
        } catch (IOException e) {
            log.warn("no guard, Consul would outlive a launcher that is killed: " + e.getMessage());
            return untilExit(child);
        }
    }

    private void catches(String name) {
        try {
            Signal.handle(new Signal(name), signal -> events.add(new Event.Received(signal.getName())));
        } catch (IllegalArgumentException e) {
            // Ignored by who started the launcher, as a shell does with INT in the background; so it stays ignored.
        }
    }

    private int untilExit(Child child) {
        while (true) {
            switch (next()) {
                case Event.Exited exited -> {
                    return exited.code();
                }
                case Event.Received received -> received(received.signal(), child);
                case Event.InstanceEnds _ -> decide();
                case Event.Decided decided -> decided(decided.way(), child);
                case null -> {
                    log.error("Consul didn't end within " + seconds(manner.stopTimeout())
                            + " s of the stop (CONSUL_STOP_TIMEOUT): killed");
                    child.send("KILL");
                    deadline = NONE;
                }
            }
        }
    }

    private void received(String signal, Child child) {
        if (signal.equals(SECOND_QUIT)) {
            child.send("QUIT");
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

    /// On a notice that the instance ends, too: whoever ends it may not stop the container in time, or at all.
    private void decide() {
        if (!deciding) {
            deciding = true;
            companion.decide(way -> events.add(new Event.Decided(way)));
        }
    }

    private void decided(Companion.Way way, Child child) {
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
                } else {
                    child.send(stop);
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
        log.error("can't start " + program + ": " + e.getMessage());
        // The JDK has the errno in the message only: 2 is ENOENT.
        return String.valueOf(e.getMessage()).contains("error=2,") ? 127 : 126;
    }
}
