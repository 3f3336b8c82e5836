package consul.launcher.demo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.LocalCluster;
import consul.launcher.testkit.RealConsul;
import consul.launcher.testkit.Running;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program behind `bin/demo`, as a process.
final class DemoConsulIT {

    @TempDir
    private Path directory;

    /// F8.
    @Test
    void staysWhenAConsulIsKilledAndShowsHowTheOthersBearIt() {
        RealConsul consul = RealConsul.find();
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                Path.of(System.getProperty("launcher.directory"), "consul-launcher")
                        .toString(),
                consul.binary().toString(),
                directory.resolve("work").toString(),
                directory.resolve("logs").toString());
        try (Running demo = Running.start(builder)) {
            awaitText(demo, "Ctrl-C stops everything");
            String server = Demo.SERVERS.get(1).address();

            consulAt(demo, consul, server).destroyForcibly();

            awaitText(demo, "2 of 3 servers are left");
            awaitText(demo, Demo.SERVERS.get(1).id() + " at " + server + " ended, with exit code 137");
            Eventually.until(
                    "a member that failed: " + demo,
                    LocalCluster.PATIENCE,
                    () -> demo.stdoutSoFar()
                            .lines()
                            .anyMatch(line -> line.contains(server + ":8301") && line.contains("failed")));
            assertTrue(demo.isAlive(), demo::toString);

            demo.signal("TERM");
            String told = demo.await(LocalCluster.PATIENCE).stdout();
            assertTrue(told.contains("demo: stopped, nothing is left behind"), told);
            assertTrue(Files.notExists(directory.resolve("work")), told);
        }
    }

    private static void awaitText(Running demo, String text) {
        Eventually.value(
                () -> text + " of " + demo,
                LocalCluster.PATIENCE,
                () -> Optional.of(text).filter(demo.stdoutSoFar()::contains));
    }

    private static ProcessHandle consulAt(Running demo, RealConsul consul, String address) {
        try (Stream<ProcessHandle> descendants =
                ProcessHandle.of(demo.pid()).orElseThrow().descendants()) {
            return descendants
                    .filter(process -> process.info()
                                    .command()
                                    .equals(Optional.of(consul.binary().toString()))
                            && Arrays.asList(process.info().arguments().orElseThrow())
                                    .contains("-bind=" + address))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
