package consul.launcher.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import consul.launcher.config.Environment;
import consul.launcher.config.Origin;
import consul.launcher.config.Sourced;
import consul.launcher.entrypoint.Addresses;
import consul.launcher.entrypoint.Preparer;
import consul.launcher.identity.Identity;
import consul.launcher.identity.IdentitySource;
import consul.launcher.identity.NetworkMode;
import consul.launcher.testkit.Fuzz;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Thousands of arguments and environments, from plausible to absurd, through everything that decides. The first seed
/// is always the same; `-Dfuzz.seed=N` and `-Dfuzz.cases=N` try others.
final class FuzzTest {

    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int CASES = Integer.getInteger("fuzz.cases", 5_000);

    /// What DESIGN and the contract name, without Consul's own: it never runs here.
    private static final Set<Integer> EXIT_CODES = Set.of(0, 1, 64, 69, 78, 126, 127);

    private static final Pattern LOG_LINE = Pattern.compile(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z \\[(INFO|WARN|ERROR)] {1,2}launcher: .+",
            Pattern.DOTALL);

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path home;

    @BeforeEach
    void furnish() throws IOException {
        for (String directory : List.of("data", "config", "work", "bin", "etc")) {
            Files.createDirectory(home.resolve(directory));
        }
        Files.createFile(home.resolve("work/file"));
        for (String program : List.of("consul", "su-exec", "setcap")) {
            Files.setPosixFilePermissions(
                    Files.createFile(home.resolve("bin").resolve(program)),
                    PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.writeString(
                home.resolve("etc/passwd"), "root:x:0:0::/root:/bin/sh\nconsul:x:100:1000::/home/consul:/bin/sh\n");
        Files.writeString(home.resolve("etc/group"), "root:x:0:\nconsul:x:1000:\n");
        Files.writeString(home.resolve("etc/root"), "Uid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n");
        Files.writeString(home.resolve("etc/other"), "Uid:\t1234\t1234\t1234\t1234\nCapEff:\t0000000000000000\n");
    }

    @Test
    void keepsItsWordForEveryInput() throws IOException {
        Fuzz fuzz = new Fuzz(home);
        List<String> before = tree();
        Map<Integer, Integer> exits = new TreeMap<>();
        for (long seed = SEED; seed < SEED + CASES; seed++) {
            Fuzz.Case each = fuzz.make(seed);
            try {
                exits.merge(check(each), 1, Integer::sum);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        e.getMessage() + "\n-Dfuzz.seed=" + seed + " -Dfuzz.cases=1 shows it again: " + each, e);
            }
        }
        assertEquals(before, tree(), "plan touches nothing");
        if (CASES >= 1_000) {
            // The cases are worth something only if many get through and many don't.
            assertTrue(exits.getOrDefault(0, 0) > CASES / 5, exits::toString);
            assertTrue(exits.getOrDefault(1, 0) > CASES / 50, exits::toString);
            assertTrue(exits.getOrDefault(78, 0) > CASES / 50, exits::toString);
        }
    }

    private int check(Fuzz.Case each) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> words = new ArrayList<>(List.of("plan", "--json"));
        words.addAll(each.arguments());

        int exitCode = new CommandLine(surroundings(each, out, err)).run(words);

        String said = err.toString(StandardCharsets.UTF_8);
        assertTrue(EXIT_CODES.contains(exitCode), () -> "exit code " + exitCode + "\n" + said);
        assertFalse(said.contains("Exception"), said);
        for (String line : said.split("\n", -1)) {
            assertTrue(line.isEmpty() || LOG_LINE.matcher(line).matches(), () -> "not a line of the log: " + line);
        }
        if (exitCode == 0) {
            Planned planned = new Planner(surroundings(each, out, err)).plan(each.arguments());
            List<String> argv = ((Planned.Ready) planned).plan().execution().words();
            JsonNode plan = JSON.readTree(out.toByteArray());
            assertEquals(argv.size(), plan.get("argv").size());
            assertKeeps(each.arguments(), argv, plan.get("notes").toString());
        } else {
            assertEquals(0, out.size(), "nothing on stdout");
            assertTrue(said.contains("[ERROR]"), "a reason: " + said);
        }
        return exitCode;
    }

    /// Shows that the user's arguments stand whole at the end of the command, and both directories before them unless a
    /// note says which is not passed.
    private static void assertKeeps(List<String> arguments, List<String> argv, String notes) {
        List<String> command = argv;
        if (argv.getFirst().equals("su-exec")) {
            command = argv.subList(2, argv.size());
        }
        List<String> expected;
        if (arguments.isEmpty() || arguments.equals(List.of(""))) {
            assertEquals(List.of("consul"), command);
            return;
        } else if (arguments.getFirst().equals("agent")) {
            assertEquals(List.of("consul", "agent"), command.subList(0, 2));
            expected = arguments.subList(1, arguments.size());
            command = command.subList(2, command.size());
            int at = 0;
            for (String flag : List.of("-data-dir", "-config-dir")) {
                if (!notes.contains(flag + " not passed")) {
                    assertTrue(command.get(at++).startsWith(flag + "="), argv::toString);
                }
            }
        } else {
            expected = arguments;
            if (command.size() > arguments.size()) {
                assertEquals("consul", command.getFirst());
                command = command.subList(1, command.size());
            }
            assertEquals(expected.size(), command.size(), command::toString);
        }
        assertEquals(expected, command.subList(command.size() - expected.size(), command.size()));
    }

    private Surroundings surroundings(Fuzz.Case each, ByteArrayOutputStream out, ByteArrayOutputStream err) {
        Random random = new Random(~each.seed());
        random.nextInt();
        Map<String, String> variables = new HashMap<>(each.variables());
        variables.put(
                "PATH",
                random.nextInt(20) == 0 ? "/nowhere" : home.resolve("bin").toString());
        Identity identity = random.nextInt(4) == 0 ? Identity.unknown() : identity();
        boolean found = random.nextInt(20) != 0;
        return new Surroundings(
                new Environment(variables),
                InputStream.nullInputStream(),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, false, StandardCharsets.UTF_8),
                InstantSource.system(),
                home.resolve("etc"),
                home.resolve(random.nextInt(5) == 0 ? "etc/other" : "etc/root"),
                new Loopback(),
                _ -> wanted -> found || wanted.isEmpty()
                        ? new IdentitySource.Found(identity)
                        : new IdentitySource.NotFound(List.of("tried it"), List.of("do this")),
                _ -> new Preparer.Runner.Outcome(127, "Usage: consul <command>\n"),
                Optional.empty());
    }

    private static Identity identity() {
        Origin origin = Origin.metadata("EC2 instance-id");
        return new Identity(
                Optional.of(new Sourced<>("i-0123456789abcdef0", origin)),
                Optional.of(new Sourced<>("10.0.0.9", origin)),
                Optional.of(new Sourced<>("eu-central-1", origin)),
                Map.of("instance-type", new Sourced<>("t4g.small", origin)),
                NetworkMode.BRIDGE);
    }

    private record Loopback() implements Addresses.Interfaces {
        @Override
        public Optional<String> address(String name) {
            return name.equals("lo") ? Optional.of("127.0.0.1") : Optional.empty();
        }

        @Override
        public List<String> names() {
            return List.of("lo");
        }

        @Override
        public boolean has(String address) {
            return address.startsWith("127.");
        }
    }

    private List<String> tree() throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            List<String> lines = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                lines.add(file + " " + new TreeMap<>(Files.readAttributes(file, "unix:uid,gid,mode,ctime,size")));
            }
            return lines;
        }
    }
}
