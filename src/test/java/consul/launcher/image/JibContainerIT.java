package consul.launcher.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The ways in which Jib makes the image: they all come to the same one, to the byte.
@NeedsImage
final class JibContainerIT {

    /// What the image is made from.
    private static final List<String> SOURCES =
            List.of("pom.xml", ".mvn", "LICENSE", "bin", "src/main", "docs/licences.md");

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @TempDir
    Path directory;

    /// Names that a test gave to images.
    private final List<String> made = new ArrayList<>();

    @AfterEach
    void forget() {
        made.forEach(name -> Running.run("docker", "image", "rm", name));
    }

    private String named(String name) {
        made.add(name);
        return name;
    }

    @Test
    void twoBuildsHaveOneDigest() throws IOException {
        String again = named(Images.launcher() + "-again");
        for (String source : SOURCES) {
            copy(Path.of(source), directory.resolve(source));
        }

        maven(
                directory,
                Map.of(),
                "-Dmaven.test.skip",
                "package",
                "jib:dockerBuild",
                "-Dimage.base=docker://" + Images.runtime(),
                "-Dimage.name=" + again);

        assertEquals(Images.id(Images.untrained()), Images.id(again));
    }

    @Test
    void needsNoEngine() throws IOException {
        Path base = directory.resolve("base.tar");
        run("docker", "save", "--output", base.toString(), Images.runtime());
        Path tar = directory.resolve("made.tar");
        String loaded = named(Images.launcher() + "-from-tar");

        maven(
                Path.of(""),
                Map.of("DOCKER_HOST", "unix:///nowhere.sock", "DOCKER_CONFIG", "/nowhere"),
                "--offline",
                "jib:buildTar",
                "-Djib.dockerClient.executable=/nowhere/docker",
                "-Dimage.base=tar://" + base,
                "-Dimage.name=" + loaded,
                "-Djib.outputPaths.tar=" + tar);

        run("docker", "load", "--input", tar.toString());
        assertEquals(Images.id(Images.untrained()), Images.id(loaded));
    }

    @Test
    void fillsARegistryWithAnImageForEachArchitecture() throws Exception {
        try (Registry registry = Registry.start(directory)) {
            String mine = push(Images.runtime(), registry.name("base-mine"));
            String other = push(emptyImageForArm(), registry.name("base-other"));
            run("docker", "manifest", "create", "--insecure", registry.name("base"), mine, other);
            run("docker", "manifest", "push", "--insecure", "--purge", registry.name("base"));

            Map<String, String> first = jib(registry);
            Map<String, String> second = jib(registry);

            assertEquals(List.of("amd64", "arm64"), List.copyOf(first.keySet()));
            assertEquals(first, second, "the same digests");
            String pulled = named(registry.name("launcher"));
            run("docker", "pull", "--quiet", pulled);
            assertEquals(Images.id(Images.untrained()), Images.id(pulled));
        }
    }

    private String push(String image, String name) {
        run("docker", "tag", image, named(name));
        run("docker", "push", "--quiet", name);
        return name;
    }

