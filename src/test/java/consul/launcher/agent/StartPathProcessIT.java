package consul.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import consul.launcher.testkit.Running;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every class loaded costs time before Consul runs; parsers are for launches that have something to parse.
class StartPathProcessIT {

    @TempDir
    Path directory;

    @Test
    void loadsNoParserWhereThereIsNothingToParse() throws Exception {
        String classes = classesLoaded("-log-level", "debug");

        assertTrue(classes.contains("consul.launcher.agent.AgentDraft "), classes);
        assertFalse(classes.contains("com.fasterxml"), classes);
        assertFalse(classes.contains("consul.launcher.agent.Json"), classes);
        assertFalse(classes.contains("consul.launcher.agent.Hcl"), classes);
        assertFalse(classes.contains("java.util.regex.Matcher "), classes);
    }

    @Test
    void loadsNoJsonParserForHcl() throws Exception {
        Files.writeString(directory.resolve("a.hcl"), "node_name = \"x\"");

        String classes = classesLoaded();

        assertTrue(classes.contains("consul.launcher.agent.HclConfiguration "), classes);
        assertFalse(classes.contains("com.fasterxml"), classes);
    }

    @Test
    void loadsTheOwnParserAloneForJson() throws Exception {
        Files.writeString(directory.resolve("a.json"), "{\"node_name\": \"x\"}");

        String classes = classesLoaded();

        assertTrue(classes.contains("consul.launcher.json.JsonReader "), classes);
        assertFalse(classes.contains("com.fasterxml"), classes);
        assertFalse(classes.contains("consul.launcher.agent.Hcl"), classes);
    }

    @Test
    void loadsTheStreamingParserToTellWhereJsonIsBroken() throws Exception {
        Files.writeString(directory.resolve("a.json"), "{\"node_name\": x}");

        String classes = classesLoaded();

        assertTrue(classes.contains("com.fasterxml.jackson.core.JsonFactory "), classes);
        assertFalse(classes.contains("com.fasterxml.jackson.databind"), classes);
    }

    private String classesLoaded(String... arguments) throws IOException, URISyntaxException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:file=" + directory.resolve("classes.log"),
                "-cp",
                place(AgentDraft.class)
                        + File.pathSeparator
                        + place(StartPath.class)
                        + File.pathSeparator
                        + place(JsonFactory.class),
                StartPath.class.getName(),
                Files.createDirectories(directory).toString()));
        command.addAll(List.of(arguments));
        Running.Finished finished = Running.run(command.toArray(String[]::new));
        assertEquals(0, finished.exitCode(), finished::toString);
        return Files.readString(directory.resolve("classes.log"));
    }

    private static String place(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }
}
