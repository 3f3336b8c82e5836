package consul.launcher.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import consul.launcher.testkit.Running;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// The local test for users, whole: three servers, a client, metadata at its own address, and applications.
@NeedsImage
final class ComposeContainerIT {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @Test
    void formsAClusterWhoseApplicationsFindEachOther() {
        ProcessBuilder builder = new ProcessBuilder("bin/compose-test");
        builder.environment().put("IMAGE", Images.launcher());
        builder.environment().put("MOCK_IMAGE", Images.mock());

        try (Running running = Running.start(builder)) {
            Running.Finished finished = running.await(PATIENCE);

            assertEquals(0, finished.exitCode(), finished::toString);
        }
    }
}
