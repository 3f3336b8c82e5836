package consul.launcher.entrypoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {

    private static String notAsked(String word) {
        return fail("asked Consul about " + word);
    }

    @Test
    void agentIsCompleted() {
        assertEquals(
                new Command.Agent(List.of("-server", "a b", "")),
                Commands.of(List.of("agent", "-server", "a b", ""), CommandsTest::notAsked));
    }

    @Test
    void explicitAgentIsTheUsersAlone() {
        assertEquals(
                new Command.ExplicitAgent(List.of("consul", "agent", "-dev")),
                Commands.of(List.of("consul", "agent", "-dev"), CommandsTest::notAsked));
    }

    @ParameterizedTest
    @ValueSource(strings = {"version", "members", "-version", "--help", "kv", "force-leave"})
    void knownSubcommandsAndFlagsGoToConsulWithoutAskingIt(String word) {
        assertEquals(
                new Command.Consul(List.of("consul", word, "x")),
                Commands.of(List.of(word, "x"), CommandsTest::notAsked));
    }

    @Test
    void nothingIsBareConsul() {
        assertEquals(new Command.Consul(List.of("consul")), Commands.of(List.of(), CommandsTest::notAsked));
        assertEquals(new Command.Consul(List.of("consul")), Commands.of(List.of(""), CommandsTest::notAsked));
    }

    @Test
    void anUnknownWordIsConsulsIfItsHelpNamesIt() {
        assertEquals(
                new Command.Consul(List.of("consul", "peering", "list")),
                Commands.of(List.of("peering", "list"), word -> "Usage: consul " + word + " <subcommand>"));
    }

    @Test
    void anUnknownWordIsMatchedLiterally() {
        assertEquals(new Command.Other(List.of("p.*")), Commands.of(List.of("p.*"), word -> "consul peering"));
        assertEquals(new Command.Other(List.of("peer")), Commands.of(List.of("peer"), word -> "consul peering"));
    }

    @Test
    void aPathIsNeverAskedAbout() {
        assertEquals(
                new Command.Other(List.of("/bin/consul")), Commands.of(List.of("/bin/consul"), CommandsTest::notAsked));
    }

    @Test
    void anythingElseIsItsOwnCommand() {
        assertEquals(new Command.Other(List.of("sh", "-c", "x")), Commands.of(List.of("sh", "-c", "x"), word -> ""));
    }
}
