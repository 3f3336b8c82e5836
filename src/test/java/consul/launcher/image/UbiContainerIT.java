package consul.launcher.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;

/// The launcher in the UBI variant of the official image (rule 27). A stand-in is made on top of the launcher's image:
/// user 100 with group 0, directories of that group, and no program that changes the user or shows addresses. Its data
/// directory has another name, since no build changes the owner of a volume.
@NeedsImage
final class UbiContainerIT {

    private static final String IMAGE = Images.launcher() + "-ubi";

    @BeforeAll
    static void make(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("Dockerfile"), """
                FROM %s
                RUN for program in su-exec gosu setpriv setcap ip; do rm -f "$(command -v "$program")"; done; \\
                    mkdir /consul/ubi && chown 100:0 /consul/config /consul/ubi && chmod 775 /consul/config /consul/ubi
                ENV CONSUL_DATA_DIR=/consul/ubi
                USER 100:0
                """.formatted(Images.launcher()));
        Running.Finished built =
                Running.run(Launched.PATIENCE, "docker", "build", "--network=none", "-t", IMAGE, directory.toString());
        assertEquals(0, built.exitCode(), built::toString);
    }

    @AfterAll
    static void forget() {
        Running.run("docker", "image", "rm", IMAGE);
    }

    @Test
    void runsAsItsOwnUser() {
        try (Launched launched = start(_ -> {})) {
            assertRunsAs("consul", launched);
            assertTrue(launched.stderr().contains("as the current user (not started as root but as uid 100)"));
        }
    }

    @Test
    void runsAsAnyUserOfGroupRootAsOpenShiftStartsIt() {
        try (Launched launched =
                start(Launched.user("1234:0").andThen(Launched.variable("CONSUL_LOCAL_CONFIG", "{}")))) {
            assertRunsAs("1234", launched);
            assertEquals("1234:0 640\n", launched.tell("stat", "-c", "%u:%g %a", "/consul/config/local.json"));
        }
    }

    @Test
    void runsAsRootWithAWarningIfTold() {
        try (Launched launched =
                start(Launched.user("0:0").andThen(Launched.variable("CONSUL_ALLOW_PRIVILEGED_PORTS", "")))) {
            assertRunsAs("root", launched);
            List<String> warnings = launched.stderr()
                    .lines()
                    .filter(line -> line.contains("[WARN]  launcher: Consul runs as root"))
                    .toList();
            assertEquals(1, warnings.size(), launched::stderr);
        }
    }

    @Test
    void takesAnInterfaceThoughTheImageHasNoIp() {
        try (Launched launched = start(Launched.variable("CONSUL_BIND_INTERFACE", "lo"))) {
            assertTrue(launched.stderr().contains("flag -bind=127.0.0.1  from variable CONSUL_BIND_INTERFACE"));
        }
    }

    private static Launched start(Consumer<GenericContainer<?>> settings) {
        return Launched.start(IMAGE, settings, PermissionsContainerIT.ALONE).awaitLeader();
    }

    private static void assertRunsAs(String user, Launched launched) {
        List<String> consuls = StartContainerIT.consuls(launched);
        assertEquals(1, consuls.size(), consuls::toString);
        assertTrue(consuls.getFirst().startsWith(user + " "), consuls::toString);
    }
}
