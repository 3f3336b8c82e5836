package consul.launcher.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import consul.launcher.testkit.Running;
import consul.launcher.testkit.Running.Finished;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExamplesProcessIT {

    private static final Path EXAMPLES = Path.of("docs/examples");
    private static final Path LAUNCHER = Path.of(System.getProperty("launcher.directory", "target/launcher"));

    @TempDir
    private Path directory;

    @Test
    void areWhatAwsTakes() {
        Finished checked = check(EXAMPLES, "check");
        assertEquals(0, checked.exitCode(), checked::toString);
    }

    /// A mistake of each kind that the models can find.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "server-task.json            | \"stopTimeout\"        | \"stopTimeOut\"         | stopTimeOut",
                "server-task.json            | \"host\",              | \"hosts\",              | networkMode",
                "client-service.json         | \"DAEMON\"             | \"DEMON\"               | schedulingStrategy",
                "security-group-ingress.json | \"FromPort\": 8300     | \"FromPort\": \"8300\"  | FromPort",
                "task-role-policy.json       | DescribeInstances      | DescribeInstance       | DescribeInstance",
                "cluster.yaml                | MinSize:               | MinimumSize:           | MinimumSize",
                "cluster.yaml                | AWS::ECS::Service      | AWS::ECS::Services     | AWS::ECS::Services",
                "cluster.yaml                | MaxSize: {Ref: Servers}| MaxSize: {Ref: Server} | nothing called Server",
                "cluster.yaml                | StopTimeout: 30        | StopTimeout: soon      | StopTimeout",
            })
    void isToldWhatAwsWouldRefuse(String file, String right, String wrong, String told) throws IOException {
        try (Stream<Path> examples = Files.list(EXAMPLES)) {
            for (Path example : examples.toList()) {
                Files.copy(example, directory.resolve(example.getFileName()));
            }
        }
        Path copy = directory.resolve(file);
        String text = Files.readString(copy);
        assertTrue(text.contains(right), "nothing to spoil in " + file);
        Files.writeString(copy, text.replace(right, wrong));

        Finished checked = check(directory, "check");

        assertEquals(1, checked.exitCode(), checked::toString);
        assertTrue(checked.stdout().contains(file) && checked.stdout().contains(told), checked::toString);
    }

    @TestFactory
    Stream<DynamicTest> areWhatTheLauncherUnderstands() throws IOException {
        Finished commands = check(EXAMPLES, "commands");
        assertEquals(0, commands.exitCode(), commands::toString);
        List<JsonNode> containers = new ArrayList<>();
        new ObjectMapper().readTree(commands.stdout()).forEach(containers::add);
        assertTrue(containers.size() >= 7, "too few containers: " + commands.stdout());
        return containers.stream()
                .map(container -> DynamicTest.dynamicTest(
                        container.get("file").asText() + " " + container.get("command"), () -> understood(container)));
    }

    private void understood(JsonNode container) throws IOException {
        Map<String, String> environment = new TreeMap<>();
        container
                .get("environment")
                .properties()
                .forEach(variable ->
                        environment.put(variable.getKey(), variable.getValue().asText()));
        for (String name : environment.keySet()) {
            assertTrue(isKnown(name), "the launcher doesn't know " + name);
        }
        for (JsonNode secret : container.get("secrets")) {
            assertTrue(isKnown(secret.asText()), "the launcher doesn't know " + secret);
        }
        List<String> words = words(container.get("command"));
        List<String> entryPoint = words(container.get("entryPoint"));
        if (entryPoint.equals(List.of("consul-launcher", "wait"))) {
            words.replaceAll(word -> word.endsWith("s") && Character.isDigit(word.charAt(0)) ? "1ms" : word);
            words.addFirst("wait");
            environment.put("CONSUL_HTTP_ADDR", "127.0.0.1:1");
            // Nobody listens there: understood, and not ready.
            assertEquals(1, launcher(environment, words).exitCode());
            return;
        }
        assertEquals(List.of(), entryPoint, "another entry point than the image's");
        words.addFirst("plan");
        environment.put("CONSUL_METADATA", "none");
        environment.put("CONSUL_DISABLE_PERM_MGMT", "true");
        environment.put("CONSUL_DATA_DIR", directory.resolve("data").toString());
        environment.put("CONSUL_CONFIG_DIR", directory.resolve("config").toString());
        Finished plan = launcher(environment, words);
        assertEquals(0, plan.exitCode(), plan::toString);
        assertTrue(plan.stdout().contains("tag_key=consul-cluster"), plan::toString);
        assertEquals(
                "[\"CMD-SHELL\",\"consul-launcher ready\"]",
                container.get("healthCheck").toString());
    }

    private static List<String> words(JsonNode array) {
        List<String> words = new ArrayList<>();
        array.forEach(word -> words.add(word.asText()));
        return words;
    }

    /// Whether some source of the launcher names the variable.
    private static boolean isKnown(String variable) throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source : sources.filter(Files::isRegularFile).toList()) {
                if (Files.readString(source).contains('"' + variable + '"')) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Finished launcher(Map<String, String> environment, List<String> words) {
        List<String> command = new ArrayList<>(words);
        command.addFirst(LAUNCHER.resolve("consul-launcher").toString());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("CONSUL_") || name.startsWith("AWS_"));
        builder.environment().putAll(environment);
        try (Running running = Running.start(builder)) {
            return running.await();
        }
    }

    private static Finished check(Path examples, String what) {
        return Running.run("bin/lib/check-examples", examples.toString(), what);
    }
}
