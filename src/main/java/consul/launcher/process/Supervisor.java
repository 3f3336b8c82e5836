package consul.launcher.process;

import consul.launcher.config.Log;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/// Runs Consul as a child that has the launcher's own stdin, stdout and stderr, passes signals on, and returns its exit
/// code.
public final class Supervisor {

    /// `QUIT` can't be caught in a JVM.
    private static final List<String> PASSED_ON = List.of("TERM", "INT", "HUP", "USR1");

    private final Log log;

    private final Object lock = new Object();
    private @Nullable Process child;
    private boolean stopping;

    public Supervisor(Log log) {
        this.log = log;
    }

    /// Starts the command and waits for its end.
    ///
    /// @param command the whole command, with what changes the user
    /// @param changes variables to set, on top of the launcher's own
    /// @param removals variables that are the launcher's alone
    /// @return the exit code, 128+n if signal n ended it, 126 or 127 if it can't be started
    public int run(List<String> command, Map<String, String> changes, List<String> removals) {
        for (String name : PASSED_ON) {
            Signal.handle(new Signal(name), signal -> received(signal.getName()));
        }
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().putAll(changes);
        removals.forEach(builder.environment()::remove);
        Process started;
        synchronized (lock) {
            if (stopping) {
                return 128 + 15;
            }
            try {
                started = builder.start();
            } catch (IOException e) {
                return cannotStart(command.getFirst(), e);
            }
            child = started;
        }
        return waitFor(started);
    }

    private static int waitFor(Process process) {
        while (true) {
            try {
                return process.waitFor();
            } catch (InterruptedException e) {
                // Nobody interrupts the main thread on purpose; Consul's end is the only reason to go on.
            }
        }
    }

    private int cannotStart(String program, IOException e) {
        log.error("can't start " + program + ": " + e.getMessage());
        // The JDK has the errno in the message only: 2 is ENOENT.
        return String.valueOf(e.getMessage()).contains("error=2,") ? 127 : 126;
    }

    private void received(String name) {
        synchronized (lock) {
            boolean stops = name.equals("TERM") || name.equals("INT");
            if (stops && stopping) {
                return; // Consul takes a second one as an order to stop leaving gracefully
            }
            stopping |= stops;
            if (child == null) {
                return;
            }
            pass(name, child.pid());
        }
    }

    private void pass(String name, long pid) {
        try {
            // The shell's own kill: the JDK can send TERM and KILL only, and not every image has a kill program.
            new ProcessBuilder("sh", "-c", "kill -\"$1\" \"$2\"", "sh", name, Long.toString(pid))
                    .inheritIO()
                    .start();
        } catch (IOException e) {
            log.error("can't pass signal " + name + " on to process " + pid + ": " + e.getMessage());
        }
    }
}
