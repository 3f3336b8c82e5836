package consul.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoDiscoverTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "consul                    | consul",
                "aws:autoscaling:groupName | aws:autoscaling:groupName",
                "a/b-c_d.e+f@g             | a/b-c_d.e+f@g",
                "consul-*                  | consul-*",
                "prod consul               | \"prod consul\"",
                "a=b                       | \"a=b\"",
                "a\"b                      | \"a\\\"b\"",
                "a\\b                      | \"a\\\\b\"",
                "'a'                       | 'a'",
                "é€                        | é€",
                "^ a^                      | \" a\"",
                "^a\u00a0^                 | \"a\u00a0\"",
            })
    void quotesWhatGoDiscoverWouldSplit(String value, String expected) {
        assertEquals(expected, GoDiscover.quoted(value));
    }

    @Test
    void writesAnAwsTag() {
        assertEquals("provider=aws tag_key=\"my role\" tag_value=consul", GoDiscover.awsTag("my role", "consul"));
    }

    /// Reads a value back by go-discover's rules, for thousands of them.
    @Test
    void readsBackAsTheSameValue() {
        Random random = new Random(20260101);
        for (int i = 0; i < 20_000; i++) {
            String value = value(random);
            assertEquals(value, readBack("k=" + GoDiscover.quoted(value) + " next=x"), () -> "value '" + value + "'");
        }
    }

    private static String value(Random random) {
        String alphabet = "ab \"\\='{}:\u00e9\u00a0";
        StringBuilder value = new StringBuilder();
        int length = 1 + random.nextInt(8);
        for (int i = 0; i < length; i++) {
            value.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return value.toString();
    }

    /// The value of the first key: in double quotes with backslashes, or up to a space or an equals sign, trimmed.
    private static String readBack(String text) {
        int at = text.indexOf('=') + 1;
        StringBuilder value = new StringBuilder();
        if (text.charAt(at) == '"') {
            for (at++; text.charAt(at) != '"'; at++) {
                if (text.charAt(at) == '\\') {
                    at++;
                }
                value.append(text.charAt(at));
            }
            assertEquals(" next=x", text.substring(at + 1));
            return value.toString();
        }
        for (; text.charAt(at) != ' ' && text.charAt(at) != '='; at++) {
            value.append(text.charAt(at));
        }
        assertEquals(" next=x", text.substring(at));
        return value.toString().strip();
    }
}
