package consul.launcher.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where `recovery` looks for what the supervising launcher knows.
final class AgentLocatorTest {

    @TempDir
    private Path directory;

    private Path proc;
    private Path configured;
    private int pid;

    @BeforeEach
    void fill() throws IOException {
        proc = Files.createDirectories(directory.resolve("proc"));
        configured = Files.createDirectories(directory.resolve("configured"));
    }

    @Test
    void isTheConfiguredDirectoryWhereNothingRuns() {
        assertEquals(configured, AgentLocator.dataDirectory(configured, proc));
    }

    @Test
    void isWhereTheAgentWasToldToHaveItsData() throws IOException {
        Path mounted = kept("mounted");
        runs("consul", "agent", "-data-dir=" + configured, "-server", "-data-dir", mounted.toString());

        assertEquals(mounted, AgentLocator.dataDirectory(configured, proc));
    }

    /// An earlier launcher may have kept something there.
    @Test
    void isWhereTheAgentHasItsDataThoughThereIsSomethingInTheConfiguredDirectory() throws IOException {
        kept("configured");
        Path mounted = kept("mounted");
        runs("consul", "agent", "-data-dir=" + mounted);

        assertEquals(mounted, AgentLocator.dataDirectory(configured, proc));
    }

    /// As where the container shares the host's process ids.
    @Test
    void isTheConfiguredDirectoryIfSeveralMayBeMeant() throws IOException {
        runs("/bin/consul", "agent", "-data-dir=" + kept("one"));
        runs("/bin/consul", "agent", "-data-dir=" + kept("another"));

        assertEquals(configured, AgentLocator.dataDirectory(configured, proc));
    }

    @Test
    void isNoDirectoryThatNoLauncherKeepsAnythingIn() throws IOException {
        runs("consul", "agent", "-data-dir=" + Files.createDirectories(directory.resolve("somebody's")));
        runs("consul", "members", "-data-dir=" + kept("another"));

        assertEquals(configured, AgentLocator.dataDirectory(configured, proc));
    }

    private Path kept(String name) throws IOException {
        Path data = directory.resolve(name);
        Files.createDirectories(data.resolve("launcher"));
        return data;
    }

    private void runs(String... words) throws IOException {
        Path process = Files.createDirectories(proc.resolve(Integer.toString(++pid)));
        Files.writeString(process.resolve("cmdline"), String.join("\0", words) + "\0");
    }
}