    /// Nothing for the other architecture can be run here, so its base has one empty layer.
    private String emptyImageForArm() throws Exception {
        String name = named(Images.launcher() + "-empty");
        Path content = Files.createDirectory(directory.resolve("empty"));
        byte[] layer = new byte[10240];
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(layer));
        Files.write(content.resolve("layer.tar"), layer);
        Files.writeString(content.resolve("config.json"), """
                {"architecture": "arm64", "os": "linux", "config": {},
                 "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}
                """.formatted(digest));
        Files.writeString(content.resolve("manifest.json"), """
                [{"Config": "config.json", "RepoTags": ["%s:latest"], "Layers": ["layer.tar"]}]
                """.formatted(name));
        Path image = directory.resolve("empty.tar");
        run("tar", "-C", content.toString(), "-cf", image.toString(), "layer.tar", "config.json", "manifest.json");
        run("docker", "load", "--input", image.toString());
        return name;
    }

    /// The digest of what Jib makes there for each architecture.
    private static Map<String, String> jib(Registry registry) throws Exception {
        maven(
                Path.of(""),
                Map.of(),
                "jib:build",
                "-Pmulti-arch",
                "-Djib.allowInsecureRegistries=true",
                "-Dimage.base=" + registry.name("base"),
                "-Dimage.name=" + registry.name("launcher"));
        return registry.architectures("launcher");
    }

    private static void maven(Path where, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of("mvn", "--batch-mode", "--quiet"));
        command.add("-Dimage.revision=" + Images.label(Images.untrained(), "org.opencontainers.image.revision"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(where.toAbsolutePath().toFile());
        builder.environment().putAll(environment);
        try (Running running = Running.start(builder)) {
            Running.Finished finished = running.await(PATIENCE);
            assertEquals(0, finished.exitCode(), finished::toString);
        }
    }

    private static void run(String... command) {
        try (Running running = Running.start(new ProcessBuilder(command))) {
            Running.Finished finished = running.await(PATIENCE);
            assertEquals(0, finished.exitCode(), () -> List.of(command) + ": " + finished);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.resolveSibling(""));
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /// A registry on loopback.
    private record Registry(Running running, int port) implements AutoCloseable {

        /// How its log names the port.
        private static final Pattern LISTENS = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)\\D");

        static Registry start(Path directory) throws IOException {
            Path settings = directory.resolve("registry.yaml");
            Files.writeString(settings, """
                    version: 0.1
                    storage:
                      filesystem:
                        rootdirectory: %s
                    http:
                      addr: 127.0.0.1:0
                    """.formatted(directory.resolve("registry")));
            Running running = Running.start(new ProcessBuilder(program(), "serve", settings.toString()));
            int port = Eventually.value(
                    () -> "the registry to listen: " + running, Running.PATIENCE, () -> listensOn(running));
            Registry registry = new Registry(running, port);
            Eventually.until(
                    "the registry", Running.PATIENCE, () -> registry.get("", "").statusCode() == 200);
            return registry;
        }

        private static Optional<Integer> listensOn(Running running) {
            return LISTENS.matcher(running.stderrSoFar())
                    .results()
                    .map(found -> Integer.valueOf(found.group(1)))
                    .findFirst();
        }

        /// Debian has it as a package. Elsewhere it may be missing, but not where everything is to be tested.
        private static String program() {
            Running.Finished found = Running.run(PATIENCE, "bin/lib/registry");
            if (found.exitCode() != 0 && !"true".equals(System.getenv("CI"))) {
                System.err.println("SKIPPED for want of a registry: " + found.stderr());
                Assumptions.abort(found.stderr());
            }
            assertEquals(0, found.exitCode(), found::toString);
            return found.stdout().strip();
        }

        String name(String image) {
            return "127.0.0.1:" + port + "/" + image;
        }

        /// The digest for each architecture.
        Map<String, String> architectures(String image) throws Exception {
            HttpResponse<String> list =
                    get(image + "/manifests/latest", "application/vnd.docker.distribution.manifest.list.v2+json");
            assertEquals(200, list.statusCode());
            Map<String, String> digests = new TreeMap<>();
            for (JsonNode each : new ObjectMapper().readTree(list.body()).get("manifests")) {
                digests.put(
                        each.at("/platform/architecture").asText(),
                        each.get("digest").asText());
            }
            assertTrue(digests.values().stream().allMatch(digest -> digest.startsWith("sha256:")), digests::toString);
            return digests;
        }

        private HttpResponse<String> get(String path, String accepted) throws Exception {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v2/" + path))
                    .timeout(Running.PATIENCE);
            if (!accepted.isEmpty()) {
                request.header("Accept", accepted);
            }
            try (HttpClient client = HttpClient.newHttpClient()) {
                return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            }
        }

        @Override
        public void close() {
            running.close();
        }
    }
}
