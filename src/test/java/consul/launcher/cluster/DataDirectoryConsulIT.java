package consul.launcher.cluster;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.LocalAgent;
import consul.launcher.testkit.LocalCluster;
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
}
