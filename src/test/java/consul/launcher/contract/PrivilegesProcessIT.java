package consul.launcher.contract;

import static consul.launcher.contract.Scenario.CONSUL_GID;
import static consul.launcher.contract.Scenario.CONSUL_HOME;
import static consul.launcher.contract.Scenario.CONSUL_UID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.contract.Scenario.Outcome;
import consul.launcher.testkit.Recorder.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// As whom Consul runs: rules 19 to 23 and 27.
@NeedsRoot
@Execution(ExecutionMode.CONCURRENT)
final class PrivilegesProcessIT {

    @AutoClose
    private final Scenario scenario = Scenario.create();

    private static void assertRunsAs(int uid, int gid, String home, Call call) {
        assertEquals(Collections.nCopies(4, uid), call.uids(), "real, effective, saved and file system uid");
        assertEquals(Collections.nCopies(4, gid), call.gids(), "real, effective, saved and file system gid");
        assertEquals(List.of(gid), call.groups(), "supplementary groups");
        assertEquals(home, call.variable("HOME").orElse("unset"), "HOME");
        assertEquals(0, Long.parseLong(call.field("CapEff"), 16), "effective capabilities");
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent", "consul", "members"})
    @DisplayName("rule 19: Consul runs as the user and group consul")
    void runsAsConsul(String command) {
        assertRunsAs(
                CONSUL_UID,
                CONSUL_GID,
                CONSUL_HOME,
                scenario.run(command, "-dev").consul());
    }

    @ParameterizedTest
    @CsvSource({
        "1500, 1600, 1500, 1600, /home/operator",
        "operator, operator, 1500, 1600, /home/operator",
        "operator, 1000, 1500, 1000, /home/operator",
        "100, '', 100, 1000, /home/consul",
        "'', 1600, 100, 1600, /home/consul",
        "'', '', 100, 1000, /home/consul",
        "4711, 4712, 4711, 4712, /",
    })
    @DisplayName("rule 19: CONSUL_UID and CONSUL_GID override, as numbers or names; empty ones don't")
    void runsAsTheGivenUser(String user, String group, int uid, int gid, String home) {
        Outcome outcome =
                scenario.with("CONSUL_UID", user).with("CONSUL_GID", group).run("agent", "-dev");

        assertRunsAs(uid, gid, home, outcome.consul());
        assertTrue(Scenario.ownerAndMode(scenario.data()).startsWith(uid + ":" + gid), "the directories are theirs");
    }

    @ParameterizedTest
    @CsvSource({
        "CONSUL_UID, nobodyknows",
        "CONSUL_GID, nobodyknows",
        "CONSUL_UID, 12x",
        "CONSUL_UID, -1",
        "CONSUL_GID, -1",
        "CONSUL_UID, 99999999999",
        "CONSUL_UID, 4294967295",
        "CONSUL_UID, '1 2'",
        "CONSUL_UID, 1000:1000",
        "CONSUL_UID, ü"
    })
    @DisplayName("rule 19: a user or group that doesn't exist is exit code 1 and names it")
    void refusesAnUnknownUser(String variable, String value) {
        Outcome outcome = scenario.with(variable, value).refuses(1, "agent", "-dev");

        assertEquals(1, outcome.errors().size(), outcome::toString);
        outcome.assertTells(variable, value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent", "version", "consul"})
    @DisplayName("rule 19: an image without a user consul is exit code 1")
    void refusesWithoutTheUser(String command) {
        scenario.prepared(
                "echo root:x:0:0:root:/root:/bin/sh >" + scenario.home() + "/passwd",
                "echo root:x:0: >" + scenario.home() + "/group");

        scenario.refuses(1, command).assertTells("consul", "CONSUL_UID");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "true", "false"})
    @DisplayName("rule 19: CONSUL_DISABLE_PERM_MGMT set, even empty: no drop, no chown, no setcap")
    void leavesPermissionsAlone(String value) {
        List<String> before = scenario.tree();

        Outcome outcome = scenario.with("CONSUL_DISABLE_PERM_MGMT", value)
                .with("CONSUL_ALLOW_PRIVILEGED_PORTS", "true")
                .with("CONSUL_UID", "nobodyknows")
                .run("agent", "-dev");

        assertEquals(0, outcome.consul().uids().getFirst(), outcome::toString);
        assertEquals("/somewhere", outcome.consul().variable("HOME").orElse(""));
        assertEquals(1, outcome.calls().size(), outcome::toString);
        assertEquals(before, scenario.tree());
    }

    @Test
    @DisplayName("rule 20: a directory of another owner is chowned, and nothing in it")
    void chownsTheDirectoriesAlone() throws IOException {
        Path inData = Files.createDirectory(scenario.data().resolve("raft"));
        Path inConfig = Files.writeString(scenario.config().resolve("own.json"), "{}");

        scenario.run("agent", "-dev");

        assertEquals(CONSUL_UID + ":" + CONSUL_GID + " 755", Scenario.ownerAndMode(scenario.data()));
        assertEquals(CONSUL_UID + ":" + CONSUL_GID + " 755", Scenario.ownerAndMode(scenario.config()));
        assertEquals("0:0 755", Scenario.ownerAndMode(inData));
        assertEquals("0:0 644", Scenario.ownerAndMode(inConfig));
    }

    @Test
    @DisplayName("rule 20: a directory of the right owner isn't touched, whatever its group")
    void leavesTheRightOwnerAlone() {
        Scenario.chown(scenario.data(), CONSUL_UID, 4712);
        Scenario.chown(scenario.config(), CONSUL_UID, CONSUL_GID);
        List<String> before = scenario.tree();

        scenario.run("agent", "-dev");

        assertEquals(before, scenario.tree());
    }

    @Test
    @DisplayName("rule 20: a directory that is a link: what it points to is chowned")
    void chownsThroughALink() throws IOException {
        Path link = scenario.work().resolve("link");
        Files.createSymbolicLink(link, scenario.data());

        scenario.with("CONSUL_DATA_DIR", link.toString()).run("agent", "-dev");

        assertEquals(CONSUL_UID + ":" + CONSUL_GID + " 755", Scenario.ownerAndMode(scenario.data()));
    }

    @Test
    @DisplayName("rule 20: a link that the Consul user made to what isn't its own gives nothing away")
    void chownsNothingBehindTheLinkOfTheConsulUser() throws IOException {
        Path foreign = Files.createDirectory(scenario.work().resolve("foreign"));
        Path link = Files.createSymbolicLink(scenario.work().resolve("link"), foreign);
        Files.setAttribute(link, "unix:uid", CONSUL_UID, LinkOption.NOFOLLOW_LINKS);

        Outcome outcome =
                scenario.with("CONSUL_DATA_DIR", link.toString()).run("agent", "-server", "-bootstrap-expect=1");

        assertEquals(1, outcome.exitCode(), outcome::toString);
        assertEquals(List.of(), outcome.calls("consul"));
        assertEquals("0:0 755", Scenario.ownerAndMode(foreign));
        outcome.assertTells(link.toString(), "uid " + CONSUL_UID, "uid 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "true"})
    @DisplayName("rule 21: CONSUL_ALLOW_PRIVILEGED_PORTS set, even empty: setcap, as root, before Consul")
    void allowsPrivilegedPorts(String value) {
        Outcome outcome = scenario.with("CONSUL_ALLOW_PRIVILEGED_PORTS", value).run("agent", "-dev");

        Call setcap = outcome.calls("setcap").getFirst();
        assertEquals(
                List.of(
                        "cap_net_bind_service=+ep",
                        scenario.programs().bin().resolve("consul").toString()),
                setcap.arguments());
        assertEquals(0, setcap.uids().getFirst());
        assertEquals(
                List.of("setcap", "su-exec", "consul"),
                outcome.calls().stream().map(Call::name).toList());
    }

    @Test
    @DisplayName("rule 21: setcap gets the binary that will run, not a link to it")
    void givesSetcapTheRealBinary() throws IOException {
        Path real = scenario.programs().install(scenario.home().resolve("consul-1.8.7"));
        Files.delete(scenario.programs().bin().resolve("consul"));
        Files.createSymbolicLink(scenario.programs().bin().resolve("consul"), real);
        // The record is kept under the link's name only if somebody calls the link; here the file's name counts.
        Outcome outcome = scenario.with("CONSUL_ALLOW_PRIVILEGED_PORTS", "").run("version");

        assertEquals(
                real.toString(), outcome.calls("setcap").getFirst().arguments().get(1));
    }

    @Test
    @DisplayName("rule 21: no setcap unless it is asked for, and never for another command")
    void doesNotCallSetcapUnasked() {
        assertEquals(List.of(), scenario.run("version").calls("setcap"));
        assertEquals(
                List.of(),
                scenario.with("CONSUL_ALLOW_PRIVILEGED_PORTS", "")
                        .run("sh", "-c", ":")
                        .calls("setcap"));
    }

    @Test
    @DisplayName("rule 21: a setcap that fails ends the start with what it said")
    void endsWhenSetcapFails() {
        scenario.programs().does("setcap", "echo 'Failed to set capabilities: sorry' >&2; exit 1\n");

        Outcome outcome = scenario.with("CONSUL_ALLOW_PRIVILEGED_PORTS", "").run("agent", "-dev");

        assertEquals(1, outcome.exitCode(), outcome::toString);
        assertEquals(List.of(), outcome.calls("consul"));
        assertEquals(1, outcome.errors().size(), outcome::toString);
        outcome.assertTells("setcap", "sorry", "CONSUL_ALLOW_PRIVILEGED_PORTS");
        outcome.assertSpeaksPlainly();
    }

    @Test
    @DisplayName("rule 21: a setcap that doesn't exist ends the start before anything is changed")
    void endsWithoutSetcap() {
        scenario.withoutProgram("setcap")
                .with("CONSUL_ALLOW_PRIVILEGED_PORTS", "")
                .refuses(1, "agent", "-dev")
                .assertTells("setcap", "CONSUL_ALLOW_PRIVILEGED_PORTS");
    }

    @Test
    @DisplayName("rule 22: su-exec gets uid:gid and the command, and HOME is the passwd entry's")
    void callsSuExec() {
        Outcome outcome = scenario.run("agent", "-dev");

        Call suExec = outcome.calls("su-exec").getFirst();
        assertEquals(List.of(CONSUL_UID + ":" + CONSUL_GID, "consul", "agent"), withoutPath(suExec.arguments()));
        assertEquals(CONSUL_HOME, suExec.variable("HOME").orElse(""));
        assertRunsAs(CONSUL_UID, CONSUL_GID, CONSUL_HOME, outcome.consul());
    }

    @Test
    @DisplayName("rule 22: gosu where there is no su-exec")
    void callsGosu() {
        scenario.withoutProgram("su-exec").installPrivilegeTool("gosu");

        Outcome outcome = scenario.run("agent", "-dev");

        assertEquals(
                List.of(CONSUL_UID + ":" + CONSUL_GID, "consul", "agent"),
                withoutPath(outcome.calls("gosu").getFirst().arguments()));
        assertRunsAs(CONSUL_UID, CONSUL_GID, CONSUL_HOME, outcome.consul());
    }

    /// The tool's user, the program's name and its first argument.
    private static List<String> withoutPath(List<String> arguments) {
        return List.of(arguments.get(0), Path.of(arguments.get(1)).getFileName().toString(), arguments.get(2));
    }

    @ParameterizedTest
    @CsvSource({"agent, supervise", "agent, exec", "version, exec"})
    @DisplayName("rule 22: setpriv where there is neither; then the real one changes everything")
    void dropsWithSetpriv(String command, String mode) {
        scenario.withoutProgram("su-exec").withRealProgram("setpriv").with("CONSUL_LAUNCHER_MODE", mode);

        assertRunsAs(
                CONSUL_UID,
                CONSUL_GID,
                CONSUL_HOME,
                scenario.run(command, "-dev").consul());
    }

    @ParameterizedTest
    @CsvSource({"agent, supervise", "agent, exec", "consul, supervise", "members, exec"})
    @DisplayName("rule 27: root without any such program, as in the UBI variant: Consul as root, with a warning (B8)")
    void goesOnAsRootWithoutAnyTool(String command, String mode) {
        List<String> before = scenario.tree();
        scenario.withoutProgram("su-exec")
                .withoutProgram("setcap")
                .with("CONSUL_ALLOW_PRIVILEGED_PORTS", "")
                .with("CONSUL_LAUNCHER_MODE", mode);

        Outcome outcome = command.equals("consul")
                ? scenario.run("consul", "agent", "-dev", "-data-dir=" + scenario.data())
                : scenario.run(command, "-dev");

        assertEquals(0, outcome.exitCode(), outcome::toString);
        assertEquals(0, outcome.consul().uids().getFirst(), outcome::toString);
        assertEquals("/somewhere", outcome.consul().variable("HOME").orElse(""));
        assertEquals(before, scenario.tree(), "no owner is changed");
        assertEquals(
                command.equals("members") ? 0 : 1,
                outcome.stderrLines().stream()
                        .filter(line -> line.contains("[WARN]"))
                        .filter(line -> Stream.of("as root", "su-exec", "gosu", "setpriv", "CONSUL_DISABLE_PERM_MGMT")
                                .allMatch(line::contains))
                        .count(),
                outcome::toString);
    }

    @ParameterizedTest
    @CsvSource({
        "agent, supervise, ''", "agent, supervise, LC_ALL=", "agent, supervise, LC_ALL=de_DE.UTF-8",
        "agent, exec, ''", "agent, exec, LC_ALL=C", "members, exec, ''"
    })
    @DisplayName("rule 22: the rest of the environment arrives exactly as it was")
    void keepsTheEnvironment(String command, String mode, String locale) {
        scenario.with("CONSUL_HTTP_ADDR", "a b\nc").with("EMPTY", "").with("CONSUL_LAUNCHER_MODE", mode);
        if (!locale.isEmpty()) {
            scenario.with("LC_ALL", locale.substring("LC_ALL=".length()));
        }
        Map<String, String> expected = new TreeMap<>(scenario.variables());
        expected.put("HOME", CONSUL_HOME);

        Call suExec = scenario.run(command, "-dev").calls("su-exec").getFirst();

        Map<String, String> environment = new TreeMap<>();
        for (String variable : suExec.environment()) {
            environment.put(
                    variable.substring(0, variable.indexOf('=')), variable.substring(variable.indexOf('=') + 1));
        }
        // A shell may note where it is.
        environment.keySet().removeAll(Set.of("PWD", "OLDPWD", "SHLVL", "_"));
        assertEquals(expected, environment);
    }

    @ParameterizedTest
    @CsvSource({"1234, 0", "100, 1000", "100, 0"})
    @DisplayName("rules 23 and 27: who isn't root skips chown, setcap and the drop, and goes on")
    void goesOnWithoutRoot(int uid, int gid) {
        Scenario.chown(scenario.data(), uid, gid);
        Scenario.chown(scenario.config(), uid, gid);

        Outcome outcome = scenario.as(uid, gid)
                .with("CONSUL_ALLOW_PRIVILEGED_PORTS", "true")
                .with("CONSUL_UID", "4711")
                .with("CONSUL_LOCAL_CONFIG", "{}")
                .run("agent", "-dev");

        assertEquals(0, outcome.exitCode(), outcome::toString);
        assertEquals(uid, outcome.consul().uids().getFirst());
        assertEquals(gid, outcome.consul().gids().getFirst());
        assertEquals("/somewhere", outcome.consul().variable("HOME").orElse(""));
        assertEquals(1, outcome.calls().size(), outcome::toString);
        assertEquals(uid + ":" + gid + " 640", Scenario.ownerAndMode(scenario.localConfig()));
    }

    @Test
    @DisplayName("rule 23: OpenShift's random uid with gid 0, directories of group 0")
    void runsWithARandomUid() throws IOException {
        for (Path directory : List.of(scenario.data(), scenario.config())) {
            Files.setAttribute(directory, "unix:mode", 0775);
        }

        Outcome outcome = scenario.as(1234, 0).with("CONSUL_LOCAL_CONFIG", "{}").run("agent", "-dev");

        assertEquals(0, outcome.exitCode(), outcome::toString);
        assertEquals("1234:0 640", Scenario.ownerAndMode(scenario.localConfig()));
        assertFalse(outcome.stderr().contains("[ERROR]"), outcome::toString);
    }

    @Test
    @DisplayName("rule 23: other commands don't care who runs them")
    void runsOtherCommandsWithoutRoot() {
        assertEquals("1234\n", scenario.as(1234, 0).run("sh", "-c", "id -u").stdout());
    }
}
