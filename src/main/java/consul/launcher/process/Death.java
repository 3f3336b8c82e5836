package consul.launcher.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import sun.misc.Signal;

/// The end of a child by a signal that isn't its stop: which one, and what the container's memory cgroup
/// counts, since the kernel's out-of-memory killer leaves no other trace in a container.
final class Death {

    private static final int BY_SIGNAL = 128;
    private static final int KILL = 9;

    private static final List<String> NAMES = List.of(
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "SYS");

    /// Both versions of cgroups have a line `oom_kill N` in there.
    private static final List<Path> MEMORY_EVENTS =
            List.of(Path.of("/sys/fs/cgroup/memory.events"), Path.of("/sys/fs/cgroup/memory/memory.oom_control"));

    private Death() {}

    /// @param code the child's exit code, 128+n if signal n ended it
    /// @param stop the stop signal that the launcher was sent, or empty
    /// @return a line for the log, or nothing if the child ended by itself or by its stop
    static Optional<String> of(int code, String stop) {
        int signal = code - BY_SIGNAL;
        if (signal <= 0 || name(signal).equals(stop)) {
            return Optional.empty();
        }
        String line = "Consul was ended by signal " + signal + " (" + name(signal) + ")";
        return Optional.of(signal == KILL ? line + memory() : line);
    }

    private static String name(int signal) {
        return NAMES.stream()
                .filter(name -> new Signal(name).getNumber() == signal)
                .findFirst()
                .orElse("?");
    }

    private static String memory() {
        for (Path file : MEMORY_EVENTS) {
            try {
                for (String line : Files.readAllLines(file)) {
                    if (line.startsWith("oom_kill ")) {
                        String count = line.substring("oom_kill ".length());
                        return count.equals("0")
                                ? ", not by the launcher and not for want of memory: " + file + " counts no oom_kill"
                                : ", out of memory: " + file + " counts " + count
                                        + " oom_kill, so give the container more memory";
                    }
                }
            } catch (IOException e) {
                // The other version's, or no cgroup is mounted.
            }
        }
        return ", not by the launcher; out of memory, perhaps, of which no cgroup tells here";
    }
}
