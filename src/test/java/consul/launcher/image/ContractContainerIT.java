package consul.launcher.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/// The contract of `docker-entrypoint.sh`, all of it, where it counts: inside the image, with the image's own shell,
/// init, Java runtime and AOT cache. Each test that runs in there is a test here.
@NeedsImage
final class ContractContainerIT {

    private static final String PACKAGE = "consul.launcher.contract";

    /// What JUnit's console launcher needs of this JVM's class path.
    private static final Pattern LIBRARY = Pattern.compile("(junit-|opentest4j-|apiguardian-api-|jspecify-).*\\.jar");

    /// Classes that need what no image has: the program `script`, and the page in docs.
    private static final List<String> OUTSIDE = List.of("TerminalProcessIT", "CompatibilityProcessIT");

    /// An idle machine needs two minutes.
    private static final Duration PATIENCE = Duration.ofMinutes(25);

    @TestFactory
    List<DynamicTest> holdsInsideTheImage() throws IOException {
        Path classes = Path.of("target/test-classes");
        try (Launched launched = Launched.start(
                imageWithTests(classes),
                Launched.host(ContractContainerIT::forNamespaces),
                "execute",
                "--disable-banner",
                "--disable-ansi-colors",
                "--details=summary",
                "--fail-if-no-tests",
                "--exclude-tag=outside-the-image",
                "--include-classname=.*ProcessIT",
                "--exclude-classname=.*(" + String.join("|", OUTSIDE) + ")",
                "--select-package=" + PACKAGE,
                "--reports-dir=/tests/reports")) {
            Launched.Ended ended = launched.await(PATIENCE);
            List<Inside> tests = launched.read("/tests/reports/TEST-junit-jupiter.xml", Inside::read);

            assertEquals(
                    classesOfTheContract(classes),
                    tests.stream().map(Inside::type).collect(Collectors.toCollection(TreeSet::new)),
                    ended::toString);
            assertEquals(tests.stream().noneMatch(Inside::failed), ended.exitCode() == 0, ended::toString);
            return tests.stream().map(Inside::asTest).toList();
        }
    }

    /// The tests make namespaces and mounts, and leave orphans to an init. Not `--privileged`, which an engine that is
    /// itself in a container may not grant.
    private static HostConfig forNamespaces(HostConfig host) {
        return host.withCapAdd(Capability.SYS_ADMIN, Capability.NET_ADMIN)
                .withSecurityOpts(List.of("seccomp=unconfined", "apparmor=unconfined"))
                .withInit(true)
                .withNetworkMode("none");
    }

    private static String imageWithTests(Path classes) {
        ImageFromDockerfile image = new ImageFromDockerfile(Images.launcher() + "-contract", false)
                .withFileFromPath("Dockerfile", Path.of("src/test/image/Dockerfile"))
                .withFileFromPath("classes", classes)
                .withBuildArg("IMAGE", Images.launcher())
                .withBuildArg("JDK_IMAGE", Images.jdk());
        List<Path> libraries = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .filter(path -> LIBRARY.matcher(path.getFileName().toString()).matches())
                .toList();
        assertFalse(libraries.isEmpty(), "JUnit is on the class path");
        for (Path library : libraries) {
            image.withFileFromPath("lib/" + library.getFileName(), library);
        }
        return image.get();
    }

    /// The names of the classes that have to run.
    private static Set<String> classesOfTheContract(Path classes) throws IOException {
        try (Stream<Path> files = Files.list(classes.resolve(PACKAGE.replace('.', '/')))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("ProcessIT.class"))
                    .filter(name -> !OUTSIDE.contains(name.replace(".class", "")))
                    .map(name -> PACKAGE + "." + name.substring(0, name.length() - ".class".length()))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /// A test that ran inside.
    ///
    /// @param type the class
    /// @param result `failure`, `error` or `skipped` with what there is to say, or nothing where it passed
    private record Inside(String type, String name, Result result, String message) {

        private enum Result {
            PASSED,
            FAILED,
            SKIPPED
        }

        /// From a report in the format of JUnit 4.
        static List<Inside> read(InputStream report) throws IOException {
            NodeList cases;
            try {
                cases = DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(report)
                        .getElementsByTagName("testcase");
            } catch (ParserConfigurationException | SAXException e) {
                throw new IOException("no report of JUnit's: " + e.getMessage(), e);
            }
            List<Inside> tests = new ArrayList<>();
            for (int i = 0; i < cases.getLength(); i++) {
                if (cases.item(i) instanceof Element test) {
                    tests.add(of(test));
                }
            }
            return tests;
        }

        private static Inside of(Element test) {
            String type = test.getAttribute("classname");
            String name = test.getAttribute("name");
            for (String bad : List.of("failure", "error")) {
                if (test.getElementsByTagName(bad).item(0) instanceof Element failure) {
                    return new Inside(type, name, Result.FAILED, failure.getTextContent());
                }
            }
            if (test.getElementsByTagName("skipped").item(0) instanceof Element skipped) {
                return new Inside(type, name, Result.SKIPPED, skipped.getTextContent());
            }
            return new Inside(type, name, Result.PASSED, "");
        }

        boolean failed() {
            return result == Result.FAILED;
        }

        DynamicTest asTest() {
            String test = type.substring(PACKAGE.length() + 1) + "." + name;
            return dynamicTest(test, () -> {
                switch (result) {
                    case PASSED -> {}
                    // Maven's reports number dynamic tests and don't name them.
                    case FAILED -> fail(test + ": " + message);
                    case SKIPPED -> Assumptions.abort(test + ": " + message);
                }
            });
        }
    }
}
