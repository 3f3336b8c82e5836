package consul.launcher.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.Running;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The AOT cache in the launcher's directory: most of its speed, and a danger if it belongs to another jar.
final class AotCacheProcessIT {

    private static final Path LAUNCHER = Path.of(System.getProperty("launcher.directory", "target/launcher"));

    /// How `-Xlog:class+load` says that a class came out of the cache.
    private static final String FROM_THE_CACHE = "consul.launcher.cli.Main source: shared objects file";

    @TempDir
    Path home;

    @Test
    void startsFromTheCache() throws IOException {
        Path log = home.resolve("classes.log");

        // The only variable that outranks the starter's own options. "on" ends a JVM whose cache is refused.
        Running.Finished plan = plan(
                LAUNCHER, Map.of("_JAVA_OPTIONS", "-XX:AOTMode=on -Xlog:class+load:file=" + log + "::filecount=0"));

        assertTrue(Files.exists(log), plan::toString);
        List<String> classes = Files.readAllLines(log);
        assertTrue(classes.stream().anyMatch(line -> line.endsWith(FROM_THE_CACHE)), plan::toString);
    }

    @Test
    void saysNothingWhereThereIsNoCache() throws IOException {
        Path copy = copyOfTheLauncher();
        Running.Finished with = plan(copy, Map.of());
        assertEquals(0, with.exitCode(), with::toString);
        Files.delete(copy.resolve("consul-launcher.aot"));

        assertEquals(with, plan(copy, Map.of()));
    }

    @Test
    void saysNothingWhereTheCacheIsRefused() throws IOException {
        Path copy = copyOfTheLauncher();
        Running.Finished with = plan(copy, Map.of());
        Files.writeString(copy.resolve("consul-launcher.aot"), "not a cache");

        Running.Finished without = plan(copy, Map.of());

        assertEquals(with.stdout(), without.stdout());
        assertEquals(with.exitCode(), without.exitCode());
    }

    @Test
    void neverRunsTheCodeOfAnEarlierJar() throws IOException {
        Path copy = copyOfTheLauncher();
        replaceMain(copy.resolve("consul-launcher.jar"));

        assertEquals("the new code\n", plan(copy, Map.of()).stdout());
    }

    /// A1. Asked for machine code in the cache, the JVM says that there is none.
    @Test
    void holdsNoMachineCode() throws IOException {
        assertEquals(
                List.of("AOT Code Cache is empty"),
                codeCacheOf(LAUNCHER, "-XX:AOTMode=on -XX:+AOTAdapterCaching -XX:+AOTStubCaching"));
    }

    /// A1. Machine code that is in a cache all the same isn't taken.
    @Test
    void takesNoMachineCodeFromACache() throws IOException {
        Path copy = copyOfTheLauncher();
        Path cache = copy.resolve("consul-launcher.aot");
        Files.delete(cache);
        Running.Finished training = plan(
                copy,
                Map.of(
                        "_JAVA_OPTIONS",
                        "--enable-native-access=ALL-UNNAMED -XX:+AOTAdapterCaching -XX:+AOTStubCaching -XX:AOTCacheOutput="
                                + cache));
        assertTrue(Files.exists(cache), training::toString);

        assertEquals(
                List.of("Loaded entries"),
                codeCacheOf(copy, "-XX:AOTMode=on -XX:+AOTAdapterCaching -XX:+AOTStubCaching"),
                "there is some in this one");
        assertEquals(List.of(), codeCacheOf(copy, "-XX:AOTMode=on"));
    }

    /// What the JVM says of the machine code in its cache; nothing where it doesn't look for any.
    private List<String> codeCacheOf(Path launcher, String options) throws IOException {
        Path log = home.resolve("codecache.log");
        Files.deleteIfExists(log);
        Running.Finished plan = plan(
                launcher,
                Map.of("_JAVA_OPTIONS", options + " -Xlog:aot+codecache*=info:file=" + log + "::filecount=0"));
        assertEquals(0, plan.exitCode(), plan::toString);
        return Files.readAllLines(log).stream()
                .map(line -> line.substring(line.lastIndexOf(']') + 1).strip())
                .filter(line -> line.contains("AOT Code Cache is") || line.startsWith("Loaded "))
                .map(line -> line.replaceFirst("^Loaded \\d+ .*", "Loaded entries"))
                .toList();
    }

    private Running.Finished plan(Path launcher, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(
                launcher.resolve("consul-launcher").toString(), "plan", "agent", "-node=n", "-advertise=127.0.0.1");
        builder.environment().put("CONSUL_METADATA", "none");
        builder.environment().put("CONSUL_DISABLE_PERM_MGMT", "");
        builder.environment().put("CONSUL_DATA_DIR", home.toString());
        builder.environment().put("CONSUL_CONFIG_DIR", home.toString());
        builder.environment().putAll(environment);
        try (Running running = Running.start(builder)) {
            return running.await();
        }
    }

    /// With the times of its files, as an image or a backup has them.
    private Path copyOfTheLauncher() {
        Path copy = home.resolve("launcher");
        Running.Finished cp = Running.run("cp", "-a", LAUNCHER.toString(), copy.toString());
        assertEquals(0, cp.exitCode(), cp::toString);
        return copy;
    }

    private void replaceMain(Path jar) throws IOException {
        Path source = home.resolve("Main.java");
        Files.writeString(source, """
                package consul.launcher.cli;

                public final class Main {
                    public static void main(String[] args) {
                        System.out.println("the new code");
                    }
                }
                """);
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", home.resolve("classes").toString(), source.toString());
        assertEquals(0, compiled);
        Path main = Path.of("consul", "launcher", "cli", "Main.class");
        try (FileSystem zip = FileSystems.newFileSystem(jar)) {
            Files.copy(
                    home.resolve("classes").resolve(main),
                    zip.getPath(main.toString()),
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
