package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.contract.Scenario.Outcome;
import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.Recorder.Call;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Directories and the local configuration: rules 7 to 10.
@Execution(ExecutionMode.CONCURRENT)
final class DirectoriesProcessIT {

    private static final String CONSUL = Scenario.CONSUL_UID + ":" + Scenario.CONSUL_GID;
    private static final String JSON = "{\"encrypt\": \"ÄÖ== \\u00e9\",\n  \"datacenter\": \"-n\"}";

    @AutoClose
    private final Scenario scenario = Scenario.create();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @NeedsRoot
    @DisplayName("rule 7: /consul/data and /consul/config are the default; an empty variable is none")
    void usesTheImagesDirectories(boolean empty) {
        scenario.inOwnRoot().without("CONSUL_DATA_DIR").without("CONSUL_CONFIG_DIR");
        if (empty) {
            scenario.with("CONSUL_DATA_DIR", "").with("CONSUL_CONFIG_DIR", "");
        }

        Outcome outcome = scenario.run("agent");

        assertEquals(
                List.of("agent", "-data-dir=/consul/data", "-config-dir=/consul/config"),
                outcome.argv().subList(0, 3));
        assertEquals(CONSUL + " 755", Scenario.ownerAndMode(scenario.home().resolve("consul/data")));
        assertEquals(CONSUL + " 755", Scenario.ownerAndMode(scenario.home().resolve("consul/config")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent -help", "agent -server -h", "agent -dev", "consul agent -help", "consul agent -dev"})
    @DisplayName("D4: help and -dev touch nothing of an agent that runs beside them")
    void touchesNothingForHelpAndDev(String command) throws IOException {
        Files.writeString(scenario.config().resolve("launcher-secrets.json"), "{}");
        Files.writeString(scenario.data().resolve(".launcher-ready"), "\n");
        Path journal =
                Files.createDirectories(scenario.data().resolve("launcher")).resolve("journal");
        Files.writeString(journal, "consul-launcher recovery 0123456789ab WRITE\n");
        if (NeedsRoot.Condition.isRoot()) {
            Scenario.chown(scenario.data(), Scenario.CONSUL_UID, Scenario.CONSUL_GID);
            Scenario.chown(scenario.config(), Scenario.CONSUL_UID, Scenario.CONSUL_GID);
        }
        List<String> before = scenario.tree();

        Outcome outcome = scenario.run(command.split(" "));

        assertEquals(0, outcome.exitCode(), outcome::toString);
        assertEquals(before, scenario.tree(), outcome::toString);
        assertEquals(1, outcome.calls("consul").size());
    }

    @ParameterizedTest
    @CsvSource({"supervise, agent", "exec, agent -server -bootstrap-expect=3", "exec, consul agent -data-dir=%s"})
    @DisplayName("D4: a data directory that a launcher holds is refused before anything is changed")
    void refusesADirectoryThatAnotherLauncherHolds(String mode, String command) throws IOException {
        scenario.with("CONSUL_ENCRYPT", "pUqJrVyVRj5jsiYEkM/tFQYfWyJIv4s3XkvDwy7Cu5s=")
                .programs()
                .waitsForSignals("consul");
        try (Running launcher = scenario.start("agent")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            List<String> before = scenario.tree();

            Outcome second = scenario.without("CONSUL_ENCRYPT")
                    .with("CONSUL_LAUNCHER_MODE", mode)
                    .run(command.formatted(scenario.data()).split(" "));

            assertEquals(1, second.exitCode(), second::toString);
            assertEquals(1, second.calls("consul").size(), "only the first one's");
            assertEquals(before, scenario.tree(), second::toString);
            second.assertTells(
                    "[ERROR]",
                    "the data directory " + scenario.data() + " is in use by another launcher (process "
                            + launcher.pid() + " on host ",
                    ": stop that one, or give this agent another data directory (CONSUL_DATA_DIR)");
            consul.end(0);
            launcher.await();
        }
    }

    @Test
    @DisplayName(
            "D4: an agent with a data directory of its own leaves the readiness of the one that runs beside it alone")
    void leavesTheReadinessOfAnotherAgentAlone() throws IOException {
        scenario.programs().waitsForSignals("consul");
        try (Running launcher = scenario.start("agent")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            scenario.programs().does("consul", "exit 0\n");
            // The launcher that runs takes it away with each look, so it isn't a file.
            Path ready = Files.createDirectories(scenario.data().resolve(".launcher-ready/in the way"));

            Outcome second = scenario.run(
                    "agent",
                    "-data-dir=" + Files.createDirectory(scenario.home().resolve("own")));

            assertEquals(0, second.exitCode(), second::toString);
            assertTrue(Files.exists(ready));
            assertFalse(second.stderr().contains(".launcher-ready"), second::toString);
            consul.end(0);
            launcher.await();
        }
    }

    @Test
    @DisplayName("D4: a launcher that is killed leaves no lock behind")
    void startsAgainAfterAKill() {
        scenario.programs().waitsForSignals("consul");
        try (Running launcher = scenario.start("agent")) {
            Call consul = scenario.programs().awaitReady("consul", launcher);
            launcher.signal("KILL");
            consul.end(0);
            launcher.await();
        }
        scenario.programs().does("consul", "exit 0\n");

        Outcome second = scenario.run("agent");

        assertEquals(0, second.exitCode(), second::toString);
        assertFalse(second.stderr().contains("in use"), second::toString);
    }

    @Tag("outside-the-image")
    @Test
    @DisplayName("D4: an agent that runs without a launcher holds its data directory too")
    void refusesADirectoryThatARunningAgentHas() throws IOException {
        Files.writeString(scenario.data().resolve("node-id"), "0");
        Files.writeString(scenario.work().resolve("agent"), "echo runs; sleep 60 & wait\n");
        // In the place of Consul: a process with its name and arguments.
        ProcessBuilder agent = new ProcessBuilder(
                        "bash", "-c", "exec -a consul sh \"$@\"", "bash", "agent", "-data-dir=../data", "-server")
                .directory(scenario.work().toFile());
        agent.environment().put("BASH_ENV", "");
        try (Running running = Running.start(agent)) {
            Eventually.until(
                    "it to run", Running.PATIENCE, () -> !running.stdoutSoFar().isEmpty());
            Outcome outcome = scenario.run("agent");

            assertEquals(1, outcome.exitCode(), outcome::toString);
            assertEquals(List.of(), outcome.calls("consul"));
            outcome.assertTells("is in use by an agent that runs here (process " + running.pid() + ")");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "agent -server -bootstrap-expect=3 | -                                     | true",
                "consul agent -server -data-dir=%s | -                                     | true",
                "agent -server -bootstrap-expect=3 | {\"server_rejoin_age_max\": \"900000h\"} | false",
                "agent                             | -                                     | false"
            })
    @DisplayName("D14: a server that Consul won't let rejoin is named before the start, with the way out")
    void namesAServerThatWasOffForTooLong(String command, String localConfig, boolean refused) throws IOException {
        Files.writeString(scenario.data().resolve("server_metadata.json"), "{\"last_seen_unix\":1700000000}");
        if (!localConfig.equals("-")) {
            scenario.with("CONSUL_LOCAL_CONFIG", localConfig);
        }
        // As Consul 1.15.3 and newer.
        scenario.programs().does("consul", """
                echo '[ERROR] agent: startup error: error="refusing to rejoin cluster because server has been offline for more \
                than the configured server_rejoin_age_max (168h0m0s) - consider wiping your data dir"'
                exit 1
                """);

        Outcome outcome = scenario.run(command.formatted(scenario.data()).split(" "));

        assertEquals(1, outcome.exitCode(), outcome::toString);
        String told = "this server was last up at 2023-11-14T22:13:20Z by " + scenario.data() + "/server_metadata.json";
        assertEquals(
                refused ? 1 : 0,
                outcome.stderrLines().stream()
                        .filter(line -> line.contains(told))
                        .count(),
                outcome::toString);
        if (refused) {
            outcome.assertTells(
                    "[WARN]",
                    "so Consul 1.15.3 and newer refuses to rejoin: empty " + scenario.data()
                            + " where the other servers live, and it joins as a new one; where its data is the only one"
                            + " left, delete that file");
        }
    }

    @Test
    @NeedsRoot
    @DisplayName("D4: where a directory can't be locked the start goes on, with a warning")
    void goesOnWithoutALock() throws IOException {
        Path elsewhere = scenario.home().resolve("elsewhere");
        Files.createSymbolicLink(scenario.data().resolve(".launcher-lock"), elsewhere);

        Outcome outcome = scenario.run("agent");

        assertEquals(0, outcome.exitCode(), outcome::toString);
        outcome.assertTells("[WARN]", "the data directory " + scenario.data() + " can't be locked (");
        assertFalse(Files.exists(elsewhere));
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent -data-dir=%s", "agent -hcl=data_dir=\"%s\"", "consul agent -data-dir %s"})
    @DisplayName("a quorum recovery that was cut off is settled where Consul will have its data")
    void settlesARecoveryWhereConsulHasItsData(String command) throws IOException {
        Path mounted = scenario.home().resolve("mounted");
        Path journal = Files.createDirectories(mounted.resolve("launcher")).resolve("journal");
        Files.writeString(journal, "consul-launcher recovery 0123456789ab COPY\n");

        Outcome outcome = scenario.run(command.formatted(mounted).split(" "));

        assertEquals(0, outcome.exitCode(), outcome::toString);
        outcome.assertTells("a quorum recovery was cut off before it changed anything");
        assertFalse(Files.exists(journal));
    }

    @Test
    @DisplayName("rule 7: CONSUL_DATA_DIR and CONSUL_CONFIG_DIR say where")
    void usesTheGivenDirectories() throws IOException {
        Path data = Files.createDirectory(scenario.home().resolve("my data"));
        Path config = Files.createDirectory(scenario.home().resolve("cönfig"));
        scenario.with("CONSUL_DATA_DIR", data.toString()).with("CONSUL_CONFIG_DIR", config.toString());

        assertEquals(
                List.of("agent", "-data-dir=" + data, "-config-dir=" + config, "-dev"),
                scenario.run("agent", "-dev").argv());
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 8: missing directories are created, with their parents, for the Consul user")
    void createsMissingDirectories() {
        Path data = scenario.home().resolve("new/deep/data");
        Path config = scenario.home().resolve("new/config");
        scenario.with("CONSUL_DATA_DIR", data.toString()).with("CONSUL_CONFIG_DIR", config.toString());

        Outcome outcome = scenario.run("agent");

        assertEquals(0, outcome.exitCode(), outcome::toString);
        assertEquals(CONSUL + " 755", Scenario.ownerAndMode(data));
        assertEquals(CONSUL + " 755", Scenario.ownerAndMode(config));
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 8: the Consul user can write in a data directory whose parents were created for it")
    void createsDirectoriesThatTheConsulUserReaches() {
        Path data = scenario.home().resolve("new/deep/data");
        scenario.with("CONSUL_DATA_DIR", data.toString());
        scenario.programs().does("consul", "touch " + data + "/raft || exit 9\n");

        assertEquals(0, scenario.run("agent").exitCode());
        assertEquals(
                Scenario.CONSUL_UID + ":" + Scenario.CONSUL_GID,
                Scenario.ownerAndMode(data.resolve("raft")).split(" ", -1)[0]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONSUL_DATA_DIR", "CONSUL_CONFIG_DIR"})
    @DisplayName("rule 8: a directory that can't be is one error with path, variable and way out, exit code 1")
    void refusesAFileInTheWay(String variable) throws IOException {
        Path file = Files.createFile(scenario.work().resolve("file"));
        scenario.with(variable, file.resolve("below").toString());

        Outcome outcome = scenario.refuses(1, "agent");

        assertEquals(1, outcome.errors().size(), outcome::toString);
        outcome.assertTells(file.resolve("below").toString(), variable);
    }

    @Test
    @DisplayName("rule 8: an explicit consul agent names its own directories, so a bad variable doesn't matter")
    void leavesAnExplicitAgentAlone() throws IOException {
        Path file = Files.createFile(scenario.work().resolve("file"));
        scenario.with("CONSUL_DATA_DIR", file.resolve("below").toString());

        assertEquals(
                0,
                scenario.run("consul", "agent", "-data-dir=" + scenario.data()).exitCode());
    }

    @Test
    @DisplayName("rule 8: a file where the directory should be is an error too")
    void refusesAFile() throws IOException {
        Path file = Files.createFile(scenario.work().resolve("file"));
        scenario.with("CONSUL_DATA_DIR", file.toString());

        scenario.refuses(1, "agent").assertTells(file.toString(), "CONSUL_DATA_DIR");
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 8: a directory on a read-only file system can't be created: one error, exit code 1")
    void refusesAReadOnlyParent() {
        Path data = scenario.work().resolve("ro/data");
        scenario.prepared("mkdir " + data.getParent(), "mount -t tmpfs -o ro,mode=755 tmpfs " + data.getParent())
                .with("CONSUL_DATA_DIR", data.toString());

        Outcome outcome = scenario.run("agent");

        assertEquals(1, outcome.exitCode(), outcome::toString);
        assertEquals(List.of(), outcome.calls("consul"));
        assertEquals(1, outcome.errors().size(), outcome::toString);
        outcome.assertTells(data.toString(), "CONSUL_DATA_DIR");
        outcome.assertSpeaksPlainly();
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 8: the error names the path, its owner, its mode and the uid that needs it")
    void tellsWhoNeedsTheDirectory() {
        Scenario.chown(scenario.data(), 4711, 4712);
        Scenario.chown(scenario.config(), 1234, 0);
        scenario.as(1234, 0);

        Outcome outcome = scenario.refuses(1, "agent");

        assertEquals(1, outcome.errors().size(), outcome::toString);
        outcome.assertTells(scenario.data().toString(), "4711:4712", "0755", "1234", "CONSUL_DATA_DIR");
    }

    @Test
    @NeedsRoot
    @DisplayName(
            "rule 9: CONSUL_LOCAL_CONFIG is written as it is, for the Consul user, mode 0640, nothing left beside it")
    void writesTheLocalConfiguration() throws IOException {
        scenario.with("CONSUL_LOCAL_CONFIG", JSON);
        scenario.programs().does("consul", "cat " + scenario.localConfig() + " || exit 9\n");

        Outcome outcome = scenario.run("agent", "-dev");

        assertEquals(JSON, outcome.stdout().stripTrailing(), "as the Consul user reads it");
        assertEquals(JSON, Files.readString(scenario.localConfig()).stripTrailing());
        assertEquals(CONSUL + " 640", Scenario.ownerAndMode(scenario.localConfig()));
        assertEquals(Set.of("local.json"), visible(scenario.config()));
        assertFalse(outcome.stderr().contains("ÄÖ=="), "secrets stay out of the log");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-data-dir=%s", "-data-dir %s", "-hcl=data_dir=\"%s\"", "-data-dir=%s -dev"})
    @NeedsRoot
    @DisplayName("rule 8: with -data-dir elsewhere, nobody needs the directory of CONSUL_DATA_DIR (B3)")
    void looksAtTheDataDirectoryThatIsUsed(String flag) throws IOException {
        Path elsewhere = Files.createDirectory(scenario.home().resolve("elsewhere"));
        Scenario.chown(elsewhere, 1234, 0);
        List<String> before = scenario.tree();

        Outcome outcome = scenario.as(1234, 0).run(("agent " + flag.formatted(elsewhere)).split(" ", -1));

        assertEquals(0, outcome.exitCode(), outcome::toString);
        assertEquals(before, scenario.tree());
        assertFalse(outcome.stderr().contains("[WARN]"), outcome::toString);
    }

    @Test
    @NeedsRoot
    @DisplayName(
            "rule 8: the directory that -data-dir names is created for the Consul user, and not chowned if it exists")
    void createsTheDirectoryOfTheArguments() throws IOException {
        Path missing = scenario.home().resolve("missing/data");
        Path existing = Files.createDirectory(scenario.home().resolve("existing"));

        assertEquals(0, scenario.run("agent", "-data-dir=" + missing).exitCode());
        assertEquals(0, scenario.run("agent", "-data-dir", existing.toString()).exitCode());

        assertEquals(CONSUL + " 755", Scenario.ownerAndMode(missing));
        assertEquals("0:0 755", Scenario.ownerAndMode(existing));
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 8: a directory of -data-dir that can't be is one error that names it and the flag (B3)")
    void refusesABadDirectoryOfTheArguments() {
        Path data = scenario.work().resolve("below/data");

        Outcome outcome = scenario.as(1234, 0).refuses(1, "agent", "-data-dir=" + data);

        assertEquals(1, outcome.errors().size(), outcome::toString);
        outcome.assertTells(data.toString(), "0:0", "0755", "1234", "-data-dir");
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 8: agent -dev and agent -help need no directory: one that can't be used is not passed (B3)")
    void needsNoDirectoryForADevelopmentAgent() {
        Outcome outcome = scenario.as(1234, 0).run("agent", "-dev");

        assertEquals(List.of("agent", "-config-dir=" + scenario.config(), "-dev"), outcome.argv());
        outcome.assertTells("-data-dir", scenario.data().toString(), "1234");
    }

    @ParameterizedTest
    @CsvSource({
        "0, agent -dev, agent -dev",
        "1234, agent -dev, agent -dev",
        "1234, agent -help, agent -data-dir=/consul/data -config-dir=/consul/config -help"
    })
    @NeedsRoot
    @DisplayName("rule 8: on a read-only root without the two directories such an agent starts (B3)")
    void startsADevelopmentAgentOnAReadOnlyRoot(int uid, String command, String expected) {
        scenario.inOwnRoot()
                .prepared("mount -o remount,bind,ro " + scenario.home() + "/root/consul")
                .without("CONSUL_DATA_DIR")
                .without("CONSUL_CONFIG_DIR");
        if (uid != 0) {
            scenario.as(uid, 0);
        }

        Outcome outcome = scenario.run(command.split(" "));

        assertEquals(0, outcome.exitCode(), outcome::toString);
        assertEquals(List.of(expected.split(" ")), outcome.argv());
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 8: a read-only root without a configuration directory, and -data-dir elsewhere, start (B3)")
    void startsOnAReadOnlyRootWithItsDataElsewhere() {
        scenario.inOwnRoot()
                .prepared("mount -o remount,bind,ro " + scenario.home() + "/root/consul")
                .without("CONSUL_DATA_DIR")
                .without("CONSUL_CONFIG_DIR");

        Outcome outcome = scenario.run("agent", "-data-dir=" + scenario.data(), "-client=127.0.0.1");

        assertEquals(
                List.of("agent", "-data-dir=/consul/data", "-data-dir=" + scenario.data(), "-client=127.0.0.1"),
                outcome.argv());
        outcome.assertTells("-config-dir", "/consul/config");
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 9: an older file is replaced whole, whatever its owner and mode, and links aren't followed")
    void replacesALink() throws IOException {
        Path elsewhere = Files.writeString(scenario.work().resolve("elsewhere"), "mine");
        Files.createSymbolicLink(scenario.localConfig(), elsewhere);
        scenario.with("CONSUL_LOCAL_CONFIG", JSON);

        scenario.run("agent", "-dev");

        assertFalse(Files.isSymbolicLink(scenario.localConfig()));
        assertEquals(JSON, Files.readString(scenario.localConfig()).stripTrailing());
        assertEquals(CONSUL + " 640", Scenario.ownerAndMode(scenario.localConfig()));
        assertEquals("mine", Files.readString(elsewhere));
    }

    @Test
    @DisplayName("rule 9: an explicit consul agent gets its local configuration too")
    void writesForAnExplicitAgent() throws IOException {
        scenario.with("CONSUL_LOCAL_CONFIG", "{}");

        scenario.run("consul", "agent", "-config-dir=" + scenario.config());

        assertEquals("{}", Files.readString(scenario.localConfig()).stripTrailing());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sh -c true", "consul validate %s", "validate %s", "version", "members", "-v"})
    @DisplayName("rules 1, 9 (B11): every command gets its local configuration, since a wrapper may start an agent")
    void writesForEveryCommand(String command) throws IOException {
        scenario.with("CONSUL_LOCAL_CONFIG", "{}");

        Outcome outcome = scenario.run(command.formatted(scenario.config()).split(" "));

        assertEquals(0, outcome.exitCode(), outcome::toString);
        assertEquals("", outcome.stderr());
        assertEquals("{}", Files.readString(scenario.localConfig()).stripTrailing());
        if (NeedsRoot.Condition.isRoot()) {
            assertEquals(CONSUL + " 640", Scenario.ownerAndMode(scenario.localConfig()));
        }
    }

    @Test
    @DisplayName("rule 1 (B11): the configuration directory is made for such a command, too")
    void createsTheConfigurationDirectoryForEveryCommand() throws IOException {
        Path config = scenario.home().resolve("new/config");
        scenario.with("CONSUL_CONFIG_DIR", config.toString()).with("CONSUL_LOCAL_CONFIG", "{}");

        assertEquals(0, scenario.run("sh", "-c", "true").exitCode());

        assertEquals("{}", Files.readString(config.resolve("local.json")).stripTrailing());
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 1 (B11): an agent that a wrapper starts as another user can read it")
    void isReadableForTheAgentOfAWrapper() {
        scenario.with("CONSUL_LOCAL_CONFIG", "{\"server\": false}");

        Outcome outcome = scenario.run(
                "sh",
                "-c",
                "exec su-exec %d:%d cat %s"
                        .formatted(Scenario.CONSUL_UID, Scenario.CONSUL_GID, scenario.localConfig()));

        assertEquals("{\"server\": false}", outcome.stdout().stripTrailing(), outcome::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sh -c true | {\"a\": 1,}",
                "sh -c true | [",
                "validate x | {",
                "version    | -n",
                "validate -config-format=json x | a = 1"
            })
    @DisplayName("rule 1 (B11): what is wrong with it stops only an agent; elsewhere it is one warning")
    void warnsOfBadJsonForOtherCommands(String command, String value) {
        scenario.with("CONSUL_LOCAL_CONFIG", value);

        Outcome outcome = scenario.run(command.split(" "));

        assertEquals(0, outcome.exitCode(), outcome::toString);
        assertEquals(1, outcome.stderrLines().size(), outcome::toString);
        outcome.assertTells("[WARN]", "CONSUL_LOCAL_CONFIG isn't written");
        assertFalse(Files.exists(scenario.localConfig()));
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 1 (B11): a configuration directory that can't be written is one warning for such a command")
    void warnsOfAReadOnlyDirectoryForOtherCommands() {
        Outcome outcome = readOnlyConfig().with("CONSUL_LOCAL_CONFIG", "{}").run("sh", "-c", "echo done");

        assertEquals("done\n", outcome.stdout(), outcome::toString);
        assertEquals(1, outcome.stderrLines().size(), outcome::toString);
        outcome.assertTells(
                "[WARN]", "CONSUL_LOCAL_CONFIG", scenario.localConfig().toString());
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 1 (B11): a second command in the container of an agent writes nothing again")
    void leavesTheAgentsFileAlone() {
        scenario.with("CONSUL_LOCAL_CONFIG", "{}").run("agent", "-dev");
        List<String> before = scenario.tree();

        scenario.run("members");
        scenario.without("CONSUL_LOCAL_CONFIG").run("sh", "-c", "true");

        assertEquals(before, scenario.tree());
    }

    @ParameterizedTest
    @ValueSource(strings = {"consul-launcher", "/usr/local/bin/consul-launcher"})
    @DisplayName("rule 1 (B11): the launcher's own commands write nothing")
    void writesNothingForItsOwnCommands(String launcher) {
        scenario.with("CONSUL_LOCAL_CONFIG", "{}").programs().does("consul-launcher", "exit 0\n");

        scenario.run(launcher, "plan", "agent");

        assertFalse(Files.exists(scenario.localConfig()));
    }

    @Test
    @DisplayName(
            "rule 9 (B10): nothing of the launcher's own lies beside it, since with -config-format Consul reads that")
    void keepsNothingBesideIt() {
        scenario.with("CONSUL_LOCAL_CONFIG", "{}").run("agent", "-dev");

        assertEquals(List.of("local.json"), all(scenario.config()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "agent -config-format=hcl",
                "consul agent -config-format hcl",
                "validate -config-format=hcl x",
                "sh -c true"
            })
    @DisplayName("rule 9 (B10): HCL is taken where Consul takes it, and where only a wrapper knows")
    void takesHclWhereConsulDoes(String command) throws IOException {
        String hcl = "datacenter = \"x\" # here";
        scenario.with("CONSUL_LOCAL_CONFIG", hcl);

        Outcome outcome = scenario.run(command.split(" "));

        assertEquals(0, outcome.exitCode(), outcome::toString);
        assertEquals(hcl, Files.readString(scenario.localConfig()).stripTrailing());
    }

    @Test
    @DisplayName("rule 9 (B10): bad HCL is exit code 1, with line and column")
    void refusesBadHcl() {
        scenario.with("CONSUL_LOCAL_CONFIG", "server = yes")
                .refuses(1, "agent", "-config-format=hcl")
                .assertTells("CONSUL_LOCAL_CONFIG", "HCL", "line 1, column 10");
    }

    @Test
    @DisplayName("rule 9 (B9): null is a configuration with nothing in it")
    void takesNull() {
        Outcome outcome = scenario.with("CONSUL_LOCAL_CONFIG", " null\n").run("agent", "-dev");

        assertEquals(0, outcome.exitCode(), outcome::toString);
        assertFalse(outcome.stderr().contains("local.json could not be read"), outcome::toString);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("rule 9 (B10): what a launcher of 0.1.0 wrote is known by its marker, which goes")
    void knowsTheFilesOfEarlierLaunchers(boolean unchanged) throws IOException {
        Files.writeString(scenario.localConfig(), unchanged ? "{}" : "{ }");
        Files.writeString(scenario.config().resolve(".local.json.launcher"), "2 a3a6bf43\n");

        Outcome outcome = scenario.run("agent", "-config-format=json");

        assertEquals(0, outcome.exitCode(), outcome::toString);
        assertFalse(outcome.stderr().contains("could not be read"), outcome::toString);
        assertEquals(unchanged ? List.of() : List.of("local.json"), all(scenario.config()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\": 1,}           | line 1 | column 9",
                "{\"a\": 1             | line 1 | column",
                "'{\n  \"a\": \"b\n\"}' | line 2 | column",
                "'{\n\n  a: 1}'        | line 3 | column 3",
                "-n                    | line 1 | column",
                "{} {}                 | line 1 | column 4",
                "datacenter = \"x\"    | line 1 | column 1",
                "[]                    | line 1 | column 1",
            })
    @DisplayName("rule 9: what isn't a JSON object is exit code 1, with line and column")
    void refusesBadJson(String value, String line, String column) {
        scenario.with("CONSUL_LOCAL_CONFIG", value);

        Outcome outcome = scenario.refuses(1, "agent", "-dev");

        assertEquals(1, outcome.errors().size(), outcome::toString);
        outcome.assertTells("CONSUL_LOCAL_CONFIG", line, column);
    }

    @Test
    @DisplayName("rule 9: bad JSON stops an explicit consul agent, too")
    void refusesBadJsonForAnExplicitAgent() {
        scenario.with("CONSUL_LOCAL_CONFIG", "{").refuses(1, "consul", "agent").assertTells("CONSUL_LOCAL_CONFIG");
    }

    @Test
    @DisplayName("rule 9: its own local.json goes when the variable is gone")
    void removesItsOwnFile() throws IOException {
        scenario.with("CONSUL_LOCAL_CONFIG", "{}").run("agent", "-dev");
        assertTrue(Files.exists(scenario.localConfig()));

        scenario.without("CONSUL_LOCAL_CONFIG").run("agent", "-dev");

        assertEquals(Set.of(), visible(scenario.config()));
    }

    @Test
    @DisplayName("rule 9: its own local.json goes when the variable is empty, and comes back with it")
    void removesForAnEmptyVariable() throws IOException {
        scenario.with("CONSUL_LOCAL_CONFIG", "{}").run("agent", "-dev");
        scenario.with("CONSUL_LOCAL_CONFIG", "").run("agent", "-dev");
        assertFalse(Files.exists(scenario.localConfig()));

        scenario.with("CONSUL_LOCAL_CONFIG", "{}").run("agent", "-dev");

        assertEquals("{}", Files.readString(scenario.localConfig()).stripTrailing());
    }

    @Test
    @DisplayName("rule 9: somebody else's local.json stays")
    void keepsAForeignFile() throws IOException {
        Files.writeString(scenario.localConfig(), "{\"datacenter\": \"mine\"}");

        scenario.run("agent", "-dev");

        assertEquals("{\"datacenter\": \"mine\"}", Files.readString(scenario.localConfig()));
    }

    @Test
    @DisplayName("rule 9: a local.json that somebody replaced since stays")
    void keepsAChangedFile() throws IOException {
        scenario.with("CONSUL_LOCAL_CONFIG", "{}").run("agent", "-dev");
        Files.writeString(scenario.localConfig(), "{\"datacenter\": \"mine\"}");

        scenario.without("CONSUL_LOCAL_CONFIG").run("agent", "-dev");

        assertEquals("{\"datacenter\": \"mine\"}", Files.readString(scenario.localConfig()));
    }

    @Test
    @DisplayName("rule 9: a start that is refused leaves the local.json of the last one alone")
    void keepsItsFileWhenRefused() {
        scenario.with("CONSUL_LOCAL_CONFIG", "{}").run("agent", "-dev");
        int callsBefore = scenario.programs().calls("consul").size();
        List<String> before = scenario.tree();

        Outcome outcome = scenario.without("CONSUL_LOCAL_CONFIG")
                .with("CONSUL_BIND_INTERFACE", Scenario.NO_INTERFACE)
                .run("agent", "-dev");

        assertEquals(1, outcome.exitCode(), outcome::toString);
        assertEquals(callsBefore, outcome.calls("consul").size());
        assertEquals(before, scenario.tree());
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 10: a read-only configuration directory is no error, even of another owner")
    void bearsAReadOnlyConfigurationDirectory() {
        Outcome outcome = readOnlyConfig().run("agent", "-dev");

        assertEquals(0, outcome.exitCode(), outcome::toString);
        assertEquals("-config-dir=" + scenario.config(), outcome.argv().get(2));
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 10: but it is where the local configuration must be written there")
    void refusesToWriteIntoAReadOnlyDirectory() {
        Outcome outcome = readOnlyConfig().with("CONSUL_LOCAL_CONFIG", "{}").refuses(1, "agent", "-dev");

        assertEquals(1, outcome.errors().size(), outcome::toString);
        outcome.assertTells(scenario.config().toString(), "read-only", "CONSUL_LOCAL_CONFIG");
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 10: an unprivileged user may have a configuration directory that only root can write")
    void bearsAConfigurationDirectoryOfRoot() {
        Scenario.chown(scenario.data(), 1234, 0);
        Outcome outcome = scenario.as(1234, 0).run("agent", "-dev");

        assertEquals(0, outcome.exitCode(), outcome::toString);
    }

    private Scenario readOnlyConfig() {
        return scenario.prepared(
                "mount --bind " + scenario.config() + " " + scenario.config(),
                "mount -o remount,bind,ro " + scenario.config());
    }

    private static List<String> all(Path directory) {
        return Stream.of(directory.toFile().list()).sorted().toList();
    }

    /// The files that Consul would load or a person would notice.
    private static Set<String> visible(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .collect(Collectors.toSet());
        }
    }
}
