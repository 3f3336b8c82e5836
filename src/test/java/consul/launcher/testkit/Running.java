package consul.launcher.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
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
        try (Running running = start(new ProcessBuilder(command))) {
            return running.await();
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

    @Override
    public void close() {
        // The descendants first: once their parent is gone they can't be found any more.
        try (Stream<ProcessHandle> descendants = process.descendants()) {
            descendants.toList().forEach(ProcessHandle::destroyForcibly);
        }
        process.destroyForcibly();
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
