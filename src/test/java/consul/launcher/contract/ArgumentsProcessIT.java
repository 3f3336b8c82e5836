package consul.launcher.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.contract.Scenario.Outcome;
import consul.launcher.testkit.Recorder.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the arguments mean and how they arrive: rules 11 to 18.
@Execution(ExecutionMode.CONCURRENT)
final class ArgumentsProcessIT {

    /// What Consul prints for a word that it doesn't know: an overview that names other commands.
    private static final String OVERVIEW = """
            cat <<'END'
            Usage: consul [--version] [--help] <command> [<args>]

            Available commands are:
                agent          Runs a Consul agent
                frobnicates    Does it more than once
            END
            exit 127
            """;

    /// Arguments that aren't UTF-8: stray bytes, a cut character, half of a surrogate pair, Latin-1.
    private static final List<byte[]> NO_TEXT = List.of(
            new byte[] {'b', (byte) 0xff, (byte) 0xfe, 'c'},
            new byte[] {(byte) 0xc3},
            new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
            new byte[] {(byte) 0xe9, 't', (byte) 0xe9});

    @AutoClose
    private final Scenario scenario = Scenario.create();

    @ParameterizedTest
    @MethodSource("optionsFirst")
    @DisplayName("rule 11: a first argument with - goes to consul as it is, without agent")
    void runsConsulForOptions(List<String> arguments) {
        assertEquals(arguments, scenario.run(arguments.toArray(String[]::new)).argv());
    }

    static List<List<String>> optionsFirst() {
        return List.of(List.of("--version"), List.of("-dev", "agent"), List.of("-"), List.of("--", "version"));
    }

    @Test
    @DisplayName("rule 12: agent gets directories, bind and client before the user's flags")
    void completesTheAgentCommand() {
        scenario.with("CONSUL_BIND", "-bind=10.1.2.3").with("CONSUL_CLIENT", "-client=10.1.2.4");

        assertEquals(
                List.of(
                        "agent",
                        "-data-dir=" + scenario.data(),
                        "-config-dir=" + scenario.config(),
                        "-bind=10.1.2.3",
                        "-client=10.1.2.4",
                        "-dev",
                        "-data-dir=/elsewhere",
                        "-ui"),
                scenario.run("agent", "-dev", "-data-dir=/elsewhere", "-ui").argv());
    }

    @Test
    @DisplayName("rule 12: whatever is derived for a server stands before the user's flags, too")
    void keepsTheUsersFlagsLast() {
        List<String> argv = scenario.run("agent", "-server", "-bootstrap-expect=3", "-node", "n1")
                .argv();

        assertEquals(
                List.of("agent", "-data-dir=" + scenario.data(), "-config-dir=" + scenario.config()),
                argv.subList(0, 3));
        assertEquals(
                List.of("-server", "-bootstrap-expect=3", "-node", "n1"), argv.subList(argv.size() - 4, argv.size()));
    }

    @ParameterizedTest
    @MethodSource("versions")
    @DisplayName("rule 13: version is consul version, without asking the binary")
    void runsVersion(List<String> arguments) {
        assertEquals(arguments, scenario.run(arguments.toArray(String[]::new)).argv());
    }

