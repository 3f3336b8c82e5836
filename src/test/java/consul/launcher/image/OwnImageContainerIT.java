package consul.launcher.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.testcontainers.images.builder.ImageFromDockerfile;

/// Images that people make from ours, as they make them from the official one.
@NeedsImage
final class OwnImageContainerIT {

    @Test
    void addsAConfigurationFile() {
        String image = new ImageFromDockerfile(Images.launcher() + "-own", false)
                .withFileFromString("own.json", "{\"datacenter\": \"own\", \"log_level\": \"warn\"}")
                .withFileFromString("Dockerfile", "FROM " + Images.launcher() + "\nCOPY own.json /consul/config/\n")
                .get();

        try (Launched launched = Launched.start(image, _ -> {}).awaitLeader()) {
            assertTrue(launched.tell("consul", "members").contains(" own "));
        }
    }

    @Test
    void wrapsTheEntrypointInAScript() {
        String image = new ImageFromDockerfile(Images.launcher() + "-wrapper", false)
                .withFileFromString("wrapper.sh", """
                        #!/bin/sh
                        export CONSUL_LOCAL_CONFIG='{"datacenter": "wrapped"}'
                        exec docker-entrypoint.sh agent -dev "$@"
                        """)
                .withFileFromString("Dockerfile", """
                        FROM %s
                        COPY wrapper.sh /
                        RUN chmod 755 /wrapper.sh
                        ENTRYPOINT ["/wrapper.sh"]
                        """.formatted(Images.launcher()))
                .get();

        try (Launched launched = Launched.start(image, _ -> {}, "-node=named").awaitLeader()) {
            String members = launched.tell("consul", "members");
            assertTrue(members.contains("named") && members.contains("wrapped"), members);
            assertEquals(1, launched.stop().exitCode());
        }
    }

    @Test
    void namesTheEntrypointInATaskDefinition() {
        Launched.Ended ended = Launched.run(
                container -> container.withCreateContainerCmdModifier(
                        command -> command.withEntrypoint("docker-entrypoint.sh")),
                "version");

        assertTrue(ended.exitCode() == 0 && ended.stdout().startsWith("Consul v"), ended::toString);
    }
}
