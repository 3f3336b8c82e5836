package consul.launcher.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Ends the child if the launcher dies without being able to: killed by SIGKILL, or out of memory. A shell that blocks
/// in
/// `read` on a pipe from the launcher, which costs no CPU and under 1 MB; the kernel's parent-death signal won't do,
/// since
/// it is cleared when the child changes its user.
final class Guard implements AutoCloseable {

    private static final String SCRIPT = """
            trap '' TERM INT HUP QUIT USR1 USR2
            read -r over && exit
            kill -TERM "$1" 2>/dev/null || exit
            left=$2
            while [ "$left" -gt 0 ] && kill -0 "$1" 2>/dev/null; do sleep 1; left=$((left - 1)); done
            kill -KILL "$1" 2>/dev/null
            """;

    private final Process process;

    private Guard(Process process) {
        this.process = process;
    }

    /// @param patience how long the child has to end after SIGTERM before it is killed
    /// @throws IOException if no shell can be started
    static Guard over(long pid, Duration patience, boolean ownSession) throws IOException {
        String seconds = Long.toString(patience.toSeconds());
        String name = "consul-guard";
        String child = Long.toString(pid);
        ProcessBuilder builder = ownSession
                ? new ProcessBuilder("setsid", "sh", "-c", SCRIPT, name, child, seconds)
                : new ProcessBuilder("sh", "-c", SCRIPT, name, child, seconds);
        return new Guard(builder.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /// The child has ended; the guard ends too.
    @Override
    public void close() {
        try (var pipe = process.getOutputStream()) {
            pipe.write("over\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // It is gone already: somebody killed it. There is nothing left to guard.
        }
    }
}
