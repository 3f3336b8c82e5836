package consul.launcher.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ArchitectureTest {

    private static final Pattern PARAGRAPH = Pattern.compile("\n- \\*\\*(\\w+)\\*\\* .*Knows ([\\w, ]+)\\.");

    private static final String ROOT = "consul.launcher";
    private static final String PLANTED = ROOT + ".architecture.planted";

    private static final JavaClasses LAUNCHER = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages(ROOT);
    private static final JavaClasses VIOLATIONS = new ClassFileImporter().importPackages(PLANTED);

    @ParameterizedTest
    @MethodSource("rules")
    void holds(ArchRule rule) {
        rule.check(LAUNCHER);
    }

    static List<ArchRule> rules() {
        return new Rules(ROOT).all();
    }

    @Test
    void readsTheLaunchersClasses() {
        assertTrue(LAUNCHER.contain(ROOT + ".config.Environment"));
        assertTrue(LAUNCHER.stream().noneMatch(type -> type.getFullName().startsWith(PLANTED)));
    }

    /// A gate counts only after it was seen to fail.
    @ParameterizedTest
    @MethodSource("violations")
    void seesThePlantedViolation(ArchRule rule, List<String> found) {
        EvaluationResult result = rule.evaluate(VIOLATIONS);
        String report = String.join("\n", result.getFailureReport().getDetails());

        assertTrue(result.hasViolation(), rule.getDescription());
        assertEquals(
                List.of(), found.stream().filter(part -> !report.contains(part)).toList(), report);
    }

    static Stream<Arguments> violations() {
        Rules rules = new Rules(PLANTED);
        return Stream.of(
                Arguments.of(oneOf(rules, "every package has its place"), List.of("stray.Stray")),
                Arguments.of(oneOf(rules, "config knows json"), List.of("config.KnowsTheAgent")),
                Arguments.of(oneOf(rules, "agent knows config"), List.of("agent.KnowsEverything")),
                Arguments.of(rules.noCycles(), List.of("Cycle detected", "config.KnowsTheAgent")),
                Arguments.of(
                        rules.onlyCliTouchesTheProcessItRunsIn(),
                        List.of(
                                "System.getenv()",
                                "System.getenv(java.lang.String)",
                                "System.exit(int)",
                                "Runtime.halt(int)",
                                "System.out>",
                                "System.err>",
                                "System.in>")),
                Arguments.of(rules.onlyAwsAndConsulTalkHttp(), List.of("okhttp3.OkHttpClient")),
                Arguments.of(
                        rules.onlyTheEc2ApiKnowsTheAwsSdk(),
                        List.of("software.amazon.awssdk.regions.Region", "javax.xml.stream.XMLInputFactory")),
                Arguments.of(
                        rules.onlyProcessHasProcesses(),
                        List.of(
                                "ProcessBuilder",
                                "ProcessHandle",
                                "sun.misc.Signal",
                                "java.lang.foreign",
                                "Runtime.exec(")),
                Arguments.of(rules.nothingSlow(), List.of("java.util.logging.Logger", "java.net.http.HttpClient")),
                Arguments.of(
                        rules.noStaticMutableState(),
                        List.of("KnowsEverything.counter", "KnowsEverything.NAMES", "KnowsEverything.TOTAL")),
                Arguments.of(rules.everyPackageIsNullMarked(), List.of("stray.Stray")));
    }

    @Test
    void plantsNothingWhereItIsAllowed() {
        Rules rules = new Rules(PLANTED);

        String report = Stream.of(rules.onlyAwsAndConsulTalkHttp())
                .flatMap(rule -> rule.evaluate(VIOLATIONS).getFailureReport().getDetails().stream())
                .toList()
                .toString();

        assertTrue(!report.contains("aws.MayTalkHttp"), report);
    }

    /// A paragraph for each package, in their order, which ends with whom it knows.
    @Test
    void holdsAsThePageSays() throws IOException {
        String page = Files.readString(Path.of("docs/architecture.md")).replaceAll("\\n  +", " ");
        Map<String, List<String>> said = new LinkedHashMap<>();
        Matcher paragraph = PARAGRAPH.matcher(page);
        while (paragraph.find()) {
            List<String> known = new ArrayList<>(List.of(paragraph.group(2).split(", | and ", -1)));
            known.remove("nobody");
            said.put(paragraph.group(1), known);
        }
        Map<String, List<String>> enforced = Rules.knows();
        enforced.remove("cli");
        assertEquals(enforced, said);
        assertTrue(page.contains("\n- **cli** "));
    }

    private static ArchRule oneOf(Rules rules, String start) {
        return rules.oneWay().stream()
                .filter(rule -> rule.getDescription().startsWith(start))
                .findFirst()
                .orElseThrow();
    }
}
