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

    /// What this thread reacts to.
    private sealed interface Event {
        record Received(String signal) implements Event {}

        record Exited(int code) implements Event {}
    }

    private final Log log;
    private final Duration stopTimeout;
    private final boolean ownSession;
    private final boolean usr2IsQuit;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    /// @param stopTimeout how long the child has to end after a stop signal
    /// @param ownSession whether `setsid` can be used
    /// @param usr2IsQuit whether the init in front sends USR2 for QUIT, which a JVM can't catch
    public Supervisor(Log log, Duration stopTimeout, boolean ownSession, boolean usr2IsQuit) {
        this.log = log;
        this.stopTimeout = stopTimeout;
        this.ownSession = ownSession;
        this.usr2IsQuit = usr2IsQuit;
    }

    /// Starts the command and waits for its end.
    ///
    /// @param command the whole command, with what changes the user
    /// @param changes variables to set, on top of the launcher's own
    /// @param removals variables that are the launcher's alone
    /// @return the exit code, 128+n if signal n ended it, 126 or 127 if it can't be started
    public int run(List<String> command, Map<String, String> changes, List<String> removals) {
        List.of("TERM", "INT", "HUP", "USR1").forEach(this::catches);
        if (usr2IsQuit) {
            catches("USR2");
        }
        Child child;
        try {
            child = Child.start(command, ownSession, changes, removals, log);
        } catch (IOException e) {
            return cannotStart(command.getFirst(), e);
        }
        child.onExit(code -> events.add(new Event.Exited(code)));
        try (Guard _ = Guard.over(child.pid(), stopTimeout, ownSession)) {
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
        boolean stopping = false;
        long deadline = Long.MAX_VALUE;
        while (true) {
            switch (next(deadline)) {
                case Event.Exited exited -> {
                    return exited.code();
                }
                case Event.Received received -> {
                    if (!stopping && isStop(received.signal())) {
                        stopping = true;
                        deadline = System.nanoTime() + stopTimeout.toNanos();
                    } else if (stopping && !received.signal().equals("USR2")) {
                        // Consul takes a second signal, of whatever kind, as the order to give up leaving gracefully;
                        // only QUIT means just that.
                        continue;
                    }
                    child.send(translated(received.signal()));
                }
                case null -> {
                    log.error("Consul didn't end within " + stopTimeout.toSeconds()
                            + " s of the stop (CONSUL_STOP_TIMEOUT): killed");
                    child.send("KILL");
                    deadline = Long.MAX_VALUE;
                }
            }
        }
    }

    /// The next event, or null once the deadline is over.
    private @Nullable Event next(long deadline) {
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

    private static String translated(String signal) {
        return signal.equals("USR2") ? "QUIT" : signal;
    }

    private int cannotStart(String program, IOException e) {
        log.error("can't start " + program + ": " + e.getMessage());
        // The JDK has the errno in the message only: 2 is ENOENT.
        return String.valueOf(e.getMessage()).contains("error=2,") ? 127 : 126;
    }
}
