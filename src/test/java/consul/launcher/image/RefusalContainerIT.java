package consul.launcher.image;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.model.Capability;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;

/// Containers that can't work: each ends at once with the right code and one line that says why, without Consul having
/// been started.
@NeedsImage
final class RefusalContainerIT {

    private static final String[] ALONE = {"agent", "-node=alone", "-advertise=127.0.0.1", "-bind=127.0.0.1"};

    @Test
    void whereThereIsNoMetadataService() {
        refuses(
                69,
                Launched.host(host -> host.withNetworkMode("none")),
                List.of("can't find out who this instance is", "CONSUL_METADATA=none"),
                "agent",
                "-server",
                "-bootstrap-expect=1");
    }

    @Test
    void whereAServerDoesNotKnowHowManyToExpect() {
        refuses(78, Launched.variable("CONSUL_SERVER", "true"), List.of("BOOTSTRAP_EXPECT"), ALONE);
    }

    @Test
    void whereTheUserDoesNotExist() {
        refuses(1, Launched.variable("CONSUL_UID", "nosuch"), List.of("CONSUL_UID", "'nosuch'"), ALONE);
    }

    @Test
    void whereRootMayNotChangeTheUser() {
        refuses(
                1,
                Launched.host(host -> host.withCapDrop(Capability.ALL)),
                List.of("SETUID", "CONSUL_DISABLE_PERM_MGMT"),
                ALONE);
    }

    @Test
    void whereTheUserMayNotWriteTheData() {
        refuses(1, Launched.user("1234:0"), List.of("/consul/data", "100:1000", "uid 1234"), ALONE);
    }

    @Test
    void whereThereIsNoPlaceForData() {
        refuses(
                1,
                container -> {
                    Launched.host(host -> host.withReadonlyRootfs(true)).accept(container);
                    container.withEnv("CONSUL_DATA_DIR", "/elsewhere/data");
                },
                List.of("/elsewhere/data", "CONSUL_DATA_DIR"),
                ALONE);
    }

    @Test
    void whereTheDataIsReadOnly() {
        refuses(
                1,
                Launched.host(host -> host.withTmpFs(Map.of("/consul/data", "ro"))),
                List.of("/consul/data", "read-only file system", "CONSUL_DATA_DIR"),
                ALONE);
    }

    @Test
    void whereTheDiskIsFull() {
        refuses(
                1,
                container -> {
                    Launched.host(host -> host.withTmpFs(Map.of("/consul/config", "size=4k")))
                            .accept(container);
                    container.withEnv("CONSUL_LOCAL_CONFIG", "{\"datacenter\": \"" + "x".repeat(9000) + "\"}");
                },
                List.of("/consul/config/local.json", "No space left on device"),
                ALONE);
    }

    @Test
    void whereTheConfigurationIsReadOnlyAndToBeWritten() {
        refuses(
                1,
                container -> {
                    Launched.host(host -> host.withReadonlyRootfs(true)).accept(container);
                    container.withEnv("CONSUL_LOCAL_CONFIG", "{}");
                },
                List.of("/consul/config", "read-only file system", "CONSUL_CONFIG_DIR"),
                ALONE);
    }

    @Test
    void whereTheLocalConfigurationIsNotJson() {
        refuses(
                1,
                Launched.variable("CONSUL_LOCAL_CONFIG", "{\"a\": }"),
                List.of("CONSUL_LOCAL_CONFIG", "line 1, column 7"),
                ALONE);
    }

    @Test
    void whereTheInterfaceDoesNotExist() {
        refuses(
                1,
                Launched.variable("CONSUL_BIND_INTERFACE", "nosuch0"),
                List.of("Could not find IP for interface 'nosuch0', exiting", "eth0"),
                ALONE);
    }

    private static void refuses(
            int exitCode, Consumer<GenericContainer<?>> settings, List<String> parts, String... arguments) {
        Launched.Ended ended = Launched.run(settings, arguments);
        assertAll(
                () -> assertEquals(exitCode, ended.exitCode(), ended::toString),
                () -> assertEquals(1, ended.errors().size(), ended::toString),
                () -> assertTrue(
                        parts.stream().allMatch(ended.errors().getFirst()::contains),
                        () -> "one line with " + parts + ": " + ended),
                () -> assertEquals("", ended.stdout(), "Consul is not started"),
                () -> assertFalse(ended.stderr().contains("Exception"), ended::toString));
    }
}
