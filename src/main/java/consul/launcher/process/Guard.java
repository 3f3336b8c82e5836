package consul.launcher.process;

import consul.launcher.config.Log;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Ends the child if the launcher dies without being able to: killed by SIGKILL, or out of memory. A shell that blocks
/// in `read` on a pipe from the launcher, which costs no CPU and under 1 MB; the kernel's parent-death signal won't do,
/// since it is cleared when the child changes its user.
///
/// The child is itself a shell at first: it opens the launcher's pipe, leaves the guard behind with it, and becomes the
/// command. So there is no moment at which Consul runs and nobody would end it. And it is one process to be started
/// instead of two: the JDK looks for a logger in every jar when it has started its first, and Consul need not wait for
/// that, 20 ms.
final class Guard implements AutoCloseable {

    private static final Path SELF = Path.of("/proc/self");
    private static final Path DESCRIPTORS = SELF.resolve("fd");
    private static final int ATTEMPTS = 100;

    /// Called with the command's process id, and the seconds that it has to end after SIGTERM.
    private static final String GUARD = """
            while read -r word; do
                [ "$word" != over ] || exit 0
            done
            kill -TERM "$1" 2>/dev/null || exit 0
            left=$2
            while [ "$left" -gt 0 ] && kill -0 "$1" 2>/dev/null; do sleep 1; left=$((left - 1)); done
            kill -KILL "$1" 2>/dev/null
            """;

    /// Called with the launcher's pipe, the guard's script, the guard's patience, and the command. Has no variable
    /// of its own, since those are the command's. A launcher that has died, and is perhaps a zombie still, starts
    /// nothing. Where the pipe of one that lives can't be opened, the command runs all the same.
    private static final String CHILD = """
            guard() {
                trap '' TERM INT HUP QUIT USR1 USR2
                exec sh -c "$1" consul-guard $$ "$2"
            }
            lives() {
                read -r stat <"${0%/fd/*}/stat" || exit 1
                case ${stat##*) } in
                [ZX]*) exit 1 ;;
                esac
            }
            if [ -r "$0" ] && { (guard "$@") <&3 3<&- >/dev/null 2>&1 & } 3<"$0"; then
                :
            elif (lives) 2>/dev/null; then
                echo "launcher: no guard, Consul would outlive a launcher that is killed: can't open $0" >&2
            else
                echo "launcher: gone before Consul was started" >&2
                exit 143
            fi
            shift 2
            exec "$@"
            """;

    /// Null where there is no guard.
    private final @Nullable Pipe pipe;

    /// The launcher's own process id, as `/proc` has it: it may be that of another namespace.
    private final String self;

    private final int number;

    private Guard(@Nullable Pipe pipe, String self, int number) {
        this.pipe = pipe;
        this.self = self;
        this.number = number;
    }

    /// Makes what the guard will listen to. If that isn't possible the log says so.
    static Guard open(Log log) {
        try {
            String self = Files.readSymbolicLink(SELF).toString();
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Set<String> before = pipes().keySet();
                Pipe pipe = Pipe.open();
                Map<String, Integer> news = pipes();
                news.keySet().removeAll(before);
                // Others may be another thread's, which starts a process just now.
                if (news.size() == 1) {
                    return new Guard(pipe, self, news.values().iterator().next());
                }
                close(pipe);
            }
            log.warn("no guard, Consul would outlive a launcher that is killed: no pipe in " + DESCRIPTORS);
        } catch (IOException | UncheckedIOException e) {
            log.warn("no guard, Consul would outlive a launcher that is killed: " + e);
        }
        return new Guard(null, "", -1);
    }

    /// The pipes of which this process has both ends, by name, and the descriptors they are read from: Java doesn't
    /// tell. Both ends of a pipe have the same name, and the kernel gives the lower number to the one for reading.
    private static Map<String, Integer> pipes() throws IOException {
        List<Path> all;
        try (Stream<Path> list = Files.list(DESCRIPTORS)) {
            all = list.toList();
        }
        Map<String, Integer> ends = new HashMap<>();
        Map<String, Integer> pipes = new HashMap<>();
        for (Path descriptor : all) {
            String name = name(descriptor);
            if (name.startsWith("pipe:")) {
                int number = Integer.parseInt(descriptor.getFileName().toString());
                Integer other = ends.putIfAbsent(name, number);
                if (other != null) {
                    pipes.put(name, Math.min(other, number));
                }
            }
        }
        return pipes;
    }

    /// Empty if it is closed by now, as that of the listing is.
    private static String name(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "";
        }
    }

    /// The command, by way of a shell that leaves the guard behind and becomes the command.
    ///
    /// @param patience how long the command has to end after SIGTERM before it is killed
    List<String> guarded(List<String> command, Duration patience) {
        return pipe == null ? command : guarded(command, patience, "/proc/" + self + "/fd/" + number);
    }

    static List<String> guarded(List<String> command, Duration patience, String pipe) {
        List<String> words =
                new ArrayList<>(List.of("sh", "-c", CHILD, pipe, GUARD, Long.toString(patience.toSeconds())));
        words.addAll(command);
        return words;
    }

    /// The child has ended, or never ran; the guard ends too.
    @Override
    public void close() {
        if (pipe == null) {
            return;
        }
        try {
            pipe.sink().write(ByteBuffer.wrap("over\n".getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            // It is gone already: somebody killed it. There is nothing left to tell.
        }
        abandon();
    }

    /// What the launcher's death comes to.
    void abandon() {
        if (pipe == null) {
            return;
        }
        close(pipe);
    }

    private static void close(Pipe pipe) {
        close(pipe.sink());
        close(pipe.source());
    }

    private static void close(Channel end) {
        try {
            end.close();
        } catch (IOException e) {
            // It isn't used any more.
        }
    }
}