    static List<List<String>> versions() {
        return List.of(List.of("version"), List.of("version", "-format=json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kv", "members", "force-leave", "snapshot", "tls"})
    @DisplayName("rule 14: a subcommand that every Consul has starts Consul once, not first to ask")
    void knowsTheCommonSubcommands(String subcommand) {
        scenario.programs().does("consul", OVERVIEW);

        assertEquals(
                List.of(subcommand, "get", "a b"),
                scenario.run(subcommand, "get", "a b").argv());
    }

    @ParameterizedTest
    @CsvSource({"frobnicate,true", "frobnicat,false", "f.obnicate,false", "'frobnicate ',false", "<command>,false"})
    @DisplayName("rule 14: the binary is asked about an unknown word, and its answer is matched literally")
    void asksTheBinary(String word, boolean known) {
        scenario.programs().does("consul", """
                if [ "$1" = --help ]; then echo 'Usage: consul frobnicate [options]'; exit 0; fi
                exit 5
                """);

        Outcome outcome = scenario.run(word, "x");

        List<Call> calls = outcome.calls("consul");
        assertEquals(List.of("--help", word), calls.getFirst().arguments());
        if (known) {
            assertEquals(List.of(word, "x"), calls.get(1).arguments());
            assertEquals(5, outcome.exitCode());
        } else {
            assertEquals(1, calls.size(), outcome::toString);
            assertEquals(127, outcome.exitCode(), outcome::toString);
        }
    }

    @Test
    @DisplayName("rule 14: an overview of all commands is no answer")
    void isNotTakenInByAnOverview() {
        scenario.programs().does("consul", OVERVIEW);

        assertEquals(127, scenario.run("frobnicate").exitCode());
    }

    @ParameterizedTest
    @MethodSource("explicitCommands")
    @DisplayName("rule 15: an explicit consul command gets nothing added, and drops privileges")
    void leavesExplicitCommandsAlone(List<String> arguments) {
        scenario.with("CONSUL_BIND", "-bind=10.1.2.3").with("CONSUL_CLIENT", "-client=10.1.2.4");

        Call consul = scenario.run(arguments.toArray(String[]::new)).consul();

        assertEquals(arguments.subList(1, arguments.size()), consul.arguments());
        if (NeedsRoot.Condition.isRoot()) {
            assertEquals(Scenario.CONSUL_UID, consul.uids().getFirst());
        }
    }

    static List<List<String>> explicitCommands() {
        return List.of(
                List.of("consul", "agent", "-server"),
                List.of("consul", "agent"),
                List.of("consul", "members"),
                List.of("consul", "", "x"),
                List.of("consul"));
    }

    @Test
    @DisplayName("rule 15: an explicit consul agent's own words aren't checked against the EC2 variables")
    void doesNotDeriveForAnExplicitAgent() {
        scenario.with("CONSUL_SERVER", "true")
                .with("BOOTSTRAP_EXPECT", "no number")
                .with("TAG_KEY", "alone");

        assertEquals(
                List.of("agent", "-dev"),
                scenario.run("consul", "agent", "-dev").argv());
    }

    @Test
    @DisplayName("rule 16: another command runs as it is, as the current user, with the environment as it is")
    void executesOtherCommands() throws IOException {
        Path other = scenario.programs().install("other");
        scenario.programs().does("other", "echo out; echo err >&2; exit 33\n");
        scenario.with("CONSUL_LOCAL_CONFIG", "{}").with("CONSUL_ALLOW_PRIVILEGED_PORTS", "");

        Outcome outcome = scenario.run(other.toString(), "consul", "-x");

        Call call = outcome.calls("other").getFirst();
        assertEquals(List.of("consul", "-x"), call.arguments());
        assertEquals(33, outcome.exitCode());
        assertEquals("out\n", outcome.stdout());
        assertTrue(outcome.stderr().endsWith("err\n"), outcome::toString);
        assertEquals(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid"),
                call.uids().getFirst());
        assertEquals("/somewhere", call.variable("HOME").orElse(""));
        assertEquals(scenario.work().toString(), call.workingDirectory());
        assertEquals(outcome.launcherPid(), call.pid(), "it takes the launcher's place");
        assertEquals(
                List.of(other.getFileName().toString()),
                outcome.calls().stream().map(Call::name).toList());
    }

    @Test
    @DisplayName("rule 16: a word on the PATH runs from there, after Consul was asked whether it knows it")
    void executesFromThePath() {
        scenario.programs().does("consul", OVERVIEW);

        Outcome outcome = scenario.run("sh", "-c", "echo \"$0 $1\"; exit 3", "a  b", "*");

        assertEquals("a  b *\n", outcome.stdout());
        assertEquals(3, outcome.exitCode());
        assertEquals(List.of("--help", "sh"), outcome.argv());
    }

    @Test
    @DisplayName("rule 16: without any consul on the PATH other commands run all the same")
    void executesWithoutConsul() {
        assertEquals(
                4, scenario.withoutProgram("consul").run("sh", "-c", "exit 4").exitCode());
    }

    @ParameterizedTest
    @MethodSource("paths")
    @DisplayName("rule 16: a path to Consul is a command like any other: no drop, nothing added")
    void doesNotTreatAPathAsConsul(List<String> arguments) {
        scenario.with("CONSUL_BIND", "-bind=10.1.2.3");
        List<String> command = new ArrayList<>(arguments);
        command.addFirst(scenario.programs().bin().resolve("consul").toString());

        Outcome outcome = scenario.run(command.toArray(String[]::new));

        assertEquals(arguments, outcome.argv());
        assertEquals(List.of(), outcome.calls("su-exec"));
    }

    static List<List<String>> paths() {
        return List.of(List.of("agent", "-dev"), List.of());
    }

    @ParameterizedTest
    @CsvSource({"no-such-command", "./no-such-command", "/no/such/command", "' '", "ü"})
    @DisplayName("rule 16: a command that isn't found is 127, with one line that names it")
    void tellsNotFound(String command) {
        Outcome outcome = scenario.run(command, "x");

        assertEquals(127, outcome.exitCode(), outcome::toString);
        assertEquals(1, outcome.stderrLines().size(), outcome::toString);
        outcome.assertTells(command);
        outcome.assertSpeaksPlainly();
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "directory", "onPath"})
    @DisplayName("rule 16: a command that isn't executable is 126, with one line that names it")
    void tellsNotExecutable(String what) throws IOException {
        String command = switch (what) {
            case "file" -> Files.createFile(scenario.work().resolve("plain")).toString();
            case "directory" -> scenario.work().toString();
            default ->
                Files.createFile(scenario.programs().bin().resolve("plain"))
                        .getFileName()
                        .toString();
        };

        Outcome outcome = scenario.run(command);

        assertEquals(126, outcome.exitCode(), outcome::toString);
        assertEquals(1, outcome.stderrLines().size(), outcome::toString);
        outcome.assertTells(command);
        outcome.assertSpeaksPlainly();
    }

