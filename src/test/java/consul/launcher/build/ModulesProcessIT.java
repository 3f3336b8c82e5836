package consul.launcher.build;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// That the Java runtime of the image has the modules that the launcher needs, and no other.
final class ModulesProcessIT {

    private static final Path LAUNCHER = Path.of(System.getProperty("launcher.directory", "target/launcher"));

    /// What libraries name but the launcher never comes to. Who uses more of a library has to look here again.
    private static final Map<String, String> NEVER_USED = Map.of(
            "java.desktop", "jackson-databind looks for annotations of Java beans, where there are any",
            "java.sql", "jackson-databind reads and writes SQL's dates, where there are any");

    @TempDir
    Path classes;

    @Test
    void theRuntimeHasWhatTheLauncherNeeds() throws IOException {
        Set<String> needed = new TreeSet<>(jdeps());
        needed.removeAll(NEVER_USED.keySet());

        assertEquals(needed, inTheImage());
    }

    private static Set<String> inTheImage() throws IOException {
        String modules = Files.readAllLines(Path.of("Dockerfile.base")).stream()
                .filter(line -> line.startsWith("ARG MODULES="))
                .findFirst()
                .orElseThrow(() -> new AssertionError("Dockerfile.base has no ARG MODULES="));
        return new TreeSet<>(
                Arrays.asList(modules.substring("ARG MODULES=".length()).split(",", -1)));
    }

    /// The JDK's modules that the classes refer to. Of directories, because jdeps wants a module path for jars that are
    /// modules.
    private Set<String> jdeps() throws IOException {
        // First on the class path: a class of its own stands for a library's of the same name.
        unpackClasses(LAUNCHER.resolve("consul-launcher.jar"));
        try (Stream<Path> libraries = Files.list(LAUNCHER.resolve("lib"))) {
            for (Path library : libraries.toList()) {
                unpackClasses(library);
            }
        }
        StringWriter out = new StringWriter();
        int status = ToolProvider.findFirst("jdeps")
                .orElseThrow()
                .run(
                        new PrintWriter(out),
                        new PrintWriter(out),
                        "-summary",
                        "--ignore-missing-deps",
                        "--multi-release=25",
                        classes.toString());
        assertEquals(0, status, out::toString);
        Set<String> modules = new TreeSet<>();
        for (String line : out.toString().lines().toList()) {
            modules.add(line.substring(line.indexOf("-> ") + "-> ".length()));
        }
        // Optional libraries of the libraries.
        modules.remove("not found");
        return modules;
    }

    private void unpackClasses(Path jar) throws IOException {
        try (ZipFile content = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : Collections.list(content.entries())) {
                String name = entry.getName();
                Path file = classes.resolve(name);
                if (name.endsWith(".class")
                        && !name.endsWith("module-info.class")
                        && !name.startsWith("META-INF/")
                        && Files.notExists(file)) {
                    Files.createDirectories(file.resolveSibling(""));
                    Files.copy(content.getInputStream(entry), file);
                }
            }
        }
    }
}
