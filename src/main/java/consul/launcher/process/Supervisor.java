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

    /// What this thread reacts to.
    private sealed interface Event {
        record Received(String signal) implements Event {}

        record InstanceEnds() implements Event {}

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

    private boolean stopping;
    private boolean left;
    private long deadline = Long.MAX_VALUE;

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
        return left ? untilStopped() : code;
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
                case Event.InstanceEnds _ -> instanceEnds();
                case null -> {
                    log.error("Consul didn't end within " + manner.stopTimeout().toSeconds()
                            + " s of the stop (CONSUL_STOP_TIMEOUT): killed");
                    child.send("KILL");
                    deadline = Long.MAX_VALUE;
                }
            }
        }
    }

    private void received(String signal, Child child) {
        if (signal.equals(SECOND_QUIT)) {
            child.send("QUIT");
        } else if (!stopping) {
            // Once it is stopping, Consul takes any further signal as the order to give up leaving gracefully.
            boolean stops = isStop(signal);
            if (stops) {
                beginStop();
            }
            if (!stops || !companion.tellsAgentToLeave()) {
                child.send(signal);
            }
        }
    }

    /// Leaves in time if that is right, and not at all otherwise: whoever ends the instance stops the container too.
    private void instanceEnds() {
        if (!stopping && companion.tellsAgentToLeave()) {
            left = true;
            beginStop();
        }
    }

    private void beginStop() {
        stopping = true;
        deadline = System.nanoTime() + manner.stopTimeout().toNanos();
    }

    /// A launcher that ended now would be started again on the same instance, and Consul would join what it has just
    /// left.
    private int untilStopped() {
        log.info("Consul has left the cluster and isn't started again; waiting for the end of this instance");
        deadline = Long.MAX_VALUE;
        while (true) {
            if (next() instanceof Event.Received received && isStop(received.signal())) {
                return 0;
            }
        }
    }

    /// The next event, or null once the deadline is over.
    private @Nullable Event next() {
        while (true) {
            try {
                return deadline == Long.MAX_VALUE
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

    private int cannotStart(String program, IOException e) {
        log.error("can't start " + program + ": " + e.getMessage());
        // The JDK has the errno in the message only: 2 is ENOENT.
        return String.valueOf(e.getMessage()).contains("error=2,") ? 127 : 126;
    }
}
