package consul.launcher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// F15: passwords and tokens in URLs.
class MaskedUrlTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "http://host:8500/a/b        | http://host:8500/a/b",
                "http://user:PW@host:8500/a  | http://***@host:8500/a",
                "user:PW@host                | ***@host",
                "https://PW@host             | https://***@host",
                "http://host?token=PW        | http://host?***",
                "http://host/a?PW            | http://host/a?***",
                "http://host/a#PW            | http://host/a#***",
                "http://user:P@W@host        | http://***@host",
                "http://user:P/W@host/a      | http://***@host/a",
                "http://user:P?W@host        | http://***",
                "http://user:P W@host        | http://***@host",
                "http://u:PW@host/a?x=PW@PW  | http://***",
                "http://                     | http://",
                "host:8500                   | host:8500",
            })
    void hidesUserInfoAndQuery(String url, String shown) {
        assertEquals(shown, MaskedUrl.of(url));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "no answer from http://host:8500: refused    | no answer from http://host:8500: refused",
                "X is 'http://u:PW@host': set it             | X is 'http://***@host': set it",
                "X is 'http://host?***': set it              | X is 'http://host?***': set it",
                "(http://u:PW@a and https://b/?token=PW) end | (http://***@a and https://b/?*** end",
                "mail a@b                                    | mail a@b",
                ":// and ://PW@x                             | :// and ://***@x",
            })
    void hidesThemInEveryUrlOfAText(String text, String shown) {
        assertEquals(shown, MaskedUrl.inText(text));
        assertEquals(shown, MaskedUrl.inText(shown), "what is masked stays as it is");
    }

    @Test
    void showsNothingOfAPasswordWhateverItIs() {
        Random random = new Random(20260601);
        String alphabet = "HUNTER/?#@:=&.%'\"";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder password = new StringBuilder("~");
            for (int length = random.nextInt(1, 9); length > 0; length--) {
                password.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            String url = "http://user:" + password + "~@host:8500/path";
            for (String shown : new String[] {MaskedUrl.of(url), MaskedUrl.inText("X is '" + url + "': no")}) {
                assertFalse(shown.contains("~") || shown.contains("user"), () -> url + " became " + shown);
            }
        }
    }
}
