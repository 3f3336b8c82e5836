package consul.launcher.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.mockec2.Ec2Mock;
import consul.launcher.mockec2.Options;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What the README shows and lists, held against the launcher.
final class ReadmeProcessIT {

    private static final Path README = Path.of("README.md");
    private static final Path LAUNCHER = Path.of(System.getProperty("launcher.directory", "target/launcher"));

    private static final Pattern VARIABLE = Pattern.compile("(?:CONSUL|AWS|TAG|BOOTSTRAP|ECS)_[A-Z][A-Z0-9_]*[A-Z0-9]");

    /// Of the starter script: nobody sets them.
    private static final Set<String> NOT_TO_BE_SET =
            Set.of("CONSUL_LAUNCHER_DECISION", "CONSUL_LAUNCHER_INIT", "CONSUL_LAUNCHER_LC_ALL");

    @Test
    void planPrintsWhatTheReadmeShows() throws IOException {
        List<String> readme = Files.readAllLines(README);
        int from = readme.indexOf("$ consul-launcher plan agent -server");
        List<String> shown = flags(readme.subList(from, readme.size()));
        try (Ec2Mock ec2 = Ec2Mock.start(Options.loopback(
                "id=i-0123456789abcdef0,address=10.0.3.17,caller=127.0.0.1,zone=eu-central-1a,type=t3.small"))) {
            ProcessBuilder builder =
                    new ProcessBuilder(LAUNCHER.resolve("consul-launcher").toString(), "plan", "agent", "-server");
            builder.environment()
                    .keySet()
                    .removeIf(name -> VARIABLE.matcher(name).matches());
            builder.environment().put("BOOTSTRAP_EXPECT", "3");
            builder.environment().put("TAG_KEY", "consul-cluster");
            builder.environment().put("TAG_VALUE", "main");
            builder.environment().put("CONSUL_DISABLE_PERM_MGMT", "true");
            builder.environment().put("AWS_EC2_METADATA_SERVICE_ENDPOINT", ec2.endpoint("127.0.0.1"));
            builder.environment().put("AWS_METADATA_SERVICE_TIMEOUT", "60");
            try (Running running = Running.start(builder)) {
                Running.Finished plan = running.await();
                assertEquals(shown, flags(plan.stdout().lines().toList()), plan::toString);
            }
        }
    }

    @Test
    @DisplayName("F3: the command for a checkout works as it is written")
    void planWorksInACheckoutAsTheReadmeWritesIt() throws IOException {
        List<String> readme = Files.readAllLines(README);
        int last = readme.indexOf("    bin/consul-launcher plan agent -server");
        int first = readme.subList(0, last).lastIndexOf("```") + 1;
        String command = String.join("\n", readme.subList(first, last + 1))
                .replace(
                        "bin/consul-launcher",
                        LAUNCHER.resolve("consul-launcher").toString());
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command);
        builder.environment().keySet().removeIf(name -> VARIABLE.matcher(name).matches());
        try (Running running = Running.start(builder)) {
            Running.Finished plan = running.await();
            assertEquals(0, plan.exitCode(), plan::toString);
            assertTrue(plan.stdout().contains("-bootstrap-expect=3"), plan::toString);
        }
    }

    /// The table of flags, up to an empty line or the end of a block.
    private static List<String> flags(List<String> lines) {
        int from = 0;
        while (!lines.get(from).startsWith("flags ")) {
            from++;
        }
        return lines.subList(from, lines.size()).stream()
                .takeWhile(line -> !line.isEmpty() && !line.equals("```"))
                .toList();
    }

    @Test
    void theReadmeListsEveryVariableAndNoOther() throws IOException {
        Set<String> listed = new TreeSet<>();
        for (String line : Files.readAllLines(README)) {
            if (line.startsWith("| `")) {
                VARIABLE.matcher(line.substring(0, line.indexOf(" | ", 2)))
                        .results()
                        .forEach(found -> listed.add(found.group()));
            }
        }
        Set<String> known = new TreeSet<>();
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source : sources.filter(Files::isRegularFile).toList()) {
                Pattern.compile("\"(" + VARIABLE.pattern() + ")\"")
                        .matcher(Files.readString(source))
                        .results()
                        .forEach(found -> known.add(found.group(1)));
            }
        }
        known.removeAll(NOT_TO_BE_SET);
        assertTrue(known.size() > 30, known::toString);
        assertEquals(String.join("\n", known), String.join("\n", listed));
    }
}
