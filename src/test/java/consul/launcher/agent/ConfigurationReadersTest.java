package consul.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import consul.launcher.config.Sourced;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// JSON and HCL by themselves. Each HCL case was compared with what Consul says of it; `HclConsulIT` does it again.
class ConfigurationReadersTest {

    /// `~` stands for a line break. The value of node_name.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "node_name = \"x\"                              | x",
                "node_name=\"x\", server=true                   | x",
                "server = true node_name = \"x\"                | x",
                "\"node_name\" = \"x\"~\"ports\" { \"http\" = 1 } | x",
                "NODE_NAME = \"x\"                              | x",
                "node_name = \"a\"~node_name = \"x\"            | x",
                "# c~// d~/* e~ f */ node_name = \"x\" # g      | x",
                "cache = {~ a = 1~},~node_name = \"x\"          | x",
                "service \"web\" { port = 80 } node_name = \"x\" | x",
                "checks = [{ a = [1, 2], }, { a = {} }]~node_name = \"x\" | x",
                "node_name = \"a${b(\"q\")}c\"                  | a${b(\"q\")}c",
                "node_name = \"a${b{c}d}e}\"                    | a${b{c}d}e}",
                "node_name = \"{{ GetInterfaceIP \\\"eth0\\\" }}\" | {{ GetInterfaceIP \"eth0\" }}",
                "node_name = \"a\\\\b\\t\\x41\\101\\u00e9\\U0001F600\" | ^a\\b\tAA\u00e9\uD83D\uDE00^",
                "node_name = <<END~x~END~                       | ^x\n^",
                "node_name = <<-END~  x~  END~                  | ^  x\n^",
                "node_name = \"\"                               | ^^",
                "x_1-a.b = -1 y = 1.5e+3 z = 0x1F w = .5 node_name = \"x\" | x",
                "{\"node_name\": \"x\"}                         | x",
                " ~ {\"node_name\": \"x\"}                      | x",
            })
    void readsHcl(String text, String expected) throws ConfigurationSyntaxException {
        ConfigurationValues values = HclConfiguration.read(text.replace('~', '\n'), "f");

        assertEquals(expected, values.value("node_name").orElseThrow().value());
    }

    /// B4: HCL's parser of JSON takes commas too many, and ignores the rest where one is missing.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "{\"server\": true, \"retry_join\": [\"a\",],} | true | a",
                "{\"server\": true, \"retry_join\": [,\"a\",,\"b\"]} | true | a b",
                "{\"retry_join\": [\"a\" \"b\"], \"server\": true | true | a b",
                "{\"retry_join\": [true, [\"a\"], \"server\": true} | true | a",
                "{\"retry_join\": [\"a\"], \"server\": true} x | true | a",
                "{\"retry_join\": [\"a\"] \"server\": true} | ^^ | a",
                "{\"ports\": {\"http\": 1 \"dns\": 2}, \"server\": true} | ^^ | ^^",
                "{\"server\": false, \"node_name\": null, \"server\": true} | true | ^^",
            })
    void readsJsonInHclAsConsulDoes(String text, String server, String join) throws ConfigurationSyntaxException {
        ConfigurationValues values = HclConfiguration.read(text, "f");

        assertEquals(server, values.value("server").map(Sourced::value).orElse(""));
        assertEquals(
                join,
                String.join(
                        " ",
                        values.list("retry_join").stream().map(Sourced::value).toList()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "server = true~broken = {      | line 2, column 11: an object is not closed by }",
                "server = yes                  | line 1, column 10: expected a value: a string in quotes, a number, true, false, a list or an object",
                "retry_join = [\"a\" \"b\"]    | line 1, column 19: expected a comma, or the list's closing ]",
                "server=true;                  | line 1, column 12: an unexpected character",
                "node_name = \"a~b\"           | line 1, column 13: a string is not closed by \" on its line",
                "node_name = \"\\q\"           | line 1, column 13: a string with a backslash that escapes nothing",
                "node_name = \"\\uZZZZ\"       | line 1, column 13: a string with an escaped number that is no character",
                "a = <<END~b~                  | line 1, column 5: a text that starts with << is not closed by its word",
                "a = <b                        | line 1, column 5: expected a text that starts with << and a word",
                "server = true~/* a            | line 2, column 1: a comment is not closed by */",
                "server = true }               | line 1, column 15: expected a key",
                "server true                   | line 1, column 8: expected = or { after a key",
                "a b = 1                       | line 1, column 5: expected = or { after a key",
                "= 1                           | line 1, column 1: expected a key",
                "[1]                           | line 1, column 1: expected a key",
                "a = 1x                        | line 1, column 5: a number that can't be read",
                "a = -                         | line 1, column 5: a number that can't be read",
                "a = [1                        | line 1, column 7: expected a comma, or the list's closing ]",
                "{\"a\": x}                    | line 1, column 7: a word without quotes",
            })
    void saysWhereHclIsBroken(String text, String expected) {
        ConfigurationSyntaxException e = assertThrows(
                ConfigurationSyntaxException.class, () -> HclConfiguration.read(text.replace('~', '\n'), "f"));

        assertEquals(expected, e.what());
    }

    @Test
    void readsListsInHcl() throws ConfigurationSyntaxException {
        ConfigurationValues values = HclConfiguration.read("""
                retry_join = [
                  "10.0.0.1", # first
                  "provider=aws tag_key=\\"a b\\"",,
                ]
                node_meta { "Rack" = "a" rack = "b" }
                ports = [{ http = 1 }]
                """, "f");

        assertEquals(
                List.of("10.0.0.1", "provider=aws tag_key=\"a b\""),
                values.list("retry_join").stream().map(Sourced::value).toList());
        assertEquals("a", values.value("node_meta.Rack").orElseThrow().value());
        assertEquals("b", values.value("node_meta.rack").orElseThrow().value());
        assertEquals("1", values.value("ports.http").orElseThrow().value());
    }

    @Test
    void readsJson() throws ConfigurationSyntaxException {
        ConfigurationValues values = JsonConfiguration.read("""
                {
                  "acl": {"tokens": {"agent": "t"}, "list": [[1], {"server": true}]},
                  "node_name": null,
                  "Server": true,
                  "bootstrap_expect": 3,
                  "retry_join": ["a", null, "b"],
                  "node_meta": {"Rack": "a", "rack": "b"},
                  "ports": [{"http": 1}],
                  "addresses": {"HTTP": "127.0.0.1", "deep": {"server": false}}
                }
                """, "f");

        assertEquals("true", values.value("server").orElseThrow().value());
        assertEquals("3", values.value("bootstrap_expect").orElseThrow().value());
        assertEquals(
                List.of("a", "b"),
                values.list("retry_join").stream().map(Sourced::value).toList());
        assertEquals("a", values.value("node_meta.Rack").orElseThrow().value());
        assertEquals("b", values.value("node_meta.rack").orElseThrow().value());
        assertEquals("1", values.value("ports.http").orElseThrow().value());
        assertEquals("127.0.0.1", values.value("addresses.http").orElseThrow().value());
        assertEquals(java.util.Optional.empty(), values.value("node_name"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "[1]            | line 1, column 1: expected { to open a JSON object",
                "{}{}           | line 1, column 3: something follows the object's closing }",
                "{\"a\": [1}    | line 1, column 9: a closing bracket that closes nothing",
                "{\"server\": {  | line 1, column 13: the text ends before everything opened is closed",
            })
    void saysWhereJsonIsBroken(String text, String expected) {
        ConfigurationSyntaxException e =
                assertThrows(ConfigurationSyntaxException.class, () -> JsonConfiguration.read(text, "f"));

        assertEquals(expected, e.what());
    }

    @Test
    void refusesNestingThatWouldEndInAnOverflow() {
        assertThrows(
                ConfigurationSyntaxException.class,
                () -> HclConfiguration.read("a { ".repeat(100_000) + "}".repeat(100_000), "f"));
        assertThrows(
                ConfigurationSyntaxException.class, () -> HclConfiguration.read("a = " + "[".repeat(100_000), "f"));
        assertThrows(
                ConfigurationSyntaxException.class,
                () -> JsonConfiguration.read("{\"server\": " + "[".repeat(100_000), "f"));
    }

    @ParameterizedTest
    @CsvSource({
        "3, 3", "3.0, 3", "3e0, 3", "0x3, 3", "03, 3", "0, 0", "-1, -1", "0.0, 0", "3.5,", "'',", "x,", "1e99,", "0x,"
    })
    void readsWholeNumbersAsFilesWriteThem(String text, Integer expected) {
        assertEquals(java.util.Optional.ofNullable(expected), GoText.writtenNumber(text));
    }

    @Test
    void endsWithAValueOrAnErrorWhateverTheText() {
        Random random = new Random(20260105);
        List<String> pieces = List.of(
                "{",
                "}",
                "[",
                "]",
                "=",
                ",",
                "\"",
                "\\",
                "${",
                "<<E\n",
                "\nE\n",
                "#",
                "//",
                "/*",
                "*/",
                "server",
                " ",
                "\n",
                "true",
                "1",
                "-",
                ".",
                "e+",
                "0x",
                "\\u",
                "é",
                "\uD83D",
                ":",
                "node_meta");
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(14); n > 0; n--) {
                text.append(pieces.get(random.nextInt(pieces.size())));
            }
            readsOrRefuses(text.toString());
        }
    }

    private static void readsOrRefuses(String text) {
        try {
            HclConfiguration.read(text, "f");
        } catch (ConfigurationSyntaxException e) {
            assertEquals(true, e.what().contains(": "), text);
        }
        try {
            JsonConfiguration.read(text, "f");
        } catch (ConfigurationSyntaxException e) {
            assertEquals(true, e.what().contains(": "), text);
        }
    }
}
