package consul.launcher.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A started process whose two output streams are collected while it runs. Closing it ends it and whatever it started.
public final class Running implements AutoCloseable {

    /// How long a test waits for a process at most: far beyond what any needs, so that a slow machine fails no test.
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<String> command;
    private final Process process;
    private final Collector stdout;
    private final Collector stderr;

    private Running(List<String> command, Process process) {
        this.command = command;
        this.process = process;
        this.stdout = new Collector(process.getInputStream());
        this.stderr = new Collector(process.getErrorStream());
    }

    /// Starts the command with its standard input closed.
    public static Running start(ProcessBuilder builder) {
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            return new Running(List.copyOf(builder.command()), process);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + builder.command(), e);
        }
    }

    /// Starts the command, waits for its end, and returns what it said.
    public static Finished run(String... command) {
        return run(PATIENCE, command);
    }

    /// As above, for a command that may take longer.
    public static Finished run(Duration within, String... command) {
        try (Running running = start(new ProcessBuilder(command))) {
            return running.await(within);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /// Completes when the process has ended.
    public CompletableFuture<?> onExit() {
        return process.onExit();
    }

    public String stdoutSoFar() {
        return stdout.text();
    }

    public String stderrSoFar() {
        return stderr.text();
    }

    /// Waits for the end of the process and of both streams, [#PATIENCE] at most.
    ///
    /// @throws AssertionError if it goes on running, or if a descendant keeps a stream open
    public Finished await() {
        return await(PATIENCE);
    }

    public Finished await(Duration within) {
        try {
            if (!process.waitFor(within.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError("still running after " + within.toSeconds() + " s: " + this);
            }
            if (!stdout.join(within) || !stderr.join(within)) {
                throw new AssertionError("ended, but something it started keeps its output open: " + this);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + this, e);
        }
        return new Finished(process.exitValue(), stdout.text(), stderr.text());
    }

    /// Sends a signal to this process alone.
    ///
    /// @param name `TERM`, `INT`, …
    public void signal(String name) {
        send(name, Long.toString(process.pid()));
    }

    /// Sends a signal to the process group that this process leads, as a terminal or an init does.
    public void signalGroup(String name) {
        send(name, "-" + process.pid());
    }

    /// Sends a signal to any process, or group.
    ///
    /// @param target as `kill` takes it
    public static void send(String name, String target) {
        Finished kill = run("kill", "-s", name, "--", target);
        if (kill.exitCode() != 0) {
            throw new AssertionError("kill -s " + name + " " + target + ": " + kill.stderr());
        }
    }

    /// Returns when all of it is gone, and so its ports are free and nothing more is written to its files.
    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>();
        // Once the parent is gone the others can't be found any more; its number may even be another's by now.
        if (process.isAlive()) {
            try (Stream<ProcessHandle> descendants = process.descendants()) {
                all.addAll(descendants.toList());
            }
            all.add(process.toHandle());
        }
        kill(all);
    }

    /// Kills these, and returns when they are gone.
    public static void kill(List<ProcessHandle> processes) {
        processes.forEach(ProcessHandle::destroyForcibly);
        Eventually.value(
                () -> "the end of " + processes,
                PATIENCE,
                () -> Optional.of(true).filter(_ -> processes.stream().allMatch(Running::isGone)));
    }

    /// A zombie is gone too, once its last thread is: it may be for somebody to reap who never does.
    private static boolean isGone(ProcessHandle process) {
        if (!process.isAlive()) {
            return true;
        }
        try {
            // <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>: behind the name in brackets comes the
            // state, and as the 17th after it the number of threads.
            String stat = Files.readString(
                    Path.of("/proc", Long.toString(process.pid()), "stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return fields[0].equals("Z") && fields[17].equals("1");
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public String toString() {
        return command + " (pid " + process.pid() + ")\n--- stdout ---\n" + stdoutSoFar() + "--- stderr ---\n"
                + stderrSoFar() + "---";
    }

    /// A process that has ended.
    ///
    /// @param exitCode its exit code, 128+n if a signal ended it
    public record Finished(int exitCode, String stdout, String stderr) {

        @Override
        public String toString() {
            return "exit code " + exitCode + "\n--- stdout ---\n" + stdout + "--- stderr ---\n" + stderr + "---";
        }
    }

    /// Reads a stream to its end on a thread of its own.
    private static final class Collector {

        private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
        private final Thread thread;

        Collector(InputStream stream) {
            thread = Thread.ofVirtual().start(() -> {
                byte[] buffer = new byte[8192];
                try (stream) {
                    for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                        collected.write(buffer, 0, n);
                    }
                } catch (IOException e) {
                    // The process was ended by close(): nobody will ask for the rest.
                }
            });
        }

        boolean join(Duration within) throws InterruptedException {
            return thread.join(within);
        }

        String text() {
            return collected.toString(StandardCharsets.UTF_8);
        }
    }
}
