package consul.launcher.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.mockec2.Ec2Mock;
import consul.launcher.mockec2.Options;
import consul.launcher.mockec2.RequestLog;
import consul.launcher.testkit.Recorder;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What makes a start slow, counted instead of timed: the machine that runs this may be busy. `bin/bench start` tells
/// what it comes to.
final class StartCountsProcessIT {

    private static final Path LAUNCHER = Path.of(System.getProperty("launcher.directory", "target/launcher"));
    private static final String ADDRESS = "127.0.43.2";

    /// A server's start with EC2 metadata sets up 700 classes before Consul runs, 290 of them before `main`. Each is
    /// code that runs for the first time, interpreted. What needs more shows in `-Xlog:class+init`.
    private static final int MOST_CLASSES = 800;

    /// The JDK's that are not in the cache: its own events, and what the training had no use for.
    private static final int MOST_OF_THE_JDK = 10;

    /// What no start has a use for, and what it takes; by the beginning of the class's name.
    private static final Map<String, String> UNUSED = Map.ofEntries(
            Map.entry("sun/security/provider/Sun", "security providers: 19 ms"),
            Map.entry("sun/security/ssl/", "TLS: 125 ms"),
            Map.entry("javax/net/ssl/SSLContext", "TLS: 125 ms"),
            Map.entry("java/util/ServiceLoader", "a search through every jar: 12 ms"),
            Map.entry("jdk/internal/loader/URLClassPath$JarLoader", "an open jar, so a class that isn't in the cache"),
            Map.entry(
                    "java/lang/runtime/SwitchBootstraps",
                    "a switch over types, for which the JDK writes a class: 3 ms"),
            Map.entry("java/lang/runtime/ObjectMethods", "equals or toString of a record, which the JDK writes: 12 ms"),
            Map.entry("jdk/internal/classfile/impl/DirectClassBuilder", "a class that the JDK writes: 2 ms"),
            Map.entry("jdk/internal/foreign/", "the foreign function API: 45 ms"),
            Map.entry("java/math/BigDecimal", "numbers of a JSON parser: 20 ms"),
            Map.entry("com/fasterxml/", "a JSON parser: 20 ms"),
            Map.entry("okhttp3/", "an HTTP client: 20 ms"),
            Map.entry("org/slf4j/", "a logging library: 7 ms"),
            Map.entry("software/amazon/", "the AWS SDK"),
            Map.entry("consul/launcher/quorum/", "the watch of the quorum"),
            Map.entry("consul/launcher/aws/Ec2Api", "the EC2 API"));

    private static final Map<String, String> LOCAL =
            Map.of("CONSUL_LOCAL_CONFIG", "{\"ports\": {\"grpc\": 8502}, \"acl\": {\"enabled\": true}}");

    /// A second attempt, made because this machine is busy, would count too.
    private static final Map<String, String> PATIENT = Map.of("AWS_METADATA_SERVICE_TIMEOUT", "60");

    @TempDir
    Path home;

    private final Ec2Mock ec2 = Ec2Mock.start(Options.loopback("id=i-0123456789abcdef0,address=" + ADDRESS));
    private Path log;

    @BeforeEach
    void prepare() {
        log = home.resolve("jvm.log");
    }

    @AfterEach
    void close() {
        ec2.close();
    }

    @Test
    void setsUpAHandfulOfClassesBeforeConsulIsStarted() throws IOException {
        start("supervise");

        List<String> before = setUpBefore("java/lang/ProcessBuilder");
        assertTrue(before.contains("consul/launcher/aws/Ec2Metadata"), before::toString);
        assertEquals(List.of(), unused(before));
        assertTrue(before.size() <= MOST_CLASSES, () -> before.size() + " classes: " + before);
    }

    @Test
    void setsUpAHandfulOfClassesInATaskOfEcs() throws IOException {
        start("exec", inEcs());

        List<String> all = setUpBefore("");
        assertTrue(all.contains("consul/launcher/aws/EcsTask"), all::toString);
        assertEquals(List.of(), unused(all));
        assertTrue(all.size() <= MOST_CLASSES, () -> all.size() + " classes: " + all);
    }

    @Test
    void setsUpAHandfulOfClassesForALocalConfiguration() throws IOException {
        start("exec", LOCAL);

        List<String> all = setUpBefore("");
        assertTrue(all.contains("consul/launcher/entrypoint/LocalConfig"), all::toString);
        assertEquals(List.of(), unused(all));
        assertTrue(all.size() <= MOST_CLASSES, () -> all.size() + " classes: " + all);
    }

