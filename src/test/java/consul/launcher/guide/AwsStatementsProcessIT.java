package consul.launcher.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What the guide says of AWS, looked up in AWS's own models.
final class AwsStatementsProcessIT {

    /// On a new machine the first look installs what it needs.
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @TestFactory
    Stream<DynamicTest> areWhatAwsSays() throws IOException {
        List<String> members =
                AwsStatements.ALL.stream().map(AwsStatements::member).distinct().toList();
        List<String> command = new ArrayList<>(List.of("bin/lib/check-examples", members.getFirst(), "documentation"));
        command.addAll(members.subList(1, members.size()));
        Running.Finished finished = Running.run(PATIENCE, command.toArray(String[]::new));
        assertEquals(0, finished.exitCode(), finished::toString);
        JsonNode texts = new ObjectMapper().readTree(finished.stdout());
        return AwsStatements.ALL.stream()
                .map(statement -> DynamicTest.dynamicTest(statement.member() + ": " + statement.words(), () -> {
                    String text = texts.get(statement.member()).asText();
                    assertTrue(lower(text).contains(lower(statement.words())), text);
                }));
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
