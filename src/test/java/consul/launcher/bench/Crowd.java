package consul.launcher.bench;

import consul.launcher.mockec2.Ec2Mock;
import consul.launcher.mockec2.Options;
import consul.launcher.testkit.LocalAgent;
import consul.launcher.testkit.LocalCluster;
import consul.launcher.testkit.RealConsul;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The part `fleet`: launchers that start at the same moment, and agents that look for their servers while the EC2 API
/// throttles.
record Crowd(Bench bench, Path launcher, RealConsul consul, Path directory) {

    private static final List<Integer> SIZES = List.of(1, 10, 50, 200);
    private static final long PATIENCE_SECONDS = 120;
    private static final int SEARCHERS = 5;
    private static final Duration SEARCH = Duration.ofSeconds(90);

    void measure(Figures figures) throws IOException, InterruptedException {
        for (int size : SIZES) {
            start(size, figures);
        }
        search(figures);
    }

    private void start(int size, Figures figures) throws IOException, InterruptedException {
        List<String> instances = new ArrayList<>();
        for (int i = 1; i <= size; i++) {
            instances.add("id=" + id(i) + ",address=127.0.6." + i);
        }
        // In the place of the one that says when it starts: nobody listens to two hundred.
        Path bin = Files.createDirectories(directory.resolve("crowd"));
        Path stub = bin.resolve("consul");
        Files.deleteIfExists(stub);
        Files.createSymbolicLink(stub, Path.of("/bin/true"));
        try (Ec2Mock ec2 = Ec2Mock.start(Options.loopback(instances.toArray(String[]::new)))) {
            List<Process> launchers = new ArrayList<>();
            long begin = System.nanoTime();
            for (int i = 1; i <= size; i++) {
                ProcessBuilder builder = new ProcessBuilder(launcher.toString(), "run", "agent");
                builder.environment().clear();
                builder.environment().putAll(bench.environment());
                builder.environment().put("PATH", bin + ":" + System.getenv("PATH"));
                builder.environment().put("AWS_EC2_METADATA_SERVICE_ENDPOINT", ec2.endpoint("127.0.6." + i));
                launchers.add(builder.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start());
            }
            int failed = 0;
            for (Process process : launchers) {
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    failed++;
                } else if (process.exitValue() != 0) {
                    failed++;
                }
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            long calls = ec2.requests().counters().entrySet().stream()
                    .filter(entry ->
                            entry.getKey().equals("token") || entry.getKey().equals("imds"))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
            String prefix = "launchers" + size + ".";
            figures.put(prefix + "seconds", Samples.text(seconds, 1));
            figures.put(prefix + "calls", Samples.text((double) calls / size, 2));
            figures.put(prefix + "failed", failed);
        }
    }

    private static String id(int number) {
        return String.format("i-0ff00000000000%03d", number);
    }

    /// Clients that know no server, and an API that answers every call with RequestLimitExceeded.
    private void search(Figures figures) throws InterruptedException {
        Path its = directory.resolve("search");
        try {
            Files.createDirectories(its);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (LocalCluster cluster = new LocalCluster(launcher, consul, its, List.of("127.0.7.250"))) {
            cluster.ec2().command("fault", "api=ec2,code=RequestLimitExceeded,times=-1");
            for (int i = 1; i <= SEARCHERS; i++) {
                cluster.start(
                        LocalAgent.Spec.client(id(i), "127.0.7." + i),
                        Map.of(
                                "TAG_KEY", "Role",
                                "TAG_VALUE", "consul",
                                "CONSUL_LEAVE", "never",
                                "AWS_ACCESS_KEY_ID", "bench",
                                "AWS_SECRET_ACCESS_KEY", "bench",
                                "AWS_ENDPOINT_URL_EC2", cluster.ec2().endpoint("127.0.0.1")));
            }
            Thread.sleep(SEARCH);
            long calls = cluster.ec2().requests().counters().getOrDefault("ec2", 0L);
            figures.put("search.agents", SEARCHERS);
            figures.put("search.seconds", SEARCH.toSeconds());
            figures.put("search.calls", Samples.text((double) calls / SEARCHERS, 1));
            if (calls == 0) {
                throw new IllegalStateException("nobody asked the EC2 API within " + SEARCH.toSeconds() + " s:\n"
                        + cluster.agents().getFirst().logTail());
            }
        }
    }
}
