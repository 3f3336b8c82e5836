package consul.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Argument beats configuration beats variable beats metadata beats default; and a flag that loses is not passed.
class PrecedenceTest {

    @TempDir
    Path directory;

    /// A derived flag, what derives it, and how the user sets the same by an argument and in JSON, HCL and a fragment.
    static Stream<Arguments> flags() {
        String server = "CONSUL_SERVER=true BOOTSTRAP_EXPECT=3";
        return Stream.of(
                Arguments.of("-server", server, "-server", "server", "true"),
                Arguments.of("-server", server, "-server=1", "server", "true"),
                Arguments.of("-ui", server, "-ui=false", "ui", "false"),
                Arguments.of("-ui", "CONSUL_UI=true", "-ui=false", "ui", "false"),
                Arguments.of("-ui", server, "-ui", "ui_config.enabled", "true"),
                Arguments.of("-ui", server, "-ui-dir=/x", "ui_dir", "\"/x\""),
                Arguments.of("-ui", server, "-ui-dir=/x", "ui_config.dir", "\"/x\""),
                Arguments.of("-bootstrap-expect", server, "-bootstrap-expect=5", "bootstrap_expect", "5"),
                Arguments.of("-bootstrap-expect", server, "-bootstrap", "bootstrap", "true"),
                Arguments.of("-node", "A=b", "-node=x", "node_name", "\"x\""),
                Arguments.of("-advertise", "A=b", "-advertise=10.9.9.9", "advertise_addr", "\"10.9.9.9\""),
                Arguments.of(
                        "-advertise",
                        "A=b",
                        "-advertise={{x}}",
                        "advertise_addr",
                        "\"{{ GetInterfaceIP \\\"eth0\\\" }}\""),
                Arguments.of("-retry-join", "TAG_KEY=a TAG_VALUE=b", "-retry-join=x", "retry_join", "[\"x\"]"),
                Arguments.of("-retry-join", "CONSUL_RETRY_JOIN=y", "-retry-join=x", "retry_join", "[\"x\", \"z\"]"),
                Arguments.of("-client", "A=b", "-client=127.0.0.1", "client_addr", "\"127.0.0.1\""),
                Arguments.of(
                        "-node-meta=instance-id", "A=b", "-node-meta=instance-id:x", "node_meta.instance-id", "\"x\""));
    }

    @ParameterizedTest
    @MethodSource("flags")
    void isDerivedWhereNobodySetsIt(String flag, String variables) {
        assertEquals(1, count(flag, Draft.of(variables)));
    }

    @ParameterizedTest
    @MethodSource("flags")
    void losesToAnArgument(String flag, String variables, String argument) {
        Draft draft = Draft.of(variables + " agent " + argument);

        assertEquals(List.of(), draft.problems());
        assertEquals(0, count(flag, draft));
    }

    @ParameterizedTest
    @MethodSource("flags")
    void losesToAJsonFile(String flag, String variables, String argument, String key, String value) {
        Draft draft = Draft.of(variables).file(directory, "x.json", json(key, value));

        assertEquals(List.of(), draft.problems());
        assertEquals(0, count(flag, draft));
        assertNoteNames("x.json", key, draft, flag);
    }

    @ParameterizedTest
    @MethodSource("flags")
    void losesToAnHclFile(String flag, String variables, String argument, String key, String value) {
        Draft draft = Draft.of(variables).file(directory, "x.hcl", hcl(key, value));

        assertEquals(List.of(), draft.problems());
        assertEquals(0, count(flag, draft));
        assertNoteNames("x.hcl", key, draft, flag);
    }

    @ParameterizedTest
    @MethodSource("flags")
    void losesToTheLocalConfigurationVariable(
            String flag, String variables, String argument, String key, String value) {
        Draft draft = Draft.of(variables).set("CONSUL_LOCAL_CONFIG", json(key, value));

        assertEquals(List.of(), draft.problems());
        assertEquals(0, count(flag, draft));
        assertNoteNames("CONSUL_LOCAL_CONFIG", key, draft, flag);
    }

    @ParameterizedTest
    @MethodSource("flags")
    void losesToAnHclArgument(String flag, String variables, String argument, String key, String value) {
        Draft draft = Draft.of(variables).arguments("-hcl", hcl(key, value));

        assertEquals(List.of(), draft.problems());
        assertEquals(0, count(flag, draft));
        assertNoteNames("-hcl", key, draft, flag);
    }

