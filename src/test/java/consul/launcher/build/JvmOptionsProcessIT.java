package consul.launcher.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The options in `jvm.options`, with which every JVM from 25 on has to start.
final class JvmOptionsProcessIT {

    private static final Path LAUNCHER = Path.of(System.getProperty("launcher.directory", "target/launcher"));

    @TempDir
    Path home;

    @Test
    void namesOnlyOptionsThatThisJvmKnows() {
        Running.Finished version = version(LAUNCHER, "-XX:-IgnoreUnrecognizedVMOptions");

        assertEquals(0, version.exitCode(), version::toString);
    }

    /// As a later JVM without a diagnostic option of today.
    @Test
    void startsAJvmThatLacksAnOption() throws IOException {
        Path copy = home.resolve("launcher");
        Running.Finished cp = Running.run("cp", "-a", LAUNCHER.toString(), copy.toString());
        assertEquals(0, cp.exitCode(), cp::toString);
        Files.writeString(copy.resolve("jvm.options"), "-XX:-NoSuchOption\n", StandardOpenOption.APPEND);

        assertEquals(version(LAUNCHER, ""), version(copy, ""));
    }

    /// A2. The JVM's minimum is what a thread needs itself, 72 KiB on arm64, and its red, yellow, reserved and shadow
    /// zone, by default of 4, 8, 4 and 80 KiB, each rounded up to whole pages. With pages of 64 KiB that is
    /// 72 + 64 + 64 + 64 + 128 = 392, in whole pages 448. The largest zones that can be set come near to it.
    @Test
    void leavesRoomForTheGuardZonesOfLargePages() {
        Running.Finished version = version(
                LAUNCHER,
                "-XX:StackRedPages=3 -XX:StackYellowPages=7 -XX:StackReservedPages=11 -XX:StackShadowPages=50"
                        + " -XX:+PrintFlagsFinal");

        assertEquals(0, version.exitCode(), version::toString);
        int kilobytes = version.stdout()
                .lines()
                .map(line -> line.strip().split("\\s+", -1))
                .filter(words -> words.length > 3 && words[1].equals("ThreadStackSize"))
                .mapToInt(words -> Integer.parseInt(words[3]))
                .sum();
        assertTrue(kilobytes >= 448, () -> kilobytes + " KiB");
    }

    /// @param options that outrank those of `jvm.options`
    private static Running.Finished version(Path launcher, String options) {
        ProcessBuilder builder =
                new ProcessBuilder(launcher.resolve("consul-launcher").toString(), "version");
        builder.environment().put("_JAVA_OPTIONS", options);
        try (Running running = Running.start(builder)) {
            return running.await();
        }
    }
}
