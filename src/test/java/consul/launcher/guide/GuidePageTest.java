package consul.launcher.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class GuidePageTest {

    /// A class of tests, and one of its methods.
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+(?:Test|IT))(?:\\.(\\w+))?`");

    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");

    @Test
    void namesTestsThatExist() throws IOException {
        List<String> missing = new ArrayList<>();
        int named = 0;
        Matcher test = TEST.matcher(Files.readString(Path.of("docs/guide.md")));
        while (test.find()) {
            named++;
            String method = test.group(2) == null ? "class " + test.group(1) : "void " + test.group(2) + "(";
            if (!source(test.group(1)).contains(method)) {
                missing.add(test.group());
            }
        }
        assertEquals(List.of(), missing);
        assertTrue(named > 20, "tests named: " + named);
    }

    @Test
    void linksToPagesThatExist() throws IOException {
        List<String> missing = new ArrayList<>();
        for (Path page : List.of(Path.of("docs/guide.md"), Path.of("docs/errors.md"), Path.of("README.md"))) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                if (!Files.exists(page.toAbsolutePath().resolveSibling(link.group(1)))) {
                    missing.add(page + " " + link.group(1));
                }
            }
        }
        assertEquals(List.of(), missing);
    }

    private static String source(String type) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            List<Path> found =
                    files.filter(file -> file.endsWith(type + ".java")).toList();
            return found.isEmpty() ? "" : Files.readString(found.getFirst());
        }
    }
}