    @Test
    void setsUpAHandfulOfClassesUntilTheStarterKnowsWhatToBecome() throws IOException {
        start("exec");

        List<String> all = setUpBefore("");
        assertTrue(all.contains("consul/launcher/process/ExecScript"), all::toString);
        assertEquals(List.of(), unused(all));
        assertTrue(all.size() <= MOST_CLASSES, () -> all.size() + " classes: " + all);
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC2", "ECS", "a local configuration"})
    void takesEveryClassOutOfTheCache(String how) throws IOException {
        start(
                "exec",
                switch (how) {
                    case "ECS" -> inEcs();
                    case "EC2" -> Map.of();
                    default -> LOCAL;
                });

        List<String> others;
        try (Stream<String> lines = Files.lines(log)) {
            others = lines.filter(line -> line.contains(" source: ") && !line.contains("shared objects file"))
                    .toList();
        }
        assertEquals(
                List.of(),
                others.stream().filter(line -> !line.contains(" source: jrt:/")).toList());
        assertTrue(others.size() <= MOST_OF_THE_JDK, others::toString);
    }

    @Test
    void makesTwoMetadataCalls() throws IOException {
        start("exec", PATIENT);

        assertEquals(
                List.of("PUT /latest/api/token", "GET /latest/dynamic/instance-identity/document"),
                ec2.requests().entries().stream()
                        .map((RequestLog.Entry entry) -> entry.method() + " " + entry.path())
                        .toList());
    }

    @Test
    void asksTheTaskOnceToo() throws IOException {
        Map<String, String> variables = new HashMap<>(PATIENT);
        variables.putAll(inEcs());
        start("exec", variables);

        assertEquals(
                List.of("GET /ecs/t/task", "PUT /latest/api/token", "GET /latest/dynamic/instance-identity/document"),
                ec2.requests().entries().stream()
                        .map((RequestLog.Entry entry) -> entry.method() + " " + entry.path())
                        .toList());
    }

    private Map<String, String> inEcs() {
        ec2.command("task", "id=t,network=host");
        return Map.of("ECS_CONTAINER_METADATA_URI_V4", ec2.endpoint(ADDRESS) + "/ecs/t");
    }

    private void start(String mode) throws IOException {
        start(mode, Map.of());
    }

    /// Of a server, as in an image of its own.
    private void start(String mode, Map<String, String> variables) throws IOException {
        Recorder programs = Recorder.in(home);
        programs.install("consul");
        ProcessBuilder builder =
                new ProcessBuilder(LAUNCHER.resolve("consul-launcher").toString(), "run", "agent");
        builder.environment().keySet().removeIf(name -> name.startsWith("CONSUL_") || name.startsWith("AWS_"));
        builder.environment().merge("PATH", programs.bin().toString(), (path, bin) -> bin + ":" + path);
        builder.environment()
                .putAll(Map.of(
                        // The only variable that outranks the starter's own options.
                        "_JAVA_OPTIONS",
                        "-Xlog:class+init=info,class+load=info:file=" + log + "::filecount=0",
                        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                        ec2.endpoint(ADDRESS),
                        "CONSUL_LAUNCHER_MODE",
                        mode,
                        "CONSUL_DISABLE_PERM_MGMT",
                        "",
                        "CONSUL_DATA_DIR",
                        home.toString(),
                        "CONSUL_CONFIG_DIR",
                        home.toString(),
                        "CONSUL_SERVER",
                        "true",
                        "BOOTSTRAP_EXPECT",
                        "3",
                        "TAG_KEY",
                        "role",
                        "TAG_VALUE",
                        "consul"));
        builder.environment().putAll(variables);
        try (Running running = Running.start(builder)) {
            assertEquals(0, running.await().exitCode(), running::toString);
        }
        assertTrue(programs.calls("consul").getFirst().arguments().contains("-node=i-0123456789abcdef0"));
    }

    /// The classes that the JVM initialised, in order, up to one.
    ///
    /// @param last the one, or empty for all
    private List<String> setUpBefore(String last) throws IOException {
        List<String> classes = new ArrayList<>();
        for (String line : Files.readAllLines(log)) {
            int quote = line.indexOf("Initializing '");
            if (quote >= 0) {
                int begin = quote + "Initializing '".length();
                String name = line.substring(begin, line.indexOf('\'', begin));
                if (name.equals(last)) {
                    return classes;
                }
                classes.add(name);
            }
        }
        assertEquals("", last, () -> "never initialised; the log has " + classes.size() + " classes");
        return classes;
    }

    private static List<String> unused(List<String> classes) {
        return classes.stream()
                .flatMap(name -> UNUSED.entrySet().stream()
                        .filter(entry -> name.startsWith(entry.getKey()))
                        .map(entry -> name + " (" + entry.getValue() + ")"))
                .toList();
    }
}