    @ParameterizedTest
    @ValueSource(strings = {"version", "agent", "consul"})
    @DisplayName("rule 16: a missing Consul is 127, as a shell has it")
    void tellsThatConsulIsMissing(String command) {
        Outcome outcome = scenario.withoutProgram("consul").run(command, "-dev");

        assertEquals(127, outcome.exitCode(), outcome::toString);
        outcome.assertTells("consul");
        outcome.assertSpeaksPlainly();
    }

    @Test
    @DisplayName("rule 17: no argument is bare consul")
    void runsBareConsul() {
        assertEquals(List.of(), scenario.run().argv());
    }

    @Test
    @DisplayName("rule 17: an empty first argument is bare consul")
    void runsBareConsulForAnEmptyArgument() {
        assertEquals(List.of(), scenario.run("").argv());
    }

    /// The ways that arguments take: exec'd as Consul, supervised, exec'd agent, somebody else's command.
    static List<List<String>> ways() {
        return List.of(
                List.of("exec", "kv"),
                List.of("supervise", "agent", "-dev"),
                List.of("exec", "agent", "-dev"),
                List.of("exec", "consul", "agent"),
                List.of("exec", "/other"));
    }

    @ParameterizedTest
    @MethodSource("ways")
    @DisplayName("rule 18: every argument arrives as it was given, byte for byte")
    void keepsEveryArgument(List<String> way) {
        scenario.with("CONSUL_LAUNCHER_MODE", way.getFirst());
        scenario.programs().install("other");
        List<byte[]> hard = new ArrayList<>(Stream.of(
                        "",
                        " ",
                        "a b",
                        "two\nlines\n",
                        "\ttab\r",
                        "*",
                        "/*",
                        "?[a-z]",
                        "{a,b}",
                        "~",
                        "$HOME",
                        "$(id)",
                        "`id`",
                        "${PATH}",
                        "\\",
                        "\\n",
                        "'",
                        "\"",
                        "'a' \"b\"",
                        "a;b&&c|d>e<f#g",
                        "!x",
                        "--",
                        "-",
                        "-node=",
                        "=",
                        "%s%n",
                        "grüße 日本 \ud83d\ude00",
                        "e\u0301",
                        "\u00a0",
                        "\u0001\u007f",
                        "@file",
                        "-Dx=y",
                        "-XX:+Nothing",
                        "x".repeat(100_000),
                        "")
                .map(argument -> argument.getBytes(UTF_8))
                .toList());
        if (!way.getFirst().equals("supervise")) {
            hard.addAll(NO_TEXT);
        }
        hard.add("last".getBytes(UTF_8));
        List<byte[]> arguments = new ArrayList<>();
        for (String word : way.subList(1, way.size())) {
            arguments.add((word.equals("/other") ? scenario.programs().bin() + "/other" : word).getBytes(UTF_8));
        }
        arguments.addAll(hard);

        Outcome outcome = scenario.run(arguments);

        assertEquals(0, outcome.exitCode(), outcome::stderr);
        List<byte[]> argv = outcome.calls().getLast().rawArguments();
        List<byte[]> end = argv.subList(argv.size() - hard.size(), argv.size());
        for (int i = 0; i < hard.size(); i++) {
            assertArrayEquals(hard.get(i), end.get(i), "argument " + i);
        }
    }

    @Test
    @DisplayName("rule 18: an argument that can't be passed on whole to a supervised agent is refused, not mangled")
    void refusesWhatItWouldMangle() {
        for (byte[] noText : NO_TEXT) {
            List<byte[]> arguments = List.of("agent".getBytes(UTF_8), "-dev".getBytes(UTF_8), noText);

            List<String> before = scenario.tree();
            Outcome outcome = scenario.run(arguments);

            assertEquals(before, scenario.tree());
            assertEquals(64, outcome.exitCode(), outcome::toString);
            assertEquals(List.of(), outcome.calls());
            outcome.assertTells("UTF-8", "CONSUL_LAUNCHER_MODE=exec");
            outcome.assertSpeaksPlainly();
        }
    }
}
