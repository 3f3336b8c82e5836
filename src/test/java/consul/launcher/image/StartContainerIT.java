package consul.launcher.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;

/// Starts that work as with the official image.
@NeedsImage
final class StartContainerIT {

    /// Docker makes every port unprivileged, other runtimes don't.
    private static final Consumer<GenericContainer<?>> PRIVILEGED_PORTS =
            Launched.host(host -> host.withSysctls(Map.of("net.ipv4.ip_unprivileged_port_start", "1024")));

    private static final String AGENT = "consul agent -data-dir=/consul/data -config-dir=/consul/config";

    @Test
    void startsADevelopmentServerByDefaultAsTheOfficialImageDoes() {
        try (Launched ours = Launched.start();
                Launched official = Launched.start(Images.official(), _ -> {})) {
            ours.awaitLeader();
            official.awaitLeader();

            assertEquals(List.of("consul " + AGENT + " -dev -client 0.0.0.0"), consuls(ours));
            assertEquals(consuls(official), consuls(ours));
            assertTrue(ours.tell("consul", "members").contains("alive"));
        }
    }

    @Test
    void logsAStartAsDocumented() {
        try (Launched launched = Launched.start().awaitLeader()) {
            List<String> log = launched.stderr()
                    .lines()
                    .filter(line -> line.contains(" launcher: "))
                    .toList();

            assertTrue(
                    log.stream()
                            .allMatch(line -> line.matches(
                                    "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z \\[INFO] {2}launcher: .*")),
                    log::toString);
            List<String> messages = log.stream()
                    .map(line -> line.substring(line.indexOf("launcher: ") + "launcher: ".length()))
                    .toList();
            assertTrue(messages.getFirst().startsWith("consul-launcher "), messages::toString);
            assertTrue(
                    messages.contains(
                            "flag -data-dir=/consul/data  from default: the official image's CONSUL_DATA_DIR"),
                    messages::toString);
            assertTrue(messages.contains("flag -client 0.0.0.0  from argument"), messages::toString);
            assertTrue(
                    messages.contains("starting consul agent as 100:1000 by su-exec, supervised"), messages::toString);
        }
    }

    @Test
    void runsAConsulCommandWithNothingAroundIt() {
        Launched.Ended official = Launched.run(Images.official(), _ -> {}, "version");
        Launched.Ended ours = Launched.run(_ -> {}, "version");

        assertEquals(official, ours);
        assertTrue(ours.stdout().startsWith("Consul v"), ours::toString);
    }

    @Test
    void runsAnyOtherCommandAsItIs() {
        Launched.Ended ended = Launched.run(_ -> {}, "sh", "-c", "id -u; echo \"$1\" >&2; exit 7", "sh", "a  b\n*");

        assertEquals(new Launched.Ended(7, "0\n", "a  b\n*\n"), ended);
    }

    @Test
    void answersAbsentCommandsAsAShellDoes() {
        assertEquals(127, Launched.run(_ -> {}, "no-such-command").exitCode());
        assertEquals(126, Launched.run(_ -> {}, "/etc/passwd").exitCode());
    }

    @Test
    void leavesNoJavaBehindInExecMode() {
        try (Launched launched = Launched.start(Launched.variable("CONSUL_LAUNCHER_MODE", "exec"))
                .awaitLeader()) {
            List<String> processes = launched.processes();

            assertFalse(processes.stream().anyMatch(process -> process.contains("java")), processes::toString);
            assertEquals(List.of("consul " + AGENT + " -dev -client 0.0.0.0"), consuls(launched));
        }
    }

    @Test
    void worksBehindDockersOwnInit() {
        try (Launched launched = Launched.start(Launched.host(host -> host.withInit(true)), "agent", "-dev")
                .awaitLeader()) {
            List<String> processes = launched.processes();
            assertTrue(processes.getFirst().contains("docker-init"), processes::toString);

            assertEquals(1, launched.stop().exitCode());
        }
    }

    @Test
    void takesLocalConfigurationFromTheVariable() {
        try (Launched launched = Launched.start(
                        Launched.variable("CONSUL_LOCAL_CONFIG", "{\"datacenter\": \"somewhere\"}"), "agent", "-dev")
                .awaitLeader()) {
            assertTrue(launched.tell("consul", "members").contains("somewhere"));
            assertEquals("640 100:1000\n", launched.tell("stat", "-c", "%a %u:%g", "/consul/config/local.json"));
        }
    }

    @Test
    void servesDnsOnItsOwnPortAsAnUnprivilegedUser() {
        try (Launched launched = Launched.start(
                        container -> {
                            PRIVILEGED_PORTS.accept(container);
                            container.withEnv("CONSUL_ALLOW_PRIVILEGED_PORTS", "");
                        },
                        "agent",
                        "-dev",
                        "-dns-port=53")
                .awaitLeader()) {
            String hosts = launched.tell("nslookup", "consul.service.consul", "127.0.0.1");

            assertTrue(hosts.contains("127.0.0.1"), hosts);
            assertTrue(consuls(launched).getFirst().startsWith("consul "), launched.processes()::toString);
        }
    }

    @Test
    void doesWithoutPrivilegedPortsUnlessToldOtherwise() {
        Launched.Ended ended = Launched.run(PRIVILEGED_PORTS, "agent", "-dev", "-dns-port=53");

        assertEquals(1, ended.exitCode(), ended::toString);
        assertTrue((ended.stdout() + ended.stderr()).contains("permission denied"), ended::toString);
    }

    /// Every Consul process, as user and command line.
    static List<String> consuls(Launched launched) {
        return launched.processes().stream()
                .filter(process -> process.matches("\\S+ +(/bin/)?consul .*"))
                .map(process -> process.replaceFirst("^(\\S+) +", "$1 "))
                .toList();
    }
}
