package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.Words;
import consul.launcher.contract.Scenario.Outcome;
import consul.launcher.testkit.Recorder.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every row of `docs/compatibility.md`: what the launcher makes of a command that people run. With
/// `-Dlauncher.command=SCRIPT -Dcontract.column=script` the other column is held against the official script, which
/// isn't part of this project.
@NeedsRoot
@Execution(ExecutionMode.CONCURRENT)
final class CompatibilityProcessIT {

    private static final Path PAGE = Path.of("docs/compatibility.md");
    private static final boolean SCRIPT = "script".equals(System.getProperty("contract.column"));

    private static final Pattern CODE = Pattern.compile("`([^`]*)`");
    private static final Pattern VARIABLE = Pattern.compile("([A-Z][A-Z0-9_]*)=(.*)");
    private static final Pattern USER = Pattern.compile(" as (consul|root|[0-9]+:[0-9]+)");
    private static final Pattern EXIT_CODE = Pattern.compile("exit code ([0-9]+)");

    /// What a newer Consul, or the script, is told about a word.
    private static final String HELP = """
            if [ "$1" = --help ]; then
                case $2 in
                agent|members|kv|validate|snapshot|'') echo "Usage: consul $2 [options]" ;;
                *) echo 'Usage: consul [--version] [--help] <command> [<args>]' ;;
                esac
                exit 127
            fi
            """;

    @AutoClose
    private final Scenario scenario = Scenario.create();

    /// @param container what is set for the container: variables, and words of compose
    /// @param outcome of the column that is tested
    record Row(String number, List<String> container, Optional<String> command, String outcome) {
        @Override
        public String toString() {
            return number + " " + command.orElse("none") + " " + container;
        }
    }

    static List<Row> rows() throws IOException {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.matches("\\| [0-9]+ \\|.*"))
                .map(CompatibilityProcessIT::row)
                .toList();
    }

    private static Row row(String line) {
        String[] cells = line.substring(1).split("\\|", -1);
        assertEquals(8, cells.length, () -> "cells of " + line);
        List<String> command = code(cells[3]);
        String outcome = SCRIPT || cells[5].strip().equals("same") ? cells[4] : cells[5];
        boolean differ = !cells[5].strip().equals("same");
        assertEquals(differ, !cells[6].isBlank(), () -> "a reason, where there is a difference: " + line);
        return new Row(
                cells[0].strip(),
                code(cells[2]),
                command.isEmpty() ? Optional.empty() : Optional.of(command.getFirst()),
                outcome.strip());
    }

    private static List<String> code(String cell) {
        return CODE.matcher(cell).results().map(found -> found.group(1)).toList();
    }

    @Test
    void theRowsAreNumberedAndMany() throws IOException {
        List<Integer> numbers =
                rows().stream().map(row -> Integer.valueOf(row.number())).toList();

        assertEquals(IntStream.rangeClosed(1, numbers.size()).boxed().toList(), numbers);
        assertTrue(numbers.size() >= 25);
    }

    @ParameterizedTest(name = "row {0}")
    @MethodSource("rows")
    void doesWhatThePageSays(Row row) throws IOException {
        furnish();
        List<String> arguments = new ArrayList<>();
        boolean readOnly = false;
        for (String setting : row.container()) {
            Matcher variable = VARIABLE.matcher(setting);
            if (setting.startsWith("user: ")) {
                String[] ids = setting.substring(7, setting.length() - 1).split(":");
                scenario.as(Integer.parseInt(ids[0]), Integer.parseInt(ids[1]));
            } else if (setting.startsWith("entrypoint: ")) {
                List<String> words = Words.split(setting.substring("entrypoint: ".length()));
                scenario.startedInsteadBy(words);
            } else if (setting.equals("read_only: true")) {
                readOnly = true;
            } else if (variable.matches()) {
                scenario.with(variable.group(1), variable.group(2));
            } else {
                throw new AssertionError("not understood: " + setting);
            }
        }
        if (readOnly) {
            scenario.prepared("mount -o remount,bind,ro " + scenario.home() + "/root/consul");
        }
        scenario.withImagesEntrypoint();
        row.command().ifPresent(command -> arguments.addAll(Words.split(command)));

        Outcome outcome = scenario.run(arguments.toArray(String[]::new));

        assertOutcome(row.outcome(), outcome);
    }

    /// The official image's directories and programs, and its network.
    private void furnish() throws IOException {
        scenario.programs().does("consul", HELP);
        for (String directory : List.of("data", "config")) {
            Path made = Files.createDirectories(scenario.home().resolve("consul/" + directory));
            Scenario.chown(made, Scenario.CONSUL_UID, Scenario.CONSUL_GID);
        }
        for (String program : List.of("awk", "chown", "ip")) {
            scenario.withRealProgram(program);
        }
        scenario.without("CONSUL_DATA_DIR")
                .without("CONSUL_CONFIG_DIR")
                .inOwnNetwork(
                        "link add eth0 type veth peer name peer0",
                        "addr add 10.1.2.3/24 dev eth0",
                        "link add eth1 type veth peer name peer1",
                        "addr add 10.9.9.9/24 dev eth1")
                .inOwnRoot();
    }

    private void assertOutcome(String expected, Outcome outcome) throws IOException {
        List<Call> starts = outcome.calls("consul").stream()
                .filter(call -> !call.arguments().stream().findFirst().equals(Optional.of("--help")))
                .toList();
        Matcher exitCode = EXIT_CODE.matcher(expected);
        if (exitCode.lookingAt()) {
            assertEquals(exitCode.group(1), Integer.toString(outcome.exitCode()), outcome::toString);
            assertEquals(List.of(), starts, outcome::toString);
            for (String said : code(expected)) {
                assertTrue((outcome.stdout() + outcome.stderr()).contains(said), outcome::toString);
            }
            return;
        }
        Matcher user = USER.matcher(expected);
        assertTrue(user.find(), () -> "as whom, in " + expected);
        assertEquals(1, starts.size(), outcome::toString);
        Call consul = starts.getFirst();
        List<String> words = Words.split(
                code(expected).getFirst().replace("DIRS", "-data-dir=/consul/data -config-dir=/consul/config"));
        assertEquals(words.subList(1, words.size()), consul.arguments(), outcome::toString);
        assertEquals(0, outcome.exitCode(), outcome::toString);
        String ids = switch (user.group(1)) {
            case "consul" -> Scenario.CONSUL_UID + ":" + Scenario.CONSUL_GID;
            case "root" -> "0:0";
            default -> user.group(1);
        };
        assertEquals(ids, consul.uids().getFirst() + ":" + consul.gids().getFirst(), outcome::toString);
        assertEquals(
                expected.contains("after setcap") ? 1 : 0,
                outcome.calls("setcap").size(),
                outcome::toString);
        Path written = scenario.home().resolve("consul/config/local.json");
        assertEquals(expected.contains("local.json written"), Files.exists(written), outcome::toString);
        if (Files.exists(written)) {
            assertEquals(scenario.variables().get("CONSUL_LOCAL_CONFIG") + "\n", Files.readString(written));
        }
    }
}
