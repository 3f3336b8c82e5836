package consul.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.Origin;
import consul.launcher.config.Problem;
import consul.launcher.config.Sourced;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserConfigurationTest {

    @TempDir
    Path directory;

    private final List<Problem> problems = new ArrayList<>();

    @Test
    void isEmptyWithoutADirectory() {
        UserConfiguration configuration = read(directory.resolve("none"));

        assertEquals(Optional.empty(), configuration.value("node_name"));
        assertEquals(List.of(), configuration.warnings());
        assertTrue(configuration.isComplete());
    }

    @Test
    void namesTheFileAndTheKeyOfAValue() throws IOException {
        write("a.json", "{\"ports\": {\"HTTP\": 8501}, \"Node_Name\": \"x\"}");

        UserConfiguration configuration = read(directory);

        assertEquals(
                Optional.of(new Sourced<>(
                        "8501", Origin.configuration(directory.resolve("a.json").toString(), "ports.http"))),
                configuration.value("ports.http"));
        assertEquals("x", value(configuration, "node_name"));
    }

    @Test
    void letsTheLaterFileWinAndAppendsLists() throws IOException {
        write("10.json", "{\"node_name\": \"a\", \"retry_join\": [\"a\"], \"ports\": {\"http\": 1, \"dns\": 1}}");
        write("9.hcl", "node_name = \"b\"\nretry_join = [\"b\"]\nports { http = 2 }\n");

        UserConfiguration configuration = read(directory);

        assertEquals("b", value(configuration, "node_name"));
        assertEquals("2", value(configuration, "ports.http"));
        assertEquals("1", value(configuration, "ports.dns"));
        assertEquals(
                List.of("a", "b"),
                configuration.list("retry_join").stream().map(Sourced::value).toList());
    }

    @Test
    void readsTheVariableWhereItsFileWillStand() throws IOException {
        write("a.json", "{\"node_name\": \"a\", \"client_addr\": \"a\"}");
        write("local.json", "{\"node_name\": \"old\", \"bind_addr\": \"old\"}");
        write("z.json", "{\"client_addr\": \"z\"}");

        UserConfiguration configuration = UserConfiguration.read(
                Optional.of("{\"node_name\": \"local\", \"client_addr\": \"local\"}"),
                directory,
                List.of(),
                problems::add);

        assertEquals("local", value(configuration, "node_name"));
        assertEquals("z", value(configuration, "client_addr"));
        assertEquals(Optional.empty(), configuration.value("bind_addr"));
        assertEquals(
                Origin.configuration("CONSUL_LOCAL_CONFIG", "node_name"),
                configuration.value("node_name").orElseThrow().origin());
    }

    @Test
    void readsTheVariableBeforeTheDirectoryExists() {
        UserConfiguration configuration = UserConfiguration.read(
                Optional.of("{\"node_name\": \"x\"}"), directory.resolve("none"), List.of(), problems::add);

        assertEquals("x", value(configuration, "node_name"));
    }

    @Test
    void readsALocalFileOfTheUsersOwn() throws IOException {
        write("local.json", "{\"node_name\": \"own\"}");

        assertEquals("own", value(read(directory), "node_name"));
    }

    @Test
    void ignoresALocalFileThatTheLauncherWillRemove() throws IOException {
        write("local.json", "{\"node_name\": \"old\"}");
        write("a.json", "{\"client_addr\": \"a\"}");

        UserConfiguration configuration = UserConfiguration.readWithoutLocalJson(
                directory, List.of("-config-dir", directory.toString()), problems::add);

        assertEquals(Optional.empty(), configuration.value("node_name"));
        assertEquals("a", value(configuration, "client_addr"));
    }

    @Test
    void readsOnlyWhatConsulReads() throws IOException {
        write("a.txt", "node_name = \"txt\"");
        write("b.json.bak", "{\"node_name\": \"bak\"}");
        write("c.JSON", "{\"node_name\": \"JSON\"}");
        Files.createDirectory(directory.resolve("sub.json"));
        Files.writeString(directory.resolve("sub.json/d.json"), "{\"node_name\": \"sub\"}");
        write("e.json", "");

        UserConfiguration configuration = read(directory);

        assertEquals(Optional.empty(), configuration.value("node_name"));
        assertEquals(List.of(), configuration.warnings());
    }

    @Test
    void followsLinksAsConfigurationMapsHaveThem() throws IOException {
        Files.createDirectory(directory.resolve("..data"));
        Files.writeString(directory.resolve("..data/a.hcl"), "node_name = \"linked\"");
        Files.createSymbolicLink(directory.resolve("a.json"), Path.of("..data/a.hcl"));
        Files.createSymbolicLink(directory.resolve("b.json"), Path.of("gone.json"));

        UserConfiguration configuration = read(directory);

        assertEquals("linked", value(configuration, "node_name"));
        assertEquals(
                List.of(directory.resolve("b.json") + " could not be read: no such file"), configuration.warnings());
    }

    @Test
    void readsFilesAndDirectoriesThatArgumentsNameInTheirOrder() throws IOException {
        write("a.json", "{\"node_name\": \"own\", \"client_addr\": \"own\", \"bind_addr\": \"own\"}");
        Path other = Files.createDirectory(directory.resolve("other"));
        Files.writeString(other.resolve("x.json"), "{\"node_name\": \"dir\", \"client_addr\": \"dir\"}");
        Path file = Files.writeString(directory.resolve("other/y.hcl.txt"), "ignored");
        Path last = Files.writeString(directory.resolve("last.hcl"), "node_name = \"file\"");

        UserConfiguration configuration = read(
                directory, "--config-dir", other.toString(), "-config-file=" + last, "-config-file", file.toString());

        assertEquals("file", value(configuration, "node_name"));
        assertEquals("dir", value(configuration, "client_addr"));
        assertEquals("own", value(configuration, "bind_addr"));
    }

    @Test
    void readsEveryFileInTheFormatThatAnArgumentNames() throws IOException {
        write("a.conf", "node_name = \"conf\"");
        write("b.json", "client_addr = \"b\"");

        UserConfiguration configuration = read(directory, "-config-format=hcl");

        assertEquals("conf", value(configuration, "node_name"));
        assertEquals("b", value(configuration, "client_addr"));
        assertEquals(List.of(), problems);
    }

    @Test
    void refusesAFormatThatConsulDoesNotHave() {
        read(directory, "-config-format", "yaml");

        assertEquals(List.of(new Problem("-config-format is 'yaml'", "give hcl or json")), problems);
    }

    @Test
    void letsFragmentsWinOverFiles() throws IOException {
        write("a.json", "{\"node_name\": \"a\", \"retry_join\": [\"a\"]}");

        UserConfiguration configuration =
                read(directory, "-hcl", "node_name = \"b\"", "-hcl=node_name = \"c\" retry_join = [\"d\"]");

        assertEquals("c", value(configuration, "node_name"));
        assertEquals(
                List.of("a", "d"),
                configuration.list("retry_join").stream().map(Sourced::value).toList());
    }

    @Test
    void warnsOfWhatItCannotUnderstandWithoutShowingIt() throws IOException {
        write("a.json", "{\"encrypt\": hunter2}");
        write("b.hcl", "encrypt = hunter2");
        write("c.json", "{\"node_name\": \"c\"}");

        UserConfiguration configuration = read(directory, "-hcl", "hunter2 = ", "-config-file", "/nonexistent/x.json");

        assertEquals("c", value(configuration, "node_name"));
        assertFalse(configuration.isComplete());
        assertEquals(
                List.of(
                        directory.resolve("a.json") + " could not be read: line 1, column 13: a word without quotes",
                        directory.resolve("b.hcl")
                                + " could not be read: line 1, column 11: expected a value: a string in quotes, a number, true, false, a list or an object",
                        "/nonexistent/x.json could not be read: no such file",
                        "an -hcl argument could not be read: line 1, column 11: expected a value: a string in quotes, a number, true, false, a list or an object"),
                configuration.warnings());
        assertEquals(List.of(), problems);
    }

    @Test
    void takesNothingFromAFileThatIsBrokenAtItsEnd() throws IOException {
        write("a.json", "{\"node_name\": \"a\"");
        write("b.hcl", "client_addr = \"b\"\n}");

        UserConfiguration configuration = read(directory);

        assertEquals(Optional.empty(), configuration.value("node_name"));
        assertEquals(Optional.empty(), configuration.value("client_addr"));
        assertEquals(2, configuration.warnings().size());
    }

    @Test
    void leavesAFileAloneThatIsFarTooLarge() throws IOException {
        write("a.json", "{\"node_name\": \"" + "x".repeat(5 << 20) + "\"}");

        assertEquals(
                List.of(directory.resolve("a.json") + " could not be read: it is larger than 4 MiB"),
                read(directory).warnings());
    }

    @Test
    void neverReadsWhatIsNoFile() {
        UserConfiguration configuration = read(directory, "-config-format=json", "-config-file", "/dev/null");

        assertEquals(
                List.of("/dev/null could not be read: it is no regular file, and reading"
                        + " it could take it away from Consul"),
                configuration.warnings());
    }

    @Test
    void letsConsulDecideWhereAFileThatMayHoldTheNumberIsBroken() throws IOException {
        Draft draft = Draft.of("agent -server").file(directory, "a.json", "{\"bootstrap_expect\": 3,}");

        assertEquals(List.of(), draft.problems());
        assertEquals(1, draft.draft().warnings().size());
    }

    /// B4: a file that can't be understood may set anything. What the launcher's own variables say is passed on.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "agent | ^^",
                "agent -server | ^^",
                "CONSUL_SERVER=true BOOTSTRAP_EXPECT=3 agent | -server -bootstrap-expect=3",
                "BOOTSTRAP_EXPECT=3 CONSUL_LEAVE=never agent | -bootstrap-expect=3 -hcl=leave_on_terminate=false",
                "TAG_KEY=k TAG_VALUE=v AWS_REGION=eu-west-1 agent | -retry-join provider=aws tag_key=k tag_value=v region=eu-west-1",
            })
    void derivesNothingThatAFileItCannotUnderstandMaySet(String line, String derived) {
        Draft draft =
                Draft.of(line).file(directory, "a.json", "{\"server\": true,}").file(directory, "b.json", "{");

        assertEquals(derived, draft.derived());
        assertEquals(List.of(), draft.problems());
        assertEquals(1, draft.command().warnings().size());
        String warning = draft.command().warnings().getFirst();
        assertTrue(warning.contains("a.json could not be read: line 1") && warning.contains("b.json"), warning);
        assertTrue(draft.draft().wanted().isEmpty());
    }

    /// What Consul calls deprecated, and reads.
    @ParameterizedTest
    @CsvSource({
        "agent, acl_agent_token",
        "default, acl_token",
        "replication, acl_replication_token",
    })
    void takesTheOldSpellingOfATokenForSet(String token, String key) {
        Draft draft = Draft.of("agent").file(directory, "a.json", "{\"" + key + "\": \"HUNTER2\"}");

        assertFalse(draft.draft().passesSecret("acl.tokens." + token));
        assertTrue(Draft.of("agent").draft().passesSecret("acl.tokens." + token));
    }

    @Test
    void takesALinkThatAnArgumentNamesByItsOwnName() throws IOException {
        Path file = Files.writeString(directory.resolve("a.txt"), "node_name = \"linked\"");
        Path hcl = Files.createSymbolicLink(directory.resolve("a.hcl"), file);
        Files.writeString(directory.resolve("b.json"), "{\"client_addr\": \"x\"}");
        Path text = Files.createSymbolicLink(directory.resolve("b"), Path.of("b.json"));

        UserConfiguration configuration =
                read(directory.resolve("none"), "-config-file=" + hcl, "-config-file=" + text);

        assertEquals("linked", value(configuration, "node_name"));
        assertEquals(Optional.empty(), configuration.value("client_addr"));
        assertTrue(configuration.isComplete());
    }

    @Test
    void keepsOfSecretsAtMostThatTheyAreSet() throws IOException {
        write(
                "a.json",
                "{\"encrypt\": \"k\", \"acl\": {\"tokens\": {\"agent\": \"t\", \"default\": \"\"}}, \"service\": {\"token\": \"t\"}}");

        UserConfiguration configuration = read(directory);

        assertEquals("***", value(configuration, "encrypt"));
        assertEquals("***", value(configuration, "acl.tokens.agent"));
        assertEquals("", value(configuration, "acl.tokens.default"));
        assertEquals(Optional.empty(), configuration.value("service.token"));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private UserConfiguration read(Path configDirectory, String... arguments) {
        return UserConfiguration.read(Optional.empty(), configDirectory, List.of(arguments), problems::add);
    }

    private static String value(UserConfiguration configuration, String path) {
        return configuration.value(path).orElseThrow().value();
    }
}
