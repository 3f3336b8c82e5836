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

    /// Kilobytes that are in memory; those shared with others count in full.
    long rss() {
        return kilobytes("status", "VmRSS:");
    }

    /// The same, what is shared counts by its share.
    long pss() {
        return kilobytes("smaps_rollup", "Pss:");
    }

    /// Nanoseconds on a processor, of all threads that live.
    long cpuNanos() {
        return tasks().stream()
                .mapToLong(task -> lines(task.resolve("schedstat"))
                        .map(lines -> Long.parseLong(lines.getFirst().split(" ", -1)[0]))
                        .orElse(0L))
                .sum();
    }

    /// How often a thread was put to work.
    long wakeUps() {
        return tasks().stream()
                .mapToLong(task -> lines(task.resolve("status"))
                        .map(lines ->
                                field(lines, "voluntary_ctxt_switches:") + field(lines, "nonvoluntary_ctxt_switches:"))
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

    private long kilobytes(String file, String name) {
        return lines(Path.of("/proc", Long.toString(pid), file))
                .map(lines -> field(lines, name))
                .orElseThrow(() -> new IllegalStateException("the process " + pid + " is gone"));
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
