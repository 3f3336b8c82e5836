package consul.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// As Consul 1.8.7 decides itself.
final class AgentDataDirectoryTest {

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "-data-dir=/a, /a",
        "-data-dir /a, /a",
        "-data-dir=/a -data-dir=/b, /b",
        "--data-dir=/a -server, /a",
        "-data-dir=/a -hcl=data_dir=\"/c\", /c",
        "-hcl=data_dir=\"/c\" -data-dir=/a, /c",
        "-data-dir=/a -hcl=leave_on_terminate=true, /a",
        "-dev, none",
        "-data-dir=, none",
        "-node -data-dir=/x -data-dir=/a, /a",
    })
    void isWhatTheArgumentsSay(String arguments, String expected) {
        assertEquals(expected, of(arguments.split(" ")));
    }

    @Test
    void isWhatAFileSaysWhereNoArgumentDoes() throws IOException {
        Files.writeString(directory.resolve("own.hcl"), "data_dir = \"/f\"");

        assertEquals("/f", of("-config-dir=" + directory));
        assertEquals("/a", of("-config-dir=" + directory, "-data-dir=/a"));
    }

    private static String of(String... arguments) {
        return AgentDataDirectory.of(List.of(arguments)).map(Path::toString).orElse("none");
    }
}
