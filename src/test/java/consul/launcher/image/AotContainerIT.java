package consul.launcher.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.ImageFromDockerfile;

/// The AOT cache in the image: most of the launcher's speed, and a danger if it belongs to another jar, because the JVM
/// doesn't notice that (JDK-8377932).
@NeedsImage
final class AotContainerIT {

    private static final String JAR = "/opt/consul-launcher/consul-launcher.jar";
    private static final String CACHE = "/opt/consul-launcher/consul-launcher.aot";
    private static final String[] PLAN = {"plan", "agent", "-node=n", "-advertise=127.0.0.1"};

    @TempDir
    Path directory;

    @Test
    void theJvmTakesTheCache() {
        // Outranks the launcher's own options. "on" ends a JVM whose cache is refused.
        Launched.Ended trained = plan(Images.launcher(), Launched.variable("_JAVA_OPTIONS", "-XX:AOTMode=on"));
        assertEquals(0, trained.exitCode(), trained::toString);

        Launched.Ended refused =
                plan(Images.launcher(), Launched.variable("_JAVA_OPTIONS", REFUSED + " -XX:AOTMode=on"));
        assertNotEquals(0, refused.exitCode(), "another JVM option is a reason to refuse: " + refused);
    }

    @Test
    void aMissingCacheOnlyCostsTime() {
        assertEquals(plan(Images.launcher(), _ -> {}), plan(Images.untrained(), _ -> {}));
    }

    @Test
    void aRefusedCacheOnlyCostsTime() {
        Launched.Ended expected = plan(Images.launcher(), _ -> {});

        Launched.Ended refused = plan(Images.launcher(), Launched.variable("_JAVA_OPTIONS", REFUSED));

        assertEquals(expected.stdout(), refused.stdout());
        assertEquals(0, refused.exitCode(), refused::toString);
    }

    @Test
    void aBrokenCacheOnlyCostsTime() {
        String image = new ImageFromDockerfile(Images.launcher() + "-broken-cache", false)
                .withFileFromString("broken", "not a cache")
                .withFileFromString("Dockerfile", "FROM " + Images.launcher() + "\nCOPY broken " + CACHE + "\n")
                .get();
        Launched.Ended expected = plan(Images.launcher(), _ -> {});

        Launched.Ended broken = plan(image, _ -> {});

        assertEquals(expected.stdout(), broken.stdout());
        assertEquals(0, broken.exitCode(), broken::toString);
    }

    /// A1. Asked for machine code in the image's cache, the JVM says that there is none, and by itself it looks for
    /// none.
    @Test
    void theCacheHoldsNoMachineCode() {
        String log = " -XX:AOTMode=on -Xlog:aot+codecache*=info:stderr";

        Launched.Ended asked = plan(
                Images.launcher(),
                Launched.variable("_JAVA_OPTIONS", "-XX:+AOTAdapterCaching -XX:+AOTStubCaching" + log));
        assertTrue(asked.stderr().contains("AOT Code Cache is empty"), asked::toString);

        Launched.Ended shipped = plan(Images.launcher(), Launched.variable("_JAVA_OPTIONS", log));
        assertEquals(0, shipped.exitCode(), shipped::toString);
        assertFalse(shipped.stderr().contains("AOT code entries"), shipped::toString);
    }

    /// Same name, size of everything else and times of the jar as in the image before: only the code is another.
    @Test
    void anImageOfChangedCodeRunsTheChangedCode() throws IOException {
        String changed = new ImageFromDockerfile(Images.launcher() + "-changed", false)
                .withFileFromPath("consul-launcher.jar", changedJar())
                .withFileFromString("Dockerfile", """
                        FROM %s
                        COPY consul-launcher.jar %s
                        RUN touch -d @1 %s
                        """.formatted(Images.untrained(), JAR, JAR))
                .get();

        String trained = new ImageFromDockerfile(Images.launcher() + "-changed-trained", false)
                .withFileFromPath("src", Path.of("src"))
                .withFileFromPath("Dockerfile", Path.of("src/main/image/Dockerfile"))
                .withBuildArg("IMAGE", changed)
                .withBuildArg("JDK_IMAGE", Images.jdk())
                .withBuildImageCmdModifier(command -> command.withNetworkMode("none"))
                .get();

        Launched.Ended ended = plan(trained, Launched.variable("_JAVA_OPTIONS", "-XX:AOTMode=on"));
        assertEquals("the changed code\n", ended.stdout(), ended::toString);
    }

    /// A JVM option that no cache survives.
    private static final String REFUSED = "-XX:+UnlockExperimentalVMOptions -XX:+UseCompactObjectHeaders";

    private static Launched.Ended plan(String image, Consumer<GenericContainer<?>> settings) {
        Launched.Ended ended = Launched.run(
                image,
                container -> {
                    container.withEnv("CONSUL_METADATA", "none");
                    container.withCreateContainerCmdModifier(command -> command.withEntrypoint("consul-launcher"));
                    settings.accept(container);
                },
                PLAN);
        assertTrue(!ended.stdout().contains("[error]"), ended::toString);
        return ended;
    }

    /// The launcher's jar with another main class.
    private Path changedJar() throws IOException {
        Path built = Path.of(Objects.requireNonNull(System.getProperty("launcher.directory"), "launcher.directory"));
        Path source = Files.createDirectories(directory.resolve("consul/launcher/cli"))
                .resolve("Main.java");
        Files.writeString(source, """
                package consul.launcher.cli;

                public class Main {
                    public static void main(String[] arguments) {
                        System.out.println("the changed code");
                    }
                }
                """);
        int errors = ToolProvider.getSystemJavaCompiler().run(null, null, null, "-proc:none", source.toString());
        assertEquals(0, errors);
        Path jar = directory.resolve("consul-launcher.jar");
        Files.copy(built.resolve("consul-launcher.jar"), jar);
        try (FileSystem content = FileSystems.newFileSystem(URI.create("jar:" + jar.toUri()), Map.of())) {
            Files.copy(
                    source.resolveSibling("Main.class"),
                    content.getPath("consul/launcher/cli/Main.class"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        return jar;
    }
}
