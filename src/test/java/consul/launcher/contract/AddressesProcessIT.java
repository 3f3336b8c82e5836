package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.contract.Scenario.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which addresses the agent gets: rules 1 to 6.
@Execution(ExecutionMode.CONCURRENT)
final class AddressesProcessIT {

    @AutoClose
    private final Scenario scenario = Scenario.create();

    /// What stands between the two directories and the user's own flags, for `agent -dev`, which gets nothing derived.
    private List<String> addressFlags() {
        return addressFlags(scenario.run("agent", "-dev"));
    }

    private static List<String> addressFlags(Outcome outcome) {
        List<String> argv = outcome.argv();
        assertEquals("-dev", argv.getLast(), () -> "the user's flag last: " + argv);
        return argv.subList(3, argv.size() - 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"version", "members", "sh"})
    @DisplayName("rule 1: a bad interface or local configuration stops no command but an agent")
    void leavesOtherCommandsAlone(String command) {
        scenario.with("CONSUL_BIND_INTERFACE", Scenario.NO_INTERFACE)
                .with("CONSUL_CLIENT_INTERFACE", Scenario.NO_INTERFACE)
                .with("CONSUL_BIND", "'")
                .with("CONSUL_LAUNCHER_MODE", "wrong")
                .with("CONSUL_STOP_TIMEOUT", "wrong")
                .with("BOOTSTRAP_EXPECT", "wrong")
                .with("CONSUL_LOCAL_CONFIG", "{");

        Outcome outcome = command.equals("sh") ? scenario.run("sh", "-c", "exit 0") : scenario.run(command);

        assertEquals(0, outcome.exitCode(), outcome::toString);
        assertFalse(Files.exists(scenario.localConfig()));
    }

    @Test
    @DisplayName("rule 1: a command that starts no agent gets no directories")
    void createsNoDirectoriesForOtherCommands() throws IOException {
        Files.delete(scenario.data());
        Files.delete(scenario.config());

        Outcome outcome = scenario.run("version");

        assertEquals(0, outcome.exitCode(), outcome::toString);
        assertFalse(Files.exists(scenario.data()));
        assertFalse(Files.exists(scenario.config()));
    }

    @Test
    @DisplayName("rule 1: the same mistakes stop an agent, told all at once")
    void stopsAnAgent() {
        scenario.with("CONSUL_BIND_INTERFACE", Scenario.NO_INTERFACE)
                .with("CONSUL_CLIENT_INTERFACE", Scenario.NO_INTERFACE)
                .with("CONSUL_LOCAL_CONFIG", "{");

        Outcome outcome = scenario.refuses(1, "agent", "-dev");

        assertEquals(3, outcome.errors().size(), outcome::toString);
    }

