package consul.launcher.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.containers.GenericContainer;

/// Starts under the restrictions that operators put on containers.
@NeedsImage
final class PermissionsContainerIT {

    /// An agent that needs its data directory, and nobody else, and is quick to be its own leader.
    static final String[] ALONE = {
        "agent",
        "-server",
        "-bootstrap-expect=1",
        "-node=alone",
        "-advertise=127.0.0.1",
        "-bind=127.0.0.1",
        Launched.QUICK
    };

    @ParameterizedTest
    @ValueSource(strings = {"0:0", "5000:5000", "100:1000"})
    void takesOverAMountedDataDirectoryWhosever(String owner) {
        try (Volume data = Volume.ownedBy(owner, "755");
                Launched launched =
                        Launched.start(data.mountedAt("/consul/data"), ALONE).awaitLeader()) {
            assertEquals("100:1000\n", launched.tell("stat", "-c", "%u:%g", "/consul/data"));
            assertEquals("100:1000\n", launched.tell("stat", "-c", "%u:%g", "/consul/data/raft"));
        }
    }

    @Test
    void leavesAReadOnlyConfigurationDirectoryAloneWhereNothingIsToBeWritten() {
        try (Volume config = Volume.ownedBy("100:1000", "755");
                Launched launched = Launched.start(config.readOnlyAt("/consul/config"), ALONE)
                        .awaitLeader()) {
            assertTrue(launched.isRunning());
        }
    }

    @Test
    void runsWithAReadOnlyRootFileSystem() {
        try (Launched launched = Launched.start(
                        Launched.host(host ->
                                host.withReadonlyRootfs(true).withTmpFs(Map.of("/consul/data", "", "/tmp", ""))),
                        ALONE)
                .awaitLeader()) {
            assertEquals(1, launched.exec("touch", "/consul/config/file").getExitCode());
        }
    }

    @Test
    void runsAsTheConsulUserFromTheStart() {
        runsAs(Launched.user("consul"), "consul");
    }

    /// As OpenShift does: any uid, group root, directories writable for that group.
    @Test
    void runsAsAnyUserWhoMayWriteTheDataDirectory() {
        try (Volume data = Volume.ownedBy("0:0", "775")) {
            runsAs(
                    container -> {
                        Launched.user("1234:0").accept(container);
                        data.mountedAt("/consul/data").accept(container);
                    },
                    "1234");
        }
    }

    @Test
    void runsWithoutAnyCapabilityAsTheConsulUser() {
        runsAs(
                container -> {
                    Launched.user("consul").accept(container);
                    host(host -> host.withCapDrop(Capability.ALL)).accept(container);
                },
                "consul");
    }

    @Test
    void runsAsRootWithoutCapabilitiesWhereThatIsWanted() {
        runsAs(
                container -> {
                    container.withEnv("CONSUL_DISABLE_PERM_MGMT", "");
                    // The directory is Consul's, and a root without capabilities may not write everywhere.
                    host(host -> host.withCapDrop(Capability.ALL).withTmpFs(Map.of("/consul/data", "mode=755")))
                            .accept(container);
                },
                "root");
    }

    @Test
    void runsWithExactlyTheCapabilitiesThatAChangeOfUserNeeds() {
        runsAs(
                host(host -> host.withCapDrop(Capability.ALL).withCapAdd(Capability.SETUID, Capability.SETGID)),
                "consul");
    }

    private static void runsAs(Consumer<GenericContainer<?>> settings, String user) {
        try (Launched launched = Launched.start(settings, ALONE).awaitLeader()) {
            List<String> consuls = StartContainerIT.consuls(launched);
            assertEquals(1, consuls.size(), consuls::toString);
            assertTrue(consuls.getFirst().startsWith(user + " "), consuls::toString);
        }
    }

    private static Consumer<GenericContainer<?>> host(UnaryOperator<HostConfig> change) {
        return Launched.host(change);
    }

    /// A named volume, which keeps its owner when it is mounted, as a directory of the host does.
    private record Volume(String name) implements AutoCloseable {

        static Volume ownedBy(String owner, String mode) {
            Volume volume = new Volume("consul-launcher-test-" + java.util.UUID.randomUUID());
            Launched.Ended ended = Launched.run(
                    container -> {
                        volume.mountedAt("/volume").accept(container);
                        container.withCreateContainerCmdModifier(command -> command.withEntrypoint("sh"));
                    },
                    "-c",
                    "chown " + owner + " /volume && chmod " + mode + " /volume");
            assertEquals(0, ended.exitCode(), ended::toString);
            return volume;
        }

        Consumer<GenericContainer<?>> mountedAt(String path) {
            return host(host -> host.withBinds(Bind.parse(name + ":" + path + ":nocopy")));
        }

        Consumer<GenericContainer<?>> readOnlyAt(String path) {
            return host(host -> host.withBinds(Bind.parse(name + ":" + path + ":ro,nocopy")));
        }

        @Override
        public void close() {
            Launched.removeVolume(name);
        }
    }
}
