package consul.launcher.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// Finds processes that outlive what they were started for. What is started gets a variable that nobody else has, and
/// hands it on to whatever it starts; only who has exactly this variable is ever ended. Never is a process chosen by
/// its name, a path or a part of its command line: those belong to others too.
public final class Leftovers {

    private static final String VARIABLE = "LOCAL_CLUSTER_MARK";

    /// A guard that was told to end does so a moment after its launcher; on a busy machine it may be a long one.
    private static final Duration GRACE = Duration.ofSeconds(30);

    private static final long POLL_NANOS = Duration.ofMillis(50).toNanos();

    private final String mark = UUID.randomUUID().toString();
    private final Duration grace;

    public Leftovers() {
        this(GRACE);
    }

    /// @param grace how long what is left may take to end by itself
    Leftovers(Duration grace) {
        this.grace = grace;
    }

    /// Marks what is started with this environment.
    public void mark(Map<String, String> environment) {
        environment.put(VARIABLE, mark);
    }

    /// The living processes that carry the mark.
    public List<ProcessHandle> find() {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(
                            process -> process.pid() != ProcessHandle.current().pid())
                    .filter(this::isMarked)
                    .toList();
        }
    }

    /// Kills those that don't end by themselves just now, and says which they were.
    public List<String> kill() {
        List<String> killed = new ArrayList<>();
        for (ProcessHandle process : staying()) {
            killed.add("killed " + process.pid() + ", "
                    + read(process.pid(), "cmdline").replace('\0', ' ').strip());
            process.destroyForcibly();
        }
        if (!killed.isEmpty()) {
            Eventually.value(
                    "the killed processes to be gone",
                    Running.PATIENCE,
                    () -> find().isEmpty() ? Optional.of(true) : Optional.empty());
        }
        return killed;
    }

    private List<ProcessHandle> staying() {
        long end = System.nanoTime() + grace.toNanos();
        List<ProcessHandle> living = find();
        // Looked for instead of waited for: the end of what nobody reaps isn't told.
        while (!living.isEmpty()
                && System.nanoTime() < end
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(POLL_NANOS);
            living = find();
        }
        return living;
    }

    private boolean isMarked(ProcessHandle process) {
        return Arrays.asList(read(process.pid(), "environ").split("\0", -1)).contains(VARIABLE + "=" + mark);
    }

    /// Empty for a process that has ended meanwhile, and for one that isn't ours to read.
    private static String read(long pid, String file) {
        try {
            return new String(
                    Files.readAllBytes(Path.of("/proc", Long.toString(pid), file)), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
