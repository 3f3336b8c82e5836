package consul.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.Origin;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentArgumentsTest {

    @ParameterizedTest
    @ValueSource(strings = {"-node x", "-node=x", "--node x", "--node=x"})
    void readsAValueInEverySpelling(String text) {
        assertEquals(Optional.of("x"), parse(text.split(" ")).last("node"));
    }

    @ParameterizedTest
    @CsvSource({
        "-server, true",
        "--server, true",
        "-server=true, true",
        "--server=false, false",
        "-server=0, 0",
        "-server=, ''"
    })
    void readsABooleanInEverySpelling(String word, String value) {
        assertEquals(Optional.of(value), parse(word).last("server"));
    }

    @Test
    void takesTheNextWordForAValueEvenIfItLooksLikeAFlag() {
        AgentArguments arguments = parse("-node", "-server", "-advertise", "--", "-hcl", "-");

        assertEquals(Optional.of("-server"), arguments.last("node"));
        assertEquals(Optional.empty(), arguments.last("server"));
        assertEquals(Optional.of("--"), arguments.last("advertise"));
        assertEquals(Optional.of("-"), arguments.last("hcl"));
    }

    @Test
    void neverTakesTheNextWordForABoolean() {
        AgentArguments arguments = parse("-server", "true", "-node=x");

        assertEquals(Optional.of("true"), arguments.last("server"));
        assertEquals(Optional.empty(), arguments.last("node"));
        assertEquals(Optional.of(2), arguments.stray());
    }

    @Test
    void readsNothingBehindTwoDashes() {
        AgentArguments arguments = parse("-ui", "--", "-server");

        assertEquals(Optional.empty(), arguments.last("server"));
        assertEquals(Optional.of("true"), arguments.last("ui"));
        assertEquals(Optional.of(3), arguments.stray());
        assertEquals(Optional.empty(), parse("-ui", "--").stray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-", "", "x", "node=x", "*", "a b", "\n"})
    void readsNothingBehindAWordThatIsNoFlag(String word) {
        AgentArguments arguments = parse("-ui", word, "-server");

        assertEquals(Optional.empty(), arguments.last("server"));
        assertEquals(Optional.of(2), arguments.stray());
    }

    @ParameterizedTest
    @CsvSource({"---node=x, ---node=…", "-=x, -=…", "--=x, --=…", "---, ---"})
    void saysWhatConsulCannotReadWithoutItsValue(String word, String shown) {
        AgentArguments arguments = parse("-ui", word, "-server");

        assertEquals(Optional.of("the argument '" + shown + "' is no flag that Consul can read"), arguments.refusal());
        assertEquals(Optional.empty(), arguments.last("server"));
        assertEquals(Optional.empty(), arguments.stray());
    }

    @Test
    void missesAValueAtTheEnd() {
        assertEquals(
                Optional.of("the argument -node has no value"),
                parse("-server", "-node").refusal());
        assertEquals(Optional.empty(), parse("-server", "-node", "").refusal());
        assertEquals(Optional.empty(), parse("-server", "-node=").refusal());
    }

    @Test
    void countsTheLastOfSeveral() {
        AgentArguments arguments = parse("-node", "a", "-server=false", "--node=b", "-server");

        assertEquals(Optional.of("b"), arguments.last("node"));
        assertEquals(Optional.of("true"), arguments.last("server"));
    }

    @Test
    void listsAllOfSeveralInOrder() {
        AgentArguments arguments = parse("-config-file", "a", "-config-dir=b", "-ui", "--config-file=c=d");

        assertEquals(List.of("a", "b", "c=d"), arguments.all("config-file", "config-dir"));
    }

    @Test
    void readsOnAfterAFlagOfAConsulToCome() {
        AgentArguments valued = parse("-shiny", "new", "-server");
        AgentArguments truth = parse("-shiny", "-server");

        assertEquals(Optional.of("new"), valued.last("shiny"));
        assertEquals(Optional.of("true"), valued.last("server"));
        assertEquals(Optional.of("true"), truth.last("server"));
        assertEquals(Optional.empty(), parse("-server", "-shiny").refusal());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-h", "-help", "--help", "-node -h", "x -help", "-help=true", "--h=1", "-server -h -node"})
    void seesThatHelpIsAskedFor(String text) {
        assertTrue(parse(text.split(" ")).asksForHelp());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-- -h", "-node=-h", "help", "-node help", "--host"})
    void seesThatNoHelpIsAskedFor(String text) {
        assertFalse(parse(text.split(" ")).asksForHelp());
    }

    @Test
    void keepsTheWordsOfOneFlagTogetherAndEveryOtherAlone() {
        List<Flag> flags = parse("-node", "x", "-server", "--ui=false", "stray", "-node", "y")
                .asFlags(Origin.argument());

        assertEquals(
                List.of(
                        List.of("-node", "x"),
                        List.of("-server"),
                        List.of("--ui=false"),
                        List.of("stray"),
                        List.of("-node"),
                        List.of("y")),
                flags.stream().map(Flag::words).toList());
    }

    private static AgentArguments parse(String... words) {
        return AgentArguments.parse(List.of(words));
    }
}
