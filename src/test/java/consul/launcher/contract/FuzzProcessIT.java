package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.contract.Scenario.Outcome;
import consul.launcher.testkit.Fuzz;
import consul.launcher.testkit.Recorder.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A sample of absurd arguments and environments for the real process, where the starter script takes part too; the
/// many are tried inside one JVM. `-Dfuzz.seed=N` tries others.
@NeedsRoot
@Execution(ExecutionMode.CONCURRENT)
final class FuzzProcessIT {

    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int CASES = Integer.getInteger("fuzz.starts", 30);

    /// The recorders exit with 0.
    private static final Set<Integer> EXIT_CODES = Set.of(0, 1, 64, 69, 78, 126, 127);

    @AutoClose
    private final Scenario scenario = Scenario.create();

    static LongStream seeds() {
        return LongStream.range(SEED, SEED + CASES);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void keepsItsWordForEveryInput(long seed) throws IOException {
        Files.createFile(scenario.work().resolve("file"));
        Fuzz.Case each = new Fuzz(scenario.home()).make(seed);
        each.variables().forEach(scenario::with);
        // Where a case means the image's directories, they aren't the machine's.
        scenario.inOwnRoot();
        List<String> before = scenario.tree();

        Outcome outcome = scenario.run(each.arguments().toArray(String[]::new));

        List<Call> starts = outcome.calls("consul").stream()
                .filter(call -> call.arguments().isEmpty()
                        || !call.arguments().getFirst().equals("--help"))
                .toList();
        assertFalse(outcome.stderr().contains("Exception"), () -> each + "\n" + outcome);
        assertFalse(outcome.stderr().contains("internal error"), () -> each + "\n" + outcome);
        if (starts.isEmpty() && !runsAShell(each)) {
            assertTrue(EXIT_CODES.contains(outcome.exitCode()), () -> each + "\n" + outcome);
            assertTrue(outcome.exitCode() != 0, () -> "started nothing and says it did: " + each + "\n" + outcome);
            assertEquals(before, scenario.tree(), each::toString);
        } else if (!starts.isEmpty()) {
            List<String> argv = starts.getFirst().arguments();
            List<String> given = each.arguments();
            int own = given.isEmpty() || Set.of("agent", "consul", "").contains(given.getFirst()) ? 1 : 0;
            List<String> expected = given.subList(Math.min(own, given.size()), given.size());
            assertEquals(expected, argv.subList(argv.size() - expected.size(), argv.size()), each::toString);
            assertEquals(0, outcome.exitCode(), () -> each + "\n" + outcome);
        }
    }

    private static boolean runsAShell(Fuzz.Case each) {
        return !each.arguments().isEmpty() && each.arguments().getFirst().equals("sh");
    }
}
