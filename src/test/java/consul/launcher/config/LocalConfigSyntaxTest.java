package consul.launcher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalConfigSyntaxTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "null",
                " null\n",
                "  {\"server\": true}\n",
                "{\"a\": [1, -2.5e3, null, \"\\u00e9\\n\", {\"b\": []}], \"a\": false}",
                "{\"service\": {\"name\": \"web\"}}"
            })
    void takesAnObject(String text) {
        assertEquals(Optional.empty(), LocalConfigSyntax.check(text));
    }

    /// `~` stands for a line break.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "{~\"server\": true,~\"bootstrap_expect\" 3~} | line 3, column 20: expected a colon after the key",
                "{\"a\":1 \"b\":2}      | line 1, column 8: expected a comma, or the closing bracket",
                "{~  a: 1}              | line 2, column 3: expected a key in double quotes",
                "{'a':1}                | line 1, column 2: expected a key in double quotes",
                "{\"a\":1,}             | line 1, column 8: expected a key in double quotes",
                "{\"a\":1               | line 1, column 7: the text ends before everything opened is closed",
                "{\"a\":\"b             | line 1, column 8: the text ends before everything opened is closed",
                "{\"a\":[1,2}           | line 1, column 10: a closing bracket that closes nothing",
                "{\"a\":1}}             | line 1, column 8: a closing bracket that closes nothing",
                "{\"a\": True}          | line 1, column 7: a word without quotes",
                "{\"a\": \"x~y\"}       | line 1, column 9: a line break or another control character inside a string",
                "{\"a\":\"\\q\"}        | line 1, column 8: a backslash that escapes nothing JSON knows",
                "{\"a\":{}} {}          | line 1, column 10: something follows the object's closing }",
                "[1]                    | line 1, column 1: expected { to open a JSON object",
                "\"x\"                  | line 1, column 1: expected { to open a JSON object",
                "{\"a\":01}             | line 1, column 7: not valid JSON",
                "{} // done             | line 1, column 4: not valid JSON",
            })
    void saysWhereAndWhatIsWrong(String text, String expected) {
        assertEquals(Optional.of(expected), LocalConfigSyntax.check(text.replace('~', '\n')));
    }

    @Test
    void refusesATextOfWhiteSpace() {
        assertEquals(
                Optional.of("line 1, column 1: there is nothing but white space"), LocalConfigSyntax.check(" \n "));
    }

    @Test
    void refusesNestingThatNoConfigurationHas() {
        String text = "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000);

        assertEquals(Optional.of("nested or long beyond any configuration"), LocalConfigSyntax.check(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hunter2",
                "{\"encrypt\": hunter2}",
                "{\"encrypt\": \"hunter2",
                "{\"encrypt\": \"hunter2\\q\"}",
                "{\"hunter2\" 1}",
                "{\"a\": 1} hunter2",
                "{hunter2: 1}",
                "{\"a\": \"hunter2\n\"}",
                "{\"a\": 1hunter2}"
            })
    void neverShowsAPieceOfTheText(String text) {
        Optional<String> found = LocalConfigSyntax.check(text);

        assertTrue(found.isPresent());
        assertFalse(found.get().contains("hunter"), found.get());
    }
}
