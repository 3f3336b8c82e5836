package consul.launcher.recovery.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.recovery.simulator.Config.Slot;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatorTest {

    private static final int HISTORIES = 10_000;

    @Test
    void findsNoWrongRecoveryInTenThousandHistories() {
        List<Oracle> oracles = LongStream.range(0, HISTORIES)
                .parallel()
                .mapToObj(seed -> new History(seed, Weakness.NONE).run())
                .toList();
        List<Violation> violations = oracles.stream()
                .map(Oracle::violation)
                .flatMap(Optional::stream)
                .toList();
        assertEquals(List.of(), violations);
        // They are not empty: there is much to do wrong in them.
        assertAtLeast(1500, oracles, oracle -> oracle.recoveries);
        assertAtLeast(1000, oracles, oracle -> oracle.byLauncher);
        assertAtLeast(150, oracles, oracle -> oracle.withLoss);
    }

    private static void assertAtLeast(int least, List<Oracle> oracles, ToIntFunction<Oracle> count) {
        int sum = oracles.stream().mapToInt(count).sum();
        assertTrue(sum >= least, sum + " instead of " + least);
    }

    /// A gate counts only after it was seen to fail.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void findsAWrongRecoveryWhereAGuardIsMissing(Weakness weakness) {
        Optional<Violation> found = LongStream.range(0, HISTORIES)
                .parallel()
                .mapToObj(seed -> new History(seed, weakness).run().violation())
                .flatMap(Optional::stream)
                .findAny();
        assertTrue(found.isPresent(), weakness.name());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 15, 30})
    void endsEveryDrillWithThreeVoters(int apart) {
        for (long seed = 0; seed < 50; seed++) {
            History history = History.drill(seed, apart);
            Oracle oracle = history.run();
            assertEquals(Optional.empty(), oracle.violation());
            assertEquals(1, oracle.byLauncher, "recoveries of seed " + seed);
            List<Server> leaders = history.cloud.servers.stream()
                    .filter(server -> server.leader)
                    .toList();
            assertEquals(1, leaders.size(), "leaders of seed " + seed);
            assertEquals(
                    3,
                    leaders.getFirst().disk.config().slots().stream()
                            .filter(Slot::voter)
                            .count());
        }
    }

    @Test
    void tellsTheSameHistoryFromTheSameSeed() {
        for (long seed = 0; seed < 100; seed++) {
            Oracle one = new History(seed, Weakness.NONE).run();
            Oracle other = new History(seed, Weakness.NONE).run();
            assertEquals(one.acknowledged, other.acknowledged);
            assertEquals(one.recoveries, other.recoveries);
            assertEquals(one.lost, other.lost);
        }
    }
}
