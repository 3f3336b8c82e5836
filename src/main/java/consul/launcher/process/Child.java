package consul.launcher.process;

import consul.launcher.config.Log;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/// A running child that has the launcher's own stdin, stdout and stderr, the same descriptors, unbuffered.
final class Child {

    private static final String KILL = """
            trap '' TERM INT HUP QUIT USR1 USR2
            kill -"$1" "$2"
            """;

    /// An operator who is faster than this with further signals gets an error logged.
    private static final int ATTEMPTS = 20;

    private final Process process;
    private final Guard guard;
    private final Log log;

    private Child(Process process, Guard guard, Log log) {
        this.process = process;
        this.guard = guard;
        this.log = log;
    }

    /// Starts the command in a session of its own where the image has `setsid`: a signal for the launcher's
    /// process group (a terminal's Ctrl-C, an init that signals its group) then reaches the child by the launcher
    /// only, once.
    ///
    /// @param guard which the child leaves behind before it becomes the command
    /// @param patience how long the guard lets the command live without its launcher
    /// @param changes variables to set on top of the launcher's own
    /// @param removals variables that are the launcher's alone
    /// @throws IOException if it can't be started
    static Child start(
            List<String> command,
            Guard guard,
            Duration patience,
            boolean ownSession,
            Map<String, String> changes,
            List<String> removals,
            Log log)
            throws IOException {
        List<String> words = new ArrayList<>(command.size() + 1);
        if (ownSession) {
            words.add("setsid");
        }
        words.addAll(guard.guarded(command, patience));
        ProcessBuilder builder = new ProcessBuilder(words).inheritIO();
        builder.environment().putAll(changes);
        removals.forEach(builder.environment()::remove);
        return new Child(builder.start(), guard, log);
    }

    Guard guard() {
        return guard;
    }

    long pid() {
        return process.pid();
    }

    /// Calls back once with the exit code, 128+n if signal n ended it; on another thread.
    void onExit(IntConsumer exit) {
        var _ = process.onExit().thenAccept(ended -> exit.accept(ended.exitValue()));
    }

    /// @param signal its name without SIG
    void send(String signal) {
        switch (signal) {
            case "TERM" -> process.destroy();
            case "KILL" -> process.destroyForcibly();
            default -> sendByShell(signal);
        }
    }

    /// The JDK sends TERM and KILL only; a shell has a kill of its own, where an image may have no such program.
    /// Waits for it, so that signals arrive in their order: a HUP after a TERM would make Consul give up leaving.
    /// The shell is in the launcher's group: what is sent to all of that may end it, but only before it has sent
    /// anything.
    private void sendByShell(String signal) {
        for (int i = 0; i < ATTEMPTS && process.isAlive(); i++) {
            if (shellSends(signal)) {
                return;
            }
        }
        if (process.isAlive()) {
            log.error("can't pass signal " + signal + " on to process " + pid());
        }
    }

    private boolean shellSends(String signal) {
        try {
            Process kill = new ProcessBuilder("sh", "-c", KILL, "sh", signal, Long.toString(pid()))
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            return kill.waitFor() == 0;
        } catch (IOException e) {
            log.error("can't start sh: " + e.getMessage());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