    @Test
    void takesTheRoleFromTheStrongestSource() {
        String variables = "CONSUL_SERVER=false BOOTSTRAP_EXPECT=3 agent";
        Draft byFile = Draft.of(variables).file(directory, "a.json", "{\"server\": true}");
        Draft byArgument =
                Draft.of("CONSUL_SERVER=true agent -server=false").file(directory, "a.json", "{\"server\": true}");
        Draft byFragment = Draft.of("BOOTSTRAP_EXPECT=3 agent -server=false").arguments("-hcl", "server = true");

        assertEquals(Role.SERVER, byFile.draft().role());
        assertEquals(Role.CLIENT, byArgument.draft().role());
        assertEquals(Role.SERVER, byFragment.draft().role());
        assertTrue(byFile.command().notes().stream()
                .anyMatch(note -> note.equals("CONSUL_SERVER=false has no effect: server in "
                        + directory.resolve("a.json") + " says otherwise")));
    }

    @Test
    void saysWhichFileMakesAClientExpectServers() {
        Draft draft = Draft.of("agent -server=false")
                .file(directory, "a.json", "{\"server\": true, \"bootstrap_expect\": 3}");

        assertEquals(
                List.of(
                        "bootstrap_expect in " + directory.resolve("a.json")
                                + " is set, but this agent is a client: remove it, or make this a server by CONSUL_SERVER=true or -server"),
                draft.problems());
    }

    @Test
    void letsAVariableBeatMetadata() {
        Draft draft = Draft.of("AWS_DEFAULT_REGION=ap-south-1 TAG_KEY=a TAG_VALUE=b agent");

        assertTrue(draft.derived().contains("region=ap-south-1 "), draft::derived);
        assertEquals(
                "variable TAG_KEY and TAG_VALUE, region by variable AWS_DEFAULT_REGION",
                draft.origin("-retry-join").describe());
    }

    /// As the official script does it, the flag of CONSUL_CLIENT is passed and beats what a file says.
    @Test
    void keepsPassingTheScriptsFlagsWhateverFilesSay() {
        Draft draft = Draft.of("agent")
                .client("-client=127.0.0.1")
                .bind("-bind=10.0.0.9")
                .file(directory, "a.json", "{\"client_addr\": \"1.2.3.4\", \"bind_addr\": \"1.2.3.4\"}");

        assertTrue(draft.command().arguments().containsAll(List.of("-client=127.0.0.1", "-bind=10.0.0.9")));
    }

    /// Consul keeps them as further tagged addresses; the agent's own address is still the one advertised.
    @Test
    void derivesTheAddressBesideAddressesForOneProtocolOnly() {
        Draft draft = Draft.of("agent")
                .file(
                        directory,
                        "a.json",
                        "{\"advertise_addr_ipv4\": \"1.2.3.4\", \"addresses\": {\"http\": \"127.0.0.1\"}}");

        assertTrue(draft.command().arguments().containsAll(List.of("-advertise=10.0.0.5", "-client=0.0.0.0")));
    }

    private static void assertNoteNames(String file, String key, Draft draft, String flag) {
        // Of what agrees there is nothing to say.
        if (flag.equals("-server")
                || (flag.equals("-ui") && draft.command().notes().isEmpty())) {
            return;
        }
        assertTrue(
                draft.command().notes().stream().anyMatch(note -> note.contains(key + " in ") && note.endsWith(file)),
                () -> "no note names " + key + " in " + file + ": "
                        + draft.command().notes());
    }

    private static long count(String flag, Draft draft) {
        List<Flag> flags = draft.command().flags();
        return flags.stream()
                .filter(each -> each.origin().kind() != consul.launcher.config.Origin.Kind.ARGUMENT)
                .map(each -> each.words().getFirst())
                .filter(word -> word.equals(flag)
                        || word.startsWith(flag + "=")
                        || (flag.contains("=") && word.startsWith(flag + ":")))
                .count();
    }

    private static String json(String key, String value) {
        int dot = key.indexOf('.');
        return dot < 0
                ? "{\"" + key + "\": " + value + "}"
                : "{\"" + key.substring(0, dot) + "\": {\"" + key.substring(dot + 1) + "\": " + value + "}}";
    }

    private static String hcl(String key, String value) {
        int dot = key.indexOf('.');
        return dot < 0
                ? key + " = " + value
                : key.substring(0, dot) + " {\n  \"" + key.substring(dot + 1) + "\" = " + value + "\n}\n";
    }
}
