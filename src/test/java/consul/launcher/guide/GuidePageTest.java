package consul.launcher.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Keeps docs/guide.md and what it rests on in step, and the links between pages alive.
final class GuidePageTest {

    private static final Path GUIDE = Path.of("docs/guide.md");
    private static final Path TESTS = Path.of("src/test/java");

    /// A class of tests, and one of its methods.
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+(?:Test|IT))(?:\\.(\\w+))?`");

    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]*)(?:#([^)]*))?\\)");

    /// What a statement ends with: tests, members of AWS's models, or the address of a page.
    private static final Pattern EVIDENCE =
            Pattern.compile("\\[((AWS|Consul|Spring|Registrator): .+|`[A-Z]\\w+(Test|IT)[.\\w]*`(, `.+`)*)][.;]?$");

    private static final Pattern AWS_MEMBER =
            Pattern.compile("`((?:autoscaling|cloudformation|ec2|ecs|servicediscovery)\\.[A-Z][\\w.]+)`");

    private static final Pattern TEST_METHOD = Pattern.compile("@Test\\s+(?:@\\w+\\(.*\\)\\s+)*void (\\w+)\\(");

    @Test
    void endsEachStatementWithWhatShowsIt() throws IOException {
        List<String> statements = items(Files.readAllLines(GUIDE));
        assertTrue(statements.size() > 30, "statements: " + statements.size());
        assertEquals(
                List.of(),
                statements.stream()
                        .filter(statement -> !EVIDENCE.matcher(statement).find())
                        .toList());
    }

    @Test
    void wouldTellAStatementWithNothingBehindIt() {
        assertEquals(
                List.of("shown. [`FooTest.shows`]", "said. [AWS: `ecs.HealthCheck`]", "one. [`FooTest.shows`] Two."),
                items(List.of(
                        "# Title",
                        "- shown.",
                        "  [`FooTest.shows`]",
                        "- said. [AWS: `ecs.HealthCheck`]",
                        "- one.",
                        "  [`FooTest.shows`] Two.",
                        "",
                        "Not an item.")));
        assertTrue(EVIDENCE.matcher("shown. [`FooTest.shows`, `BarConsulIT`]").find());
        assertTrue(EVIDENCE.matcher("said. [AWS: `ecs.HealthCheck`]").find());
        assertFalse(EVIDENCE.matcher("one. [`FooTest.shows`] Two.").find());
        assertFalse(EVIDENCE.matcher("one. [a link](page.md)").find());
    }

    /// The list's items, each on one line.
    private static List<String> items(List<String> lines) {
        List<String> items = new ArrayList<>();
        boolean open = false;
        for (String line : lines) {
            if (line.startsWith("- ")) {
                items.add(line.substring(2));
                open = true;
            } else if (open && line.startsWith("  ")) {
                items.add(items.removeLast() + " " + line.strip());
            } else {
                open = false;
            }
        }
        return items;
    }

    @Test
    void namesTestsThatExist() throws IOException {
        List<String> missing = new ArrayList<>();
        int named = 0;
        Matcher test = TEST.matcher(Files.readString(GUIDE));
        while (test.find()) {
            named++;
            String method = test.group(2) == null ? "class " + test.group(1) : "void " + test.group(2) + "(";
            if (!source(test.group(1)).contains(method)) {
                missing.add(test.group());
            }
        }
        assertEquals(List.of(), missing);
        assertTrue(named > 40, "tests named: " + named);
    }

    @Test
    void saysWhatEachOfItsOwnTestsShows() throws IOException {
        String guide = Files.readString(GUIDE);
        List<String> untold = new ArrayList<>();
        for (String type : List.of("GuideConsulIT", "GuideServersConsulIT")) {
            Matcher method = TEST_METHOD.matcher(source(type));
            while (method.find()) {
                if (!guide.contains("`" + type + "." + method.group(1) + "`")) {
                    untold.add(type + "." + method.group(1));
                }
            }
        }
        assertEquals(List.of(), untold);
    }

    @Test
    void looksUpEveryMemberOfAwsThatItNames() throws IOException {
        Set<String> named = new TreeSet<>();
        AWS_MEMBER.matcher(Files.readString(GUIDE)).results().forEach(member -> named.add(member.group(1)));
        assertEquals(
                named,
                AwsStatements.ALL.stream().map(AwsStatements::member).collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void linksToPagesAndHeadingsThatExist() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(Path.of("README.md"), Path.of("CONTRIBUTING.md")));
        try (Stream<Path> files = Files.walk(Path.of("docs"))) {
            files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
        }
        List<String> missing = new ArrayList<>();
        for (Path page : pages) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                Path target = link.group(1).isEmpty()
                        ? page.toAbsolutePath()
                        : page.toAbsolutePath().resolveSibling(link.group(1)).normalize();
                if (!Files.exists(target)
                        || (link.group(2) != null && !anchors(target).contains(link.group(2)))) {
                    missing.add(page + " " + link.group());
                }
            }
        }
        assertEquals(List.of(), missing);
    }

    @Test
    void namesClassesThatExistOnThePageForDevelopers() throws IOException {
        Set<String> missing = new TreeSet<>();
        Matcher name = Pattern.compile("`(?:[a-z]\\w*\\.)?([A-Z][a-z]\\w+)(?:\\.(\\w+))?`")
                .matcher(Files.readString(Path.of("docs/architecture.md")));
        while (name.find()) {
            String source = source(name.group(1), Path.of("src"));
            if (source.isEmpty() || (name.group(2) != null && !source.contains(" " + name.group(2)))) {
                missing.add(name.group());
            }
        }
        assertEquals(Set.of("`NotFound`"), missing, "a record in IdentitySource");
    }

    /// As GitHub makes them.
    private static Set<String> anchors(Path page) throws IOException {
        return Files.readAllLines(page).stream()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    private static String source(String type) throws IOException {
        return source(type, TESTS);
    }

    private static String source(String type, Path below) throws IOException {
        try (Stream<Path> files = Files.walk(below)) {
            List<Path> found =
                    files.filter(file -> file.endsWith(type + ".java")).toList();
            return found.isEmpty() ? "" : Files.readString(found.getFirst());
        }
    }
}
