package consul.launcher.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.LocalAgent;
import consul.launcher.testkit.LocalCluster;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server whose user gives `-data-dir`, as the official script lets them.
final class DataDirectoryConsulIT {

    private static final String ADDRESS = "127.0.3.31";

    @TempDir
    private Path directory;

    @Test
    void isWatchedWhereItHasItsData() {
        Path mounted = directory.resolve("mounted");
        try (LocalCluster cluster = LocalCluster.ofBuiltLauncher(directory, List.of(ADDRESS))) {
            LocalAgent server = cluster.start(
                    LocalAgent.Spec.server("i-0bb00000000000031", ADDRESS), Map.of(), "-data-dir=" + mounted);
            cluster.awaitFormed();

            Eventually.until(
                    "the owner of the data",
                    LocalCluster.PATIENCE,
                    () -> Files.exists(mounted.resolve("launcher/owner")));
            assertTrue(Files.exists(mounted.resolve("raft/raft.db")));
            assertFalse(Files.exists(Path.of(server.environment().get("CONSUL_DATA_DIR"), "launcher")));
        }
    }

    /// C4: data that came with the machine image which was made of a server.
    @Test
    void saysAtTheStartAndByDoctorThatAnotherInstanceWroteIt() throws IOException {
        LocalAgent.Spec spec = LocalAgent.Spec.server("i-0bb00000000000031", ADDRESS);
        Path data = directory.resolve(spec.id()).resolve("data");
        Files.writeString(Files.createDirectories(data.resolve("launcher")).resolve("owner"), "i-0bb00000000000032\n");
        String said = "the data in " + data + " is that of i-0bb00000000000032, and this is i-0bb00000000000031";
        try (LocalCluster cluster = LocalCluster.ofBuiltLauncher(directory, List.of(ADDRESS))) {
            LocalAgent server = cluster.start(spec);
            cluster.awaitFormed();

            assertTrue(server.log().contains("[WARN]  launcher: " + said), server::log);
            Running.Finished doctor = cluster.ask(server, "doctor", "agent");
            assertTrue(doctor.stdout().contains(said), doctor::toString);
        }
    }

    /// D4: nobody holds the launcher's lock where Consul has taken its place.
    @Test
    void isNotStartedTwiceInExecMode() {
        try (LocalCluster cluster = LocalCluster.ofBuiltLauncher(directory, List.of(ADDRESS))) {
            LocalAgent server = cluster.start(
                    LocalAgent.Spec.server("i-0bb00000000000031", ADDRESS), Map.of("CONSUL_LAUNCHER_MODE", "exec"));
            cluster.awaitFormed();

            ProcessBuilder second = new ProcessBuilder(
                    Path.of(System.getProperty("launcher.directory"), "consul-launcher")
                            .toString(),
                    "run",
                    "agent",
                    "-server");
            second.environment().putAll(server.environment());
            try (Running running = Running.start(second)) {
                Running.Finished finished = running.await();
                assertEquals(1, finished.exitCode(), finished::toString);
                assertTrue(
                        finished.stderr()
                                .contains("the data directory "
                                        + server.environment().get("CONSUL_DATA_DIR")
                                        + " is in use by an agent that runs here (process "
                                        + server.process().pid() + ")"),
                        finished::toString);
            }
        }
    }
}
