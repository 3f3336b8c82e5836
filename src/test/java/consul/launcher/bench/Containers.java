package consul.launcher.bench;

import consul.launcher.testkit.Running;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The part `image`: containers of the official image (or its stand-in) with the script, and of the launcher's image,
/// in turns, on a network of their own with a stand-in for EC2.
///
/// @param image what `bin/image` made
/// @param mock what `bin/image --mock` made
/// @param layers what `bin/image` said they weigh
record Containers(String image, String mock, String layers, int rounds) {

    private static final String NETWORK = "consul-launcher-bench";
    private static final String SUBNET = "10.213.101";
    private static final String EC2 = SUBNET + ".2";
    private static final String CONSUL = SUBNET + ".11";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(2);

    /// The two calls that IMDSv1 needs, before the official script.
    private static final String SCRIPT = """
            at=$AWS_EC2_METADATA_SERVICE_ENDPOINT/latest/meta-data
            id=$(curl -sf "$at/instance-id") && ip=$(curl -sf "$at/local-ipv4") &&
            exec docker-entrypoint.sh agent -server -bootstrap-expect=1 -client=0.0.0.0 -node="$id" -advertise="$ip"
            """;

    void measure(Figures figures) throws InterruptedException {
        String official = docker(
                "image",
                "inspect",
                "--format",
                "{{ index .Config.Labels \"org.opencontainers.image.base.name\" }}",
                image);
        figures.put("official", official);
        figures.put("layers", layers);
        figures.put("rounds", rounds);
        clear();
        docker("network", "create", "--internal", "--subnet", SUBNET + ".0/24", NETWORK);
        try {
            docker(
                    "run",
                    "-d",
                    "--name",
                    NETWORK + "-ec2",
                    "--network",
                    NETWORK,
                    "--ip",
                    EC2,
                    mock,
                    "--listen",
                    EC2,
                    "--port",
                    "80",
                    "--instance",
                    "id=i-0123456789abcdef0,address=" + CONSUL);
            List<Double> script = new ArrayList<>();
            List<Double> launcher = new ArrayList<>();
            for (int i = -1; i < rounds; i++) {
                double first = once(List.of("--entrypoint", "/bin/sh"), official, List.of("-c", SCRIPT));
                double second =
                        once(List.of("-e", "CONSUL_SERVER=true", "-e", "BOOTSTRAP_EXPECT=1"), image, List.of("agent"));
                if (i >= 0) {
                    script.add(first);
                    launcher.add(second);
                }
            }
            new Samples(script).into(figures, "script", 0);
            new Samples(launcher).into(figures, "launcher", 0);
            new Samples(launcher).over(new Samples(script)).into(figures, "ratio", 2);
        } finally {
            clear();
        }
    }

    /// Milliseconds from the order to start it to the first answer.
    private static double once(List<String> options, String image, List<String> arguments) throws InterruptedException {
        String name = NETWORK + "-consul";
        docker(Stream.of(
                        Stream.of("create", "--name", name, "--network", NETWORK, "--ip", CONSUL),
                        Stream.of("-e", "CHECKPOINT_DISABLE=1"),
                        Stream.of("-e", "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://" + EC2),
                        options.stream(),
                        Stream.of(image),
                        arguments.stream())
                .flatMap(words -> words)
                .toArray(String[]::new));
        try (Running start = Running.start(new ProcessBuilder("docker", "start", name))) {
            long begin = System.nanoTime();
            while (!answers()) {
                if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                    throw new IllegalStateException(
                            "no answer from " + image + ":\n" + Running.run("docker", "logs", name));
                }
                Thread.sleep(POLL);
            }
            double millis = (System.nanoTime() - begin) / 1e6;
            start.await();
            return millis;
        } finally {
            docker("rm", "-f", "-v", name);
        }
    }

    private static boolean answers() {
        try {
            HttpURLConnection connection = (HttpURLConnection) URI.create("http://" + CONSUL + ":8500/v1/status/leader")
                    .toURL()
                    .openConnection();
            // A first packet that comes before the container's interface does is lost, and only sent again after a
            // second.
            connection.setConnectTimeout(20);
            connection.setReadTimeout(1000);
            return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException e) {
            return false;
        }
    }

    private static void clear() {
        Running.run("docker", "rm", "-f", "-v", NETWORK + "-ec2", NETWORK + "-consul");
        Running.run("docker", "network", "rm", NETWORK);
    }

    private static String docker(String... arguments) {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        Running.Finished finished = Running.run(command.toArray(String[]::new));
        if (finished.exitCode() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + finished);
        }
        return finished.stdout().strip();
    }
}
