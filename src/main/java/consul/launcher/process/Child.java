package consul.launcher.process;

import consul.launcher.config.Log;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/// A running child that has the launcher's own stdin, stdout and stderr, the same descriptors, unbuffered.
final class Child {

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
    /// @return false if the child lives on and couldn't be sent it, which the log says
    boolean send(String signal) {
        boolean sent = switch (signal) {
            case "TERM" -> process.toHandle().destroy();
            case "KILL" -> process.toHandle().destroyForcibly();
            default -> Kill.send(pid(), signal);
        };
        if (sent || !process.isAlive()) {
            return true;
        }
        log.error("can't send signal " + signal + " to process " + pid()
                + ", which runs as another user: the launcher lacks the capability KILL");
        return false;
    }
}
