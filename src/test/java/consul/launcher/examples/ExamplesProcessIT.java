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
import java.time.Duration;
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

    /// On a new machine the first check installs and fetches what it needs.
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @TempDir
    private Path directory;

    @Test
    void areWhatAwsTakes() {
        Finished checked = check(EXAMPLES, "check");
        assertEquals(0, checked.exitCode(), checked::toString);
    }

    /// A mistake of each kind that the models can find, then of those that show only between the parts.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "server-task.json | \"stopTimeout\" | \"stopTimeOut\" | stopTimeOut",
                "server-task.json | \"host\", | \"hosts\", | networkMode",
                "client-service.json | \"DAEMON\" | \"DEMON\" | schedulingStrategy",
                "server-discovery.json | \"A\" | \"B\" | Type",
                "security-group-ingress.json | \"FromPort\": 8300 | \"FromPort\": \"8300\" | FromPort",
                "task-role-policy.json | DescribeInstances | DescribeInstance | DescribeInstance",
                "trust-policy.json | \"Principal\" | \"Resource\" | unknown element",
                "cluster.yaml | MinSize: | MinimumSize: | MinimumSize",
                "cluster.yaml | AWS::ECS::Service | AWS::ECS::Services | AWS::ECS::Services",
                "cluster.yaml | MaxSize: {Ref: Servers} | MaxSize: {Ref: Server} | nothing called Server",
                "cluster.yaml | StopTimeout: 30 | StopTimeout: soon | StopTimeout",
                "server-service.json | \"minimumHealthyPercent\": 66 | \"minimumHealthyPercent\": 67 | of 3 tasks 3 must stay",
                "server-service.json | \"minimumHealthyPercent\": 66 | \"minimumHealthyPercent\": 33 | stops 2 of 3 servers at once",
                "server-service.json | \"desiredCount\": 3 | \"desiredCount\": 5 | BOOTSTRAP_EXPECT is 3",
                "server-service.json | \"taskDefinition\": \"consul-server\" | \"taskDefinition\": \"consul\" | no example has the task definition",
                "client-service.json | \"minimumHealthyPercent\": 50 | \"minimumHealthyPercent\": 51 | no deployment ever begins",
                "client-service.json | \"minimumHealthyPercent\": 50 | \"minimumHealthyPercent\": 0 | all instances at once",
                "client-service.json | not_exists | is_missing | no expression",
                "cluster.yaml | MinimumHealthyPercent: 66 | MinimumHealthyPercent: 60 | stops 2 of 5 servers at once",
                "cluster.yaml | Name: CONSUL_STOP_TIMEOUT, Value: 100s | Name: CONSUL_STOP_TIMEOUT, Value: 120s | not below stopTimeout",
                "cluster.yaml | Retries: 10 | Retries: 3 | after 90 s without a leader",
                "cluster.yaml | SourceVolume: data | SourceVolume: date | no volume date",
                "server-task.json | \"stopTimeout\": 120 | \"stopTimeout\": 300 | above 120",
                "server-task.json | \"interval\": 30 | \"interval\": 301 | not from 5 to 300",
                "server-task.json | /consul/data | /consul/date | nothing keeps /consul/data",
                "server-task.json | secret:consul/gossip | secret:gossip | allow to read",
                "application-task.json | \"containerName\": \"wait-for-consul\" | \"containerName\": \"consul\" | no container consul",
                "application-task.json | \"essential\": false | \"essential\": true | must not be essential",
                "application-task.json | \"SUCCESS\" | \"HEALTHY\" | no health check to wait for",
                "server-task-awsvpc.json | \"CONSUL_RETRY_JOIN\" | \"TAG_KEY\" | tag leads to the instances",
                // F9: what README's commands leave when they are pasted as they are
                "server-task.json | role/consul-server | role/ACCOUNT | ACCOUNT stands for your own",
                "server-task.json | iam::123456789012 | iam::ACCOUNT | ACCOUNT is no account",
                "client-task.json | 123456789012.dkr | ACCOUNT.dkr | ACCOUNT is no account",
                "registrator-task.json | ecr.eu-central-1 | ecr.REGION | REGION is no region",
                "execution-role-policy.json | secretsmanager:eu-central-1 | secretsmanager:eu-central-1a | eu-central-1a is no region",
                "application-task.json | \"awslogs-region\": \"eu-central-1\" | \"awslogs-region\": \"REGION\" | REGION is no region",
                "client-task.json | -datacenter=eu-central-1 | -datacenter=REGION | REGION stands for your own",
                // F9: mistyped flags and variables
                "server-task.json | \"-server\" | \"-sever\" | no flag -sever: did you mean -server?",
                "client-task.json | -datacenter= | -datacentre= | no flag -datacentre: did you mean -datacenter?",
                "cluster.yaml | Command: [agent, -server] | Command: [agent, -server, -nod, x] | no flag -nod: did you mean -node?",
                "cluster.yaml | Command: [agent, -server] | Command: [agent, server] | in the command is no flag",
                "client-task.json | \"TAG_KEY\" | \"TAG_KYE\" | no variable TAG_KYE: did you mean TAG_KEY?",
                "server-task.json | \"CONSUL_ENCRYPT\" | \"CONSUL_ENCRPYT\" | did you mean CONSUL_ENCRYPT?",
                // F9: a client that can't be a member of the servers' cluster
                "client-task.json | \"value\": \"main\" | \"value\": \"mian\" | the tag consul-cluster=mian isn't that of the servers",
                "client-task.json | -datacenter=eu-central-1 | -datacenter=eu-west-1 | the datacenter eu-west-1 isn't that of the servers",
                "client-task.json | gossip-AbCdEf | gossip-AbCdEg | the gossip key",
                "cluster.yaml | Key: consul-cluster, Value: {Ref: \"AWS::StackName\"} | Key: consul-cluster, Value: main | no autoscaling group gives its instances the tag",
                // F10
                "server-service.json | \"rollback\": false | \"rollback\": true | puts an older Consul onto",
                "server-service-awsvpc.json | \"rollback\": false | \"rollback\": true | puts an older Consul onto",
                "cluster.yaml | Rollback: false | Rollback: true | puts an older Consul onto",
                "cluster.yaml | DeploymentCircuitBreaker: {Enable: true, Rollback: false} | Alarms: {AlarmNames: [a], Enable: true, Rollback: true} | alarms.rollback puts an older Consul onto",
            })
    void isToldWhatAwsWouldRefuse(String file, String right, String wrong, String told) throws IOException {
        copyExamples();
        Path copy = directory.resolve(file);
        String text = Files.readString(copy);
        assertTrue(text.contains(right), "nothing to spoil in " + file);
        Files.writeString(copy, text.replace(right, wrong));

        Finished checked = check(directory, "check");

        assertEquals(1, checked.exitCode(), checked::toString);
        assertTrue(checked.stdout().contains(file) && checked.stdout().contains(told), checked::toString);
    }

    /// F10: a client holds no data of an older Consul, so its service may be rolled back.
    @Test
    void allowsARollbackOfClients() throws IOException {
        copyExamples();
        Path copy = directory.resolve("client-service.json");
        String text = Files.readString(copy);
        Files.writeString(
                copy,
                text.replace(
                        "\"maximumPercent\": 100",
                        "\"maximumPercent\": 100, \"deploymentCircuitBreaker\": {\"enable\": true, \"rollback\": true}"));

        Finished checked = check(directory, "check");

        assertEquals(0, checked.exitCode(), checked::toString);
    }

    private void copyExamples() throws IOException {
        try (Stream<Path> examples = Files.list(EXAMPLES)) {
            for (Path example : examples.toList()) {
                Files.copy(example, directory.resolve(example.getFileName()));
            }
        }
    }

    /// The pages' commands, and what a planted mistake in one comes to.
    @Test
    void pagesNameCommandsThatAwsHas() throws IOException {
        List<String> pages = new ArrayList<>(List.of("README.md"));
        try (Stream<Path> files = Files.walk(Path.of("docs"))) {
            files.map(Path::toString)
                    .filter(file -> file.endsWith(".md") || file.endsWith(".yaml"))
                    .forEach(pages::add);
        }
        Finished checked = checkPages(pages);
        assertEquals(0, checked.exitCode(), checked::toString);

        Path wrong = Files.writeString(directory.resolve("wrong.md"), """
                `aws ecs update-service --cluster consul --force-new-deploy`, or `aws ecs restart-service`
                """);
        Finished refused = checkPages(List.of(wrong.toString()));
        assertEquals(1, refused.exitCode(), refused::toString);
        assertTrue(refused.stdout().contains("no option --force-new-deploy"), refused::toString);
        assertTrue(refused.stdout().contains("restart-service: there is no such command"), refused::toString);
    }

    /// The first example that anybody sees.
    @Test
    void theReadmesTaskDefinitionIsOne() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        int from = readme.indexOf("```json\n") + "```json\n".length();
        Path copy = directory.resolve("readme-task.json");
        Files.writeString(copy, readme.substring(from, readme.indexOf("```", from)));

        Finished checked = check(directory, "check");
        assertEquals(0, checked.exitCode(), checked::toString);
        Finished commands = check(directory, "commands");
        JsonNode container = new ObjectMapper().readTree(commands.stdout()).get(0);
        assertTrue(planned(container).contains("-retry-join"));
    }

    @TestFactory
    Stream<DynamicTest> areWhatTheLauncherUnderstands() throws IOException {
        Finished commands = check(EXAMPLES, "commands");
        assertEquals(0, commands.exitCode(), commands::toString);
        List<JsonNode> containers = new ArrayList<>();
        new ObjectMapper().readTree(commands.stdout()).forEach(containers::add);
        assertTrue(containers.size() >= 9, "too few containers: " + commands.stdout());
        return containers.stream()
                .map(container -> DynamicTest.dynamicTest(
                        container.get("file").asText() + " " + container.get("command"), () -> understood(container)));
    }

    private void understood(JsonNode container) throws IOException {
        Map<String, String> environment = environment(container);
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
        assertTrue(planned(container).contains("  -retry-join "));
        assertEquals(
                "[\"CMD-SHELL\",\"consul-launcher ready\"]",
                container.get("healthCheck").toString());
    }

    /// What `plan` prints for a container, after it has succeeded.
    private String planned(JsonNode container) {
        List<String> words = words(container.get("command"));
        words.addFirst("plan");
        Map<String, String> environment = environment(container);
        environment.put("CONSUL_METADATA", "none");
        environment.put("CONSUL_DISABLE_PERM_MGMT", "true");
        environment.put("CONSUL_DATA_DIR", directory.resolve("data").toString());
        environment.put("CONSUL_CONFIG_DIR", directory.resolve("config").toString());
        Finished plan = launcher(environment, words);
        assertEquals(0, plan.exitCode(), plan::toString);
        return plan.stdout();
    }

    private static Map<String, String> environment(JsonNode container) {
        Map<String, String> environment = new TreeMap<>();
        container
                .get("environment")
                .properties()
                .forEach(variable ->
                        environment.put(variable.getKey(), variable.getValue().asText()));
        return environment;
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
        return Running.run(PATIENCE, "bin/lib/check-examples", examples.toString(), what);
    }

    private static Finished checkPages(List<String> pages) {
        List<String> command = new ArrayList<>(List.of("bin/lib/check-examples", pages.getFirst(), "pages"));
        command.addAll(pages.subList(1, pages.size()));
        return Running.run(PATIENCE, command.toArray(String[]::new));
    }
}
