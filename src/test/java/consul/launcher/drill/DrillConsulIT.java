package consul.launcher.drill;

import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.RealConsul;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The parts of the drill that a change is most likely to break, and would be worst.
final class DrillConsulIT {

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(
            value = Scenario.class,
            names = {"MAJORITY", "STOPPED", "PARTITION"})
    void comesOutAsTheDecisionTableSays(Scenario scenario) {
        Path launcher = Path.of(System.getProperty("launcher.directory"), "consul-launcher");

        String result = new Main(launcher, RealConsul.find(), directory, System.out)
                .play(scenario, new Stage.Settings(true, false), false);

        assertTrue(result.startsWith("ok"), result);
    }
}
