package consul.launcher.process;

import consul.launcher.config.Log;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Ends the child if the launcher dies without being able to: killed by SIGKILL, or out of memory. A shell that blocks
/// in `read` on a pipe from the launcher, which costs no CPU and under 1 MB; the kernel's parent-death signal won't do,
/// since it is cleared when the child changes its user.
///
/// It stands before the child does, and the child itself tells it its process id, before it becomes Consul: so there
/// is no moment at which Consul runs and nobody would end it.
final class Guard implements AutoCloseable {

    /// After the end of the pipe a child may still be on its way: it was started, and hasn't said so yet.
    private static final String SCRIPT = """
            trap '' TERM INT HUP QUIT USR1 USR2
            child=
            late=10
            while :; do
                while read -r word; do
                    [ "$word" != over ] || exit 0
                    child=$word
                done
                [ -z "$child" ] && [ "$late" -gt 0 ] || break
                late=$((late - 1))
                sleep 1
            done
            [ -n "$child" ] || exit 0
            kill -TERM "$child" 2>/dev/null || exit 0
            left=$1
            while [ "$left" -gt 0 ] && kill -0 "$child" 2>/dev/null; do sleep 1; left=$((left - 1)); done
            kill -KILL "$child" 2>/dev/null
            """;

    /// The guard's pipe has no name but this one. Where it can't be opened the launcher tells the guard a moment later.
    private static final String CHILD = """
            { echo $$ >"$0"; } 2>/dev/null
            exec "$@"
            """;

    /// Null if no shell could be started.
    private final @Nullable Process process;

    private Guard(@Nullable Process process) {
        this.process = process;
    }

    /// Starts a guard, which has nobody to guard yet. If that isn't possible the log says so.
    ///
    /// @param patience how long the child has to end after SIGTERM before it is killed
    static Guard start(Duration patience, boolean ownSession, Log log) {
        List<String> words = new ArrayList<>(ownSession ? List.of("setsid") : List.of());
        words.addAll(List.of("sh", "-c", SCRIPT, "consul-guard", Long.toString(patience.toSeconds())));
        try {
            return new Guard(new ProcessBuilder(words)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            log.warn("no guard, Consul would outlive a launcher that is killed: " + e.getMessage());
            return new Guard(null);
        }
    }

    /// The command, by way of a shell that tells the guard who it is and then becomes the command.
    List<String> guarded(List<String> command) {
        if (process == null) {
            return command;
        }
        List<String> words = new ArrayList<>(List.of("sh", "-c", CHILD, "/proc/" + process.pid() + "/fd/0"));
        words.addAll(command);
        return words;
    }

    /// The child runs. It has said so itself, except where there is no `/proc`.
    void watch(long child) {
        say(Long.toString(child));
    }

    /// The child has ended, or never ran; the guard ends too.
    @Override
    public void close() {
        say("over");
        abandon();
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /// What the launcher's death comes to.
    void abandon() {
        if (process == null) {
            return;
        }
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // It is gone already.
        }
    }

    private void say(String word) {
        if (process == null) {
            return;
        }
        try {
            OutputStream pipe = process.getOutputStream();
            pipe.write((word + "\n").getBytes(StandardCharsets.US_ASCII));
            pipe.flush();
        } catch (IOException e) {
            // It is gone already: somebody killed it. There is nothing left to tell.
        }
    }
}
