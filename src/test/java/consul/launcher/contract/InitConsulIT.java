package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.RealConsul;
import consul.launcher.testkit.Running;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A real Consul as a container has it, in PID and network namespaces of its own, behind each init. Consul logs each
/// signal, and a second one makes it give up its leave, which its exit code tells.
@NeedsRoot
final class InitConsulIT {

    private static final String CAUGHT = "Caught: signal=";

    @AutoClose
    private final Scenario scenario = Scenario.create();

    @ParameterizedTest
    @CsvSource({
        "none, none, supervise",
        "none, dumb-init, supervise",
        "none, tini, supervise",
        "none, dumb-init, exec",
        "none, none, exec",
        "dumb-init, none, supervise",
        "dumb-init, dumb-init, supervise",
        "dumb-init --single-child, none, supervise",
        "dumb-init --single-child, dumb-init, supervise",
        "tini --, none, supervise",
        "tini --, dumb-init, supervise",
        "tini --, none, exec",
        "tini -g --, none, supervise",
        "tini -g --, dumb-init, supervise",
    })
    @DisplayName("rule 25: a real Consul gets a stop exactly once, and leaves")
    void isStoppedOnce(String outer, String inner, String mode) {
        if (!outer.equals("none")) {
            List<String> words = List.of(outer.split(" ", -1));
            need(words.getFirst());
            scenario.startedBy(words.getFirst(), words.subList(1, words.size()).toArray(String[]::new));
        }
        if (!inner.equals("none")) {
            need(inner);
            scenario.withRealProgram(inner);
        }
        scenario.inOwnNetwork()
                .asInit()
                .withProgram("consul", RealConsul.find().binary())
                .with("CONSUL_LAUNCHER_MODE", mode)
                .with("CONSUL_DISABLE_PERM_MGMT", "");

        try (Running container = scenario.start(
                "agent",
                "-dev",
                "-node=n",
                "-bind=127.0.0.1",
                "-hcl=leave_on_terminate = true skip_leave_on_interrupt = true")) {
            Eventually.until(
                    "Consul to be up: " + container,
                    Running.PATIENCE,
                    () -> container.stdoutSoFar().contains("Synced node info"));
            Scenario.signalInit(container, "TERM");
            Running.Finished finished = container.await();

            assertEquals(0, finished.exitCode(), finished::toString);
            assertEquals(1, finished.stdout().split(CAUGHT, -1).length - 1, finished::toString);
            assertTrue(finished.stdout().contains(CAUGHT + "terminated"), finished::toString);
            assertTrue(finished.stdout().contains("Graceful exit completed"), finished::toString);
        }
    }

    /// Where everything is to be tested, a test without its init fails.
    private static void need(String init) {
        if (Scenario.isOnPath(init)) {
            return;
        }
        if (Boolean.getBoolean("contract.root.required")) {
            throw new AssertionError("this test needs " + init + ", and contract.root.required is set");
        }
        System.err.println("SKIPPED for want of " + init);
        Assumptions.abort("no " + init);
    }
}
