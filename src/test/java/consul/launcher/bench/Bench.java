package consul.launcher.bench;

import consul.launcher.mockec2.Ec2Mock;
import consul.launcher.mockec2.Options;
import consul.launcher.testkit.Running;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A loopback EC2, a stand-in for Consul that says when it starts, and the ways of starting it that are compared.
final class Bench implements AutoCloseable {

    private static final String ADDRESS = "127.0.0.1";
    private static final long PATIENCE_SECONDS = 60;
    private static final String TASK = "0123456789abcdef0123456789abcdef";

    /// Nobody measures a cold disk, or a mock that runs its code for the first time.
    private static final int WARM_UPS = 3;

    private final Path launcher;
    private final Path directory;
    private final Path started;
    private final PrintStream out;
    private final Ec2Mock ec2 = Ec2Mock.start(Options.loopback("id=i-0123456789abcdef0,address=" + ADDRESS));

    /// @param directory an empty one
    /// @param entrypoint the stand-in for the official script
    Bench(Path launcher, Path directory, Path entrypoint, PrintStream out) {
        this.launcher = launcher;
        this.directory = directory;
        this.out = out;
        this.started = directory.resolve("started");
        ec2.command("task", "id=" + TASK + ",network=host");
        try {
            for (String name : List.of("bin", "data", "config")) {
                Files.createDirectories(directory.resolve(name));
            }
            // A pipe: whoever opens it meets whoever waits at its other end.
            Running.run("mkfifo", started.toString());
            program("bin/consul", "#!/bin/sh\necho started >\"$BENCH_STARTED\"\n");
            program("script", script(entrypoint, ""));
            program("script-retrying", script(entrypoint, " --retry 2"));
            program("script-v1", """
                    set -e
                    at=$AWS_EC2_METADATA_SERVICE_ENDPOINT/latest/meta-data
                    id=$(curl -sf "$at/instance-id")
                    ip=$(curl -sf "$at/local-ipv4")
                    set -- agent -node="$id" -advertise="$ip" -server -bootstrap-expect=3
                    . %s
                    """.formatted(entrypoint));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The official script as people patch it, with the three calls that IMDSv2 needs.
    private static String script(Path entrypoint, String option) {
        return """
                set -e
                at=$AWS_EC2_METADATA_SERVICE_ENDPOINT/latest
                get() { curl -sf%s -H "X-aws-ec2-metadata-token: $token" "$at/meta-data/$1"; }
                token=$(curl -sf%s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$at/api/token")
                id=$(get instance-id)
                ip=$(get local-ipv4)
                set -- agent -node="$id" -advertise="$ip" -server -bootstrap-expect=3
                . %s
                """.formatted(option, option, entrypoint);
    }

    private void program(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    Ec2Mock ec2() {
        return ec2;
    }

    /// One way of starting Consul.
    record Way(String name, List<String> command, Map<String, String> variables) {}

    Way supervised() {
        return new Way("launcher", List.of(launcher.toString(), "run", "agent"), Map.of());
    }

    Way execing() {
        return new Way("exec", supervised().command(), Map.of("CONSUL_LAUNCHER_MODE", "exec"));
    }

    /// As in a task of ECS, whose metadata is asked too.
    Way inEcs() {
        return new Way(
                "ecs",
                supervised().command(),
                Map.of("ECS_CONTAINER_METADATA_URI_V4", ec2.endpoint(ADDRESS) + "/ecs/" + TASK));
    }

    Way script(String name) {
        return new Way(
                name, List.of("dumb-init", "/bin/sh", directory.resolve(name).toString()), Map.of());
    }

    Way consulAlone() {
        return new Way("consul", List.of(directory.resolve("bin/consul").toString()), Map.of());
    }

    /// Starts each way in turn, this many rounds.
    ///
    /// @param before done before each start
    /// @return milliseconds by way, from when the way's program runs until Consul does
    Times rounds(int rounds, List<Way> ways, Runnable before) {
        Times times = new Times();
        for (int i = -Math.min(WARM_UPS, rounds); i < rounds; i++) {
            for (Way way : ways) {
                before.run();
                double millis = once(way);
                if (i >= 0) {
                    times.add(way.name(), millis);
                }
            }
        }
        return times;
    }

    private double once(Way way) {
        ProcessBuilder builder = new ProcessBuilder(way.command());
        builder.environment().clear();
        builder.environment().putAll(environment());
        builder.environment().putAll(way.variables());
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(directory.resolve("log").toFile());
        CompletableFuture<Long> moment = CompletableFuture.supplyAsync(this::awaitStart);
        try {
            Process process = builder.start();
            // The JDK is back once the program has taken the place of the JDK's helper.
            long begin = System.nanoTime();
            var _ = process.onExit().thenRun(() -> release(moment));
            long end = moment.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (end == 0 || !process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(way
                        + (end == 0 ? " didn't start Consul:\n" : " doesn't end:\n")
                        + Files.readString(directory.resolve("log")));
            }
            return (end - begin) / 1e6;
        } catch (IOException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException(way + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// When the stand-in for Consul opened the pipe; 0 if it was [#release].
    private long awaitStart() {
        try (FileInputStream pipe = new FileInputStream(started.toFile())) {
            int first = pipe.read();
            long now = System.nanoTime();
            return first == 's' ? now : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Ends a wait for a start that won't come any more.
    private void release(CompletableFuture<Long> moment) {
        if (moment.isDone()) {
            return;
        }
        try {
            // The stand-in's own word is in the pipe by now, and read first.
            if (!moment.completeOnTimeout(0L, 2, TimeUnit.SECONDS).get().equals(0L)) {
                return;
            }
            try (FileOutputStream pipe = new FileOutputStream(started.toFile())) {
                pipe.write('x');
            }
        } catch (IOException | ExecutionException e) {
            out.println("the pipe is broken: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Of a server's instance; nothing of whoever runs this gets in.
    Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>();
        environment.put("PATH", directory.resolve("bin") + ":" + System.getenv("PATH"));
        environment.put("HOME", directory.toString());
        environment.put("LANG", "C.UTF-8");
        environment.put("BENCH_STARTED", started.toString());
        environment.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", ec2.endpoint(ADDRESS));
        environment.put("CONSUL_DATA_DIR", directory.resolve("data").toString());
        environment.put("CONSUL_CONFIG_DIR", directory.resolve("config").toString());
        environment.put("CONSUL_DISABLE_PERM_MGMT", "1");
        environment.put("CONSUL_SERVER", "true");
        environment.put("BOOTSTRAP_EXPECT", "3");
        environment.put("TAG_KEY", "role");
        environment.put("TAG_VALUE", "consul");
        return environment;
    }

    /// How often the metadata service was called since the last [consul.launcher.mockec2.RequestLog#clear].
    long metadataCalls() {
        Map<String, Long> counters = ec2.requests().counters();
        return counters.getOrDefault("token", 0L)
                + counters.getOrDefault("imds", 0L)
                + counters.getOrDefault("ecs", 0L);
    }

    @Override
    public void close() {
        ec2.close();
    }
}
