package consul.launcher.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.mockec2.Ec2Mock;
import consul.launcher.mockec2.Options;
import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.Recorder;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an idle launcher beside a healthy agent has loaded and runs, counted: what makes it larger or wakes it up more
/// often shows here first.
final class IdleProcessIT {

    private static final Path LAUNCHER = Path.of(System.getProperty("launcher.directory", "target/launcher"));

    /// None of them is any use between an agent with plain HTTP, which is well, and an EC2 that announces nothing.
    private static final List<String> UNUSED = List.of(
            "okhttp3.",
            "okio.",
            "kotlin.",
            "com.fasterxml.",
            "software.amazon.",
            "javax.net.ssl.",
            "org.slf4j.",
            "consul.launcher.consul.ConsulApi");

    /// The JVM's own, whose number is its options' affair.
    private static final Set<String> OF_THE_JVM = Set.of(
            "VM Thread",
            "VM Periodic Tas",
            "Signal Dispatch",
            "Service Thread",
            "Notification Th",
            "Finalizer",
            "Reference Handl",
            "Common-Cleaner",
            "C1 CompilerThre",
            "Monitor Deflati",
            "Native Heap Tri");

    @TempDir
    Path home;

    private final Queue<RecordedRequest> requests = new ConcurrentLinkedQueue<>();

    @Test
    void loadsNoLibraryBesideAHealthyAgent() throws IOException {
        Path log = home.resolve("classes.log");

        List<String> lines = new ArrayList<>();

        besideAnIdle("agent -node=n -advertise=127.0.0.1", log, _ -> lines.addAll(Files.readAllLines(log)));

        List<String> loaded = lines.stream()
                .dropWhile(line -> !line.contains("consul.launcher.watch.AgentWatch "))
                .toList();
        assertTrue(loaded.stream().anyMatch(line -> line.contains("consul.launcher.aws.TerminationNotices ")));
        assertEquals(
                List.of(),
                loaded.stream()
                        .filter(line -> UNUSED.stream().anyMatch(line::contains))
                        .toList());
    }

    /// `java` is the first thread and the one of `main`; the reaper waits for Consul.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "agent -node=n -advertise=127.0.0.1",
                "agent -server -bootstrap-expect=1 -node=n -advertise=127.0.0.1"
            })
    void runsOneThreadForAllItsWatches(String command) throws IOException {
        besideAnIdle(
                command,
                home.resolve("classes.log"),
                pid -> Eventually.value(
                        () -> "only these threads, not " + threads(pid),
                        Running.PATIENCE,
                        () -> Optional.of(threads(pid))
                                .filter(List.of("java", "java", "process reaper", "watch")::equals)));
    }

    /// An answer that comes too late, which a busy machine can make one, costs a connection, and then the next is kept.
    @Test
    void keepsOneConnectionToTheAgent() throws IOException {
        besideAnIdle(
                "agent -node=n -advertise=127.0.0.1",
                home.resolve("classes.log"),
                _ -> Eventually.value(
                        () -> "four looks over one connection, not " + connections(),
                        Duration.ofMinutes(2),
                        () -> Optional.of(connections())
                                .filter(all -> all.reversed().stream()
                                                .limit(4)
                                                .distinct()
                                                .count()
                                        == 1)));
    }

    /// By which connection each request came.
    private List<Integer> connections() {
        return requests.stream().map(RecordedRequest::getConnectionIndex).toList();
    }

    private interface Look {
        void at(long pid) throws IOException;
    }

    /// Runs a launcher with an agent that is well, looks at it after some of its own looks, and stops it.
    private void besideAnIdle(String command, Path classes, Look look) throws IOException {
        Recorder programs = Recorder.in(home);
        programs.install("consul");
        programs.waitsForSignals("consul");
        try (MockWebServer agent = new MockWebServer();
                Ec2Mock ec2 = Ec2Mock.start(Options.loopback("id=i-0123456789abcdef0,address=127.0.43.2"))) {
            agent.setDispatcher(new Dispatcher() {
                @Override
                public MockResponse dispatch(RecordedRequest request) {
                    requests.add(request);
                    return new MockResponse.Builder().body("\"10.0.0.1:8300\"").build();
                }
            });
            agent.start();
            ProcessBuilder builder = new ProcessBuilder(
                    Stream.concat(Stream.of(LAUNCHER.resolve("consul-launcher").toString(), "run"), words(command))
                            .toList());
            builder.environment().keySet().removeIf(name -> name.startsWith("CONSUL_") || name.startsWith("AWS_"));
            builder.environment().merge("PATH", programs.bin().toString(), (path, bin) -> bin + ":" + path);
            // With the cache all of its classes are loaded at once, needed or not.
            builder.environment()
                    .put("_JAVA_OPTIONS", "-XX:AOTMode=off -Xlog:class+load:file=" + classes + "::filecount=0");
            builder.environment().put("CONSUL_METADATA", "ec2");
            builder.environment().put("AWS_METADATA_SERVICE_TIMEOUT", "20");
            builder.environment().put("CONSUL_QUORUM_RECOVERY", "off");
            builder.environment().put("AWS_EC2_METADATA_SERVICE_ENDPOINT", ec2.endpoint("127.0.43.2"));
            builder.environment().put("CONSUL_HTTP_ADDR", agent.getHostName() + ":" + agent.getPort());
            builder.environment().put("CONSUL_DISABLE_PERM_MGMT", "");
            builder.environment().put("CONSUL_DATA_DIR", home.toString());
            builder.environment().put("CONSUL_CONFIG_DIR", home.toString());
            // The launcher as the process that is started.
            builder.environment().put("CONSUL_LAUNCHER_INIT", "none");
            try (Running running = Running.start(builder)) {
                Recorder.Call consul = programs.awaitReady("consul", running);
                Eventually.until("some looks", Duration.ofMinutes(2), () -> requests.size() >= 4);
                look.at(running.pid());
                consul.end(0);
                assertEquals(0, running.await().exitCode(), running::toString);
            }
        }
    }

    private static Stream<String> words(String command) {
        return Stream.of(command.split(" ", -1));
    }

    private static List<String> threads(long pid) {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            return tasks.map(IdleProcessIT::name)
                    .filter(name -> !OF_THE_JVM.contains(name))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException e) {
            return "gone";
        }
    }
}