    @Test
    @DisplayName("rule 2: CONSUL_BIND wins, and CONSUL_BIND_INTERFACE isn't even checked")
    void takesBindAsItIs() {
        scenario.with("CONSUL_BIND", "-bind=10.1.2.3").with("CONSUL_BIND_INTERFACE", Scenario.NO_INTERFACE);

        Outcome outcome = scenario.run("agent", "-dev");

        assertEquals(List.of("-bind=10.1.2.3"), addressFlags(outcome));
        assertFalse(outcome.stderr().contains(Scenario.NO_INTERFACE), outcome::toString);
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 3: the interface's IPv4 address becomes -bind, with a notice; an empty CONSUL_BIND is none")
    void findsTheInterfacesAddress() {
        scenario.inOwnNetwork(
                        "link add eth7 type veth peer name eth8", "addr add 10.1.2.3/24 dev eth7", "link set eth7 up")
                .with("CONSUL_BIND", "")
                .with("CONSUL_BIND_INTERFACE", "eth7");

        Outcome outcome = scenario.run("agent", "-dev");

        assertEquals(List.of("-bind=10.1.2.3"), addressFlags(outcome));
        outcome.assertTells("eth7", "10.1.2.3", "-bind");
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 3: the first of several addresses, IPv4 before IPv6, of an interface that is down too")
    void takesTheFirstAddress() {
        scenario.inOwnNetwork(
                        "link add eth7 type veth peer name eth8",
                        "-6 addr add fd00::7/64 dev eth7 nodad",
                        "addr add 10.9.9.9/24 dev eth7",
                        "addr add 10.1.1.1/24 dev eth7",
                        "addr add 10.9.9.10/24 dev eth7")
                .with("CONSUL_BIND_INTERFACE", "eth7");

        assertEquals(List.of("-bind=10.9.9.9"), addressFlags());
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 3: an address with a label belongs to its interface")
    void takesALabelledAddress() {
        scenario.inOwnNetwork(
                        "link add eth7 type veth peer name eth8",
                        "addr add 10.1.2.3/24 dev eth7 label eth7:1",
                        "link set eth7 up")
                .with("CONSUL_BIND_INTERFACE", "eth7");

        assertEquals(List.of("-bind=10.1.2.3"), addressFlags());
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 3: an interface with IPv6 only gives its global address, not the link-local one")
    void takesAnIpv6Address() {
        scenario.inOwnNetwork(
                        "link add eth7 type veth peer name eth8",
                        "-6 addr add fe80::7/64 dev eth7 nodad",
                        "-6 addr add 2001:db8::7/64 dev eth7 nodad",
                        "link set eth8 up",
                        "link set eth7 up")
                .with("CONSUL_BIND_INTERFACE", "eth7");

        assertEquals(List.of("-bind=2001:db8::7"), addressFlags());
    }

    @ParameterizedTest
    @ValueSource(strings = {" eth7", "eth7\n", "\teth7 ", "nosuch0 eth7", "eth7 eth9"})
    @NeedsRoot
    @DisplayName("rule 3: the variable is split at white space, and the first word that is an interface counts (B12)")
    void splitsTheInterfacesName(String value) {
        scenario.inOwnNetwork(
                        "link add eth7 type veth peer name eth8",
                        "addr add 10.1.2.3/24 dev eth7",
                        "link add eth9 type veth peer name eth10",
                        "addr add 10.9.9.9/24 dev eth9")
                .with("CONSUL_BIND_INTERFACE", value)
                .with("CONSUL_CLIENT_INTERFACE", value);

        assertEquals(List.of("-bind=10.1.2.3", "-client=10.1.2.3"), addressFlags());
    }

    @Test
    @DisplayName("rule 3: an interface variable of nothing but white space is none (B12)")
    void takesABlankInterfaceForNone() {
        scenario.with("CONSUL_BIND_INTERFACE", " \n").with("CONSUL_CLIENT_INTERFACE", " ");

        assertEquals(List.of(), addressFlags());
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 3: an alternative name is the interface's as any other, where the image has ip (B5)")
    void findsAnInterfaceByItsAlternativeName() {
        scenario.inOwnNetwork(
                        "link add eth7 type veth peer name eth8",
                        "addr add 10.1.2.3/24 dev eth7",
                        "link property add dev eth7 altname eni-0123456789abcdef0")
                .withRealProgram("ip")
                .with("CONSUL_BIND_INTERFACE", "eni-0123456789abcdef0");

        assertEquals(List.of("-bind=10.1.2.3"), addressFlags());
    }

    @Test
    @NeedsRoot
    @DisplayName("rule 4: an interface without an address is exit code 1 and names the interfaces that exist")
    void refusesAnInterfaceWithoutAddress() {
        scenario.inOwnNetwork(
                        "link add eth7 type veth peer name eth8",
                        "link add eth9 type veth peer name eth10",
                        "addr add 10.1.2.3/24 dev eth9")
                .with("CONSUL_BIND_INTERFACE", "eth7");

        Outcome outcome = scenario.refuses(1, "agent", "-dev");

        assertEquals(1, outcome.stderrLines().size(), outcome::toString);
        outcome.assertTells("Could not find IP for interface 'eth7', exiting", "lo", "eth9");
    }

    @ParameterizedTest
    @ValueSource(strings = {Scenario.NO_INTERFACE, "*", "nosuch0 nosuch1", "-o", "ü"})
    @DisplayName("rule 4: an interface that doesn't exist, however it is written, is exit code 1")
    void refusesAnUnknownInterface(String name) {
        scenario.with("CONSUL_BIND_INTERFACE", name);

        Outcome outcome = scenario.refuses(1, "agent", "-dev");

        outcome.assertTells("Could not find IP for interface '" + name + "', exiting", "lo");
    }

    @Test
    @DisplayName("rule 5: CONSUL_CLIENT wins over CONSUL_CLIENT_INTERFACE")
    void takesClientAsItIs() {
        scenario.with("CONSUL_CLIENT", "-client=10.1.2.3").with("CONSUL_CLIENT_INTERFACE", Scenario.NO_INTERFACE);

        assertEquals(List.of("-client=10.1.2.3"), addressFlags());
    }

    @Test
    @DisplayName("rule 5: the interface's address becomes -client")
    void findsTheClientInterfacesAddress() {
        scenario.with("CONSUL_CLIENT_INTERFACE", "lo");

        Outcome outcome = scenario.run("agent", "-dev");

        assertEquals(List.of("-client=127.0.0.1"), addressFlags(outcome));
        outcome.assertTells("'lo'", "127.0.0.1", "-client");
    }

    @Test
    @DisplayName("rule 5: no address for the client interface is exit code 1")
    void refusesAnUnknownClientInterface() {
        scenario.with("CONSUL_CLIENT_INTERFACE", Scenario.NO_INTERFACE);

        scenario.refuses(1, "agent", "-dev")
                .assertTells("Could not find IP for interface '" + Scenario.NO_INTERFACE + "', exiting");
    }

    @Test
    @DisplayName("rule 5: bind comes before client, both before the user's flags")
    void putsBindBeforeClient() {
        scenario.with("CONSUL_CLIENT", "-client=10.1.2.4").with("CONSUL_BIND_INTERFACE", "lo");

        assertEquals(List.of("-bind=127.0.0.1", "-client=10.1.2.4"), addressFlags());
    }

    static List<Arguments> bindValues() {
        return List.of(
                Arguments.of("-bind=1.2.3.4", List.of("-bind=1.2.3.4")),
                Arguments.of("-bind 1.2.3.4", List.of("-bind", "1.2.3.4")),
                Arguments.of(
                        "  -bind=1.2.3.4\t-advertise=5.6.7.8\n-serf-lan-bind 9.9.9.9 ",
                        List.of("-bind=1.2.3.4", "-advertise=5.6.7.8", "-serf-lan-bind", "9.9.9.9")),
                Arguments.of("-bind {{ GetPrivateInterface }}", List.of("-bind", "{{ GetPrivateInterface }}")),
                Arguments.of("-bind={{ GetInterfaceIP \"eth0\" }}", List.of("-bind={{ GetInterfaceIP \"eth0\" }}")),
                Arguments.of(
                        "-bind='{{ GetInterfaceIP \"eth0\" }}' -x",
                        List.of("-bind={{ GetInterfaceIP \"eth0\" }}", "-x")),
                Arguments.of("\"-bind=1.2.3.4\" '-node=a b'", List.of("-bind=1.2.3.4", "-node=a b")),
                Arguments.of("-bind=* -x=?", List.of("-bind=*", "-x=?")),
                Arguments.of("-bind=$HOME", List.of("-bind=$HOME")),
                // B13
                Arguments.of("-bind=10.0.0.9 -node=a\\b", List.of("-bind=10.0.0.9", "-node=a\\b")),
                Arguments.of("10.0.0.1", List.of("-bind=10.0.0.1")),
                Arguments.of(" 10.0.0.1 ", List.of("-bind=10.0.0.1")),
                Arguments.of("fd00::1", List.of("-bind=fd00::1")),
                Arguments.of("{{ GetPrivateIP }}", List.of("-bind={{ GetPrivateIP }}")));
    }

    @ParameterizedTest
    @MethodSource("bindValues")
    @DisplayName("rule 6: CONSUL_BIND is split as a person means it")
    void splitsBind(String value, List<String> flags) throws IOException {
        Files.createFile(scenario.work().resolve("-bind=x"));
        scenario.with("CONSUL_BIND", value);

        assertEquals(flags, addressFlags());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "-client=0.0.0.0"})
    @DisplayName("rule 6: CONSUL_CLIENT is split likewise, and a bare address is its value")
    void splitsClient(String value) {
        scenario.with("CONSUL_CLIENT", value);

        assertEquals(List.of("-client=0.0.0.0"), addressFlags());
    }

    @Test
    @DisplayName("rule 6: Consul's -client takes a list, so several bare addresses are one value")
    void passesAListOfAddressesAsOneFlag() {
        scenario.with("CONSUL_CLIENT", "127.0.0.1 172.17.0.1");

        assertEquals(List.of("-client=127.0.0.1 172.17.0.1"), addressFlags());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-bind='1.2.3.4", "-bind=\"", "-bind {{ GetPrivateIP"})
    @DisplayName("rule 6: a quote or template without end is an error, not a guess")
    void refusesAnOpenQuote(String value) {
        scenario.with("CONSUL_BIND", value);

        Outcome outcome = scenario.refuses(78, "agent", "-dev");

        outcome.assertTells("CONSUL_BIND", "not closed");
        assertTrue(outcome.errors().size() == 1, outcome::toString);
    }
}
