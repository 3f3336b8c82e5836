package consul.launcher.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds processes that outlive what they were started for, by a directory that only they were told of.
public final class Leftovers {

    /// How long a process that was killed may take to be gone.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Leftovers() {}

    /// The living processes that have the directory in their arguments or in their environment; this one not.
    public static List<ProcessHandle> of(Path directory) {
        List<ProcessHandle> found = new ArrayList<>();
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            all.filter(process -> process.pid() != ProcessHandle.current().pid())
                    .filter(process -> mentions(process.pid(), directory.toString()))
                    .forEach(found::add);
        }
        return found;
    }

    /// Kills them, and says which they were.
    public static List<String> kill(Path directory) {
        List<String> killed = new ArrayList<>();
        for (ProcessHandle process : of(directory)) {
            killed.add("killed " + process.pid() + ", "
                    + read(process.pid(), "cmdline").replace('\0', ' ').strip());
            process.destroyForcibly();
        }
        if (!killed.isEmpty()) {
            Eventually.value(
                    "the killed processes to be gone",
                    PATIENCE,
                    () -> of(directory).isEmpty() ? Optional.of(true) : Optional.empty());
        }
        return killed;
    }

    private static boolean mentions(long pid, String text) {
        return read(pid, "cmdline").contains(text) || read(pid, "environ").contains(text);
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
