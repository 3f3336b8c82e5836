package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `ready` without and with the answer that a supervising launcher keeps. No agent answers here, so whoever asks for it
/// is told that it isn't ready.
@Execution(ExecutionMode.CONCURRENT)
final class ReadyProcessIT {

    @AutoClose
    private final Scenario scenario = Scenario.create();

    private final Path file = scenario.data().resolve(".launcher-ready");

    @BeforeEach
    void leaveNobodyToAnswer() {
        scenario.with("CONSUL_HTTP_ADDR", "127.0.0.1:1");
    }

    private Running.Finished ready(String... options) {
        String[] words = new String[options.length + 1];
        words[0] = "ready";
        System.arraycopy(options, 0, words, 1, options.length);
        try (Running running = scenario.startLauncher(words)) {
            return running.await();
        }
    }

    private void keepAnAnswerThatIs(Duration old) throws IOException {
        Files.writeString(file, "127.0.0.1:1\n");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(old)));
    }

    private static void assertAsked(Running.Finished finished) {
        assertEquals(1, finished.exitCode(), finished::toString);
        assertTrue(finished.stdout().startsWith("not ready: no answer from http://127.0.0.1:1: "), finished::toString);
    }

    @Test
    void takesTheAnswerThatIsKept() throws IOException {
        keepAnAnswerThatIs(Duration.ofSeconds(20));

        assertEquals(new Running.Finished(0, "", ""), ready());
    }

    @Test
    void startsNoJvmWhereAnAnswerIsKept() throws IOException {
        keepAnAnswerThatIs(Duration.ofSeconds(20));
        Path nothing = Files.createDirectory(scenario.home().resolve("nothing"));
        scenario.with("CONSUL_LAUNCHER_HOME", nothing.toString()).with("JAVA_HOME", nothing.toString());

        assertEquals(0, ready().exitCode());
    }

    /// As a health check that has no such variable, or an agent that was found in another way.
    @Test
    void takesTheAnswerThatIsKeptIfNoAgentIsNamed() throws IOException {
        scenario.with("CONSUL_HTTP_ADDR", "");
        keepAnAnswerThatIs(Duration.ofSeconds(20));

        assertEquals(new Running.Finished(0, "", ""), ready());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "127.0.0.1:8500\n", "127.0.0.1:1"})
    void asksTheAgentThatIsNamedIfTheAnswerIsAboutAnother(String kept) throws IOException {
        keepAnAnswerThatIs(Duration.ZERO);
        Files.writeString(file, kept);

        assertAsked(ready());
    }

    @Test
    void asksWhereTheAnswerIsOld() throws IOException {
        keepAnAnswerThatIs(Duration.ofSeconds(61));

        assertAsked(ready());
    }

    @Test
    void asksWhereThereIsNoAnswer() {
        assertAsked(ready());
    }

    /// Whether it is a voter isn't kept.
    @Test
    void asksWhetherItIsAVoter() throws IOException {
        keepAnAnswerThatIs(Duration.ZERO);

        assertAsked(ready("--voter"));
    }

    @Test
    void asksWhereNobodyCanTellHowOldTheAnswerIs() throws IOException {
        keepAnAnswerThatIs(Duration.ZERO);
        scenario.withoutTool("find");

        assertAsked(ready());
    }

    @Test
    void asksInADirectoryWithoutAName() throws IOException {
        keepAnAnswerThatIs(Duration.ZERO);
        scenario.with("CONSUL_DATA_DIR", "");

        assertAsked(ready());
    }

    @Test
    void takesNoOtherOption() {
        Running.Finished finished = ready("--leader");

        assertEquals(64, finished.exitCode(), finished::toString);
        assertTrue(finished.stderr().contains("usage: consul-launcher ready [--voter]"), finished::toString);
    }
}
