package consul.launcher.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What the kernel says of one process.
record Idle(long pid) {

    private static final double KIBIBYTES_OF_A_MEGABYTE = 1_000_000 / 1024.0;

    /// Linux counts processor time in these for whoever reads it, on every architecture.
    private static final long NANOS_OF_A_TICK = 10_000_000;

    /// Megabytes that are in memory; those shared with others count in full.
    double rss() {
        return megabytes("status", "VmRSS:");
    }

    /// The same, what is shared counts by its share.
    double pss() {
        return megabytes("smaps_rollup", "Pss:");
    }

    /// Nanoseconds on a processor, of all threads that ever were.
    long cpuNanos() {
        String stat = lines(Path.of("/proc", Long.toString(pid), "stat"))
                .map(List::getFirst)
                .orElseThrow(this::gone);
        // Behind the program's name, which may have blanks: the state is field 3, utime and stime are 14 and 15.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * NANOS_OF_A_TICK;
    }

    /// How often a thread that lives went to sleep, to be woken up later.
    long wakeUps() {
        return tasks().stream()
                .mapToLong(task -> lines(task.resolve("status"))
                        .map(lines -> field(lines, "voluntary_ctxt_switches:"))
                        .orElse(0L))
                .sum();
    }

    int threads() {
        return tasks().size();
    }

    String program() {
        return lines(Path.of("/proc", Long.toString(pid), "comm"))
                .map(List::getFirst)
                .orElse("");
    }

    /// The process and all below it.
    static List<Idle> tree(long root) {
        return Stream.concat(
                        Stream.of(root),
                        ProcessHandle.of(root).stream()
                                .flatMap(ProcessHandle::descendants)
                                .map(ProcessHandle::pid))
                .map(Idle::new)
                .toList();
    }

    private List<Path> tasks() {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            return tasks.toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the process " + pid + " is gone", e);
        }
    }

    private double megabytes(String file, String name) {
        return lines(Path.of("/proc", Long.toString(pid), file))
                        .map(lines -> field(lines, name))
                        .orElseThrow(this::gone)
                / KIBIBYTES_OF_A_MEGABYTE;
    }

    private IllegalStateException gone() {
        return new IllegalStateException("the process " + pid + " is gone");
    }

    private static long field(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).replace("kB", "").strip())
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(0);
    }

    private static Optional<List<String>> lines(Path file) {
        try {
            return Optional.of(Files.readAllLines(file));
        } catch (IOException e) {
            // A process that ends while it is read.
            return Optional.empty();
        }
    }
}
