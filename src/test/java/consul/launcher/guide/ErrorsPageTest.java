package consul.launcher.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ErrorsPageTest {

    private static final Path PAGE = Path.of("docs/errors.md");
    private static final Path SOURCES = Path.of("src/main/java");

    /// A row of a table: messages in code spans, then cause and cure.
    private static final Pattern ROW = Pattern.compile("^\\| (`.+`) \\| (.*) \\|$");

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    @TempDir
    Path directory;

    @Test
    void hasEveryMessageThatTheSourcesHave() throws IOException {
        SortedMap<String, String> messages = messages(SOURCES);
        assertTrue(messages.size() > 100, () -> "too few were found: " + messages.keySet());
        messages.keySet().removeAll(page());
        assertEquals(
                "",
                String.join(
                        "\n",
                        messages.entrySet().stream()
                                .map(missing ->
                                        "| `" + missing.getKey() + "` | cause and cure |  <- " + missing.getValue())
                                .toList()),
                "add these rows to " + PAGE);
    }

    @Test
    void hasNoMessageThatNoSourceHas() throws IOException {
        Set<String> page = page();
        page.removeAll(messages(SOURCES).keySet());
        assertEquals(Set.of(), page, "remove or correct these in " + PAGE);
    }

    @Test
    void tellsACauseAndACureForEach() throws IOException {
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                assertTrue(row.group(2).strip().contains(" "), () -> "cause and cure are missing: " + line);
            }
        }
    }

    @Test
    void findsMessagesHoweverTheyAreMade() throws IOException {
        Files.writeString(directory.resolve("Names.java"), """
                final class Names {
                    static final String DOOR = "THE_DOOR";
                }
                """);
        Files.writeString(directory.resolve("Planted.java"), """
                final class Planted {
                    private static final String OPEN = "open it";
                    void all(boolean shut, String colour, int count) {
                        String end = shut ? "shut" : "locked";
                        String key = "a key";
                        log.error("the " + colour + " door is " + (shut ? "shut" : "locked"));
                        problems.accept(new Problem(Names.DOOR + " is '" + colour + "'", OPEN));
                        findings.problem("no " + key + " at position " + (count + 1), "look at " + colour.strip());
                        log.error(end);
                        log.info("no error");
                    }
                }
                """);
        Files.writeString(directory.resolve("Reason.java"), """
                enum Reason {
                    SHUT("the door is shut", "open {}");
                    Reason(String what, String next) {}
                }
                """);
        assertEquals(
                List.of(
                        "THE_DOOR is '…': open it",
                        "no a key at position …: look at …",
                        "recovery blocked: the door is shut",
                        "the … door is locked",
                        "the … door is shut"),
                List.copyOf(messages(directory).keySet()));
    }

    private static SortedMap<String, String> messages(Path sources) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            return Messages.in(files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList());
        }
    }

    private static Set<String> page() throws IOException {
        List<String> all = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                // In a table a bar is written so.
                CODE.matcher(row.group(1))
                        .results()
                        .forEach(code -> all.add(code.group(1).replace("\\|", "|")));
            }
        }
        Set<String> once = new TreeSet<>(all);
        assertEquals(once.size(), all.size(), "a message is on the page twice");
        return once;
    }
}
