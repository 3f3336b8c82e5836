package consul.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import consul.launcher.config.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaskedTest {

    /// Words are separated by `;`.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "-encrypt;KEY              | -encrypt;***",
                "-encrypt=KEY==            | -encrypt=***",
                "--encrypt;KEY             | --encrypt;***",
                "--encrypt=KEY             | --encrypt=***",
                "-encrypt=                 | -encrypt=***",
                "-encrypt                  | -encrypt",
                "-hcl;encrypt = \"KEY\"    | -hcl;***",
                "-hcl=acl { tokens { agent = \"KEY\" } };-node=x | -hcl=***;-node=x",
                "-encrypt;-hcl;KEY         | -encrypt;-hcl;***",
                "-encrypt;-encrypt=KEY     | -encrypt;-encrypt=***",
                "-node;-encrypt;KEY        | -node;-encrypt;***",
                "stray;-encrypt;KEY        | stray;-encrypt;***",
                "--;-encrypt;KEY           | --;-encrypt;***",
                "-token=KEY                | -token=***",
                "-http-token;KEY           | -http-token;***",
                "-retry-join;provider=aws tag_key=a tag_value=b secret_access_key=KEY region=c | -retry-join;provider=aws tag_key=a tag_value=b secret_access_key=*** region=c",
                "-retry-join=provider=aws access_key_id=KEY secret_access_key=KEY | -retry-join=provider=aws access_key_id=*** secret_access_key=***",
                "-retry-join;provider=os password=\"KEY KEY\" url=x | -retry-join;provider=os password=*** url=x",
                "-retry-join;provider=os password=\"KEY\\\" KEY\" url=x | -retry-join;provider=os password=*** url=x",
                "-retry-join;provider=x \"api_token\"=\"KEY\" a=b | -retry-join;provider=x \"api_token\"=*** a=b",
                "-retry-join;provider=x auth_token = KEY a=b | -retry-join;provider=x auth_token =*** a=b",
                "-retry-join-wan;provider=azure client_secret=KEY | -retry-join-wan;provider=azure client_secret=***",
                "-retry-join;provider=aws tag_key=\"my key\" tag_value=a=b | -retry-join;provider=aws tag_key=\"my key\" tag_value=a=b",
                "-node=i-1;-node-meta=a:b;-retry-join;10.0.0.1;-ui | -node=i-1;-node-meta=a:b;-retry-join;10.0.0.1;-ui",
                "-node;-;;x                | -node;-;;x",
                // F16: flags and keys inside of a word
                "-client=127.0.0.1 -encrypt=KEY -x | -client=127.0.0.1 -encrypt=*** -x",
                "-client=127.0.0.1 --encrypt=KEY   | -client=127.0.0.1 --encrypt=***",
                "-client=127.0.0.1 -encrypt KEY    | -client=127.0.0.1 -encrypt ***",
                "-client=127.0.0.1 -hcl=acl { tokens { agent = \"KEY\" } } | -client=127.0.0.1 -hcl=***",
                "-encrypt KEY              | -encrypt ***",
                "sh;-c;consul agent -encrypt 'KEY' -hcl 'encrypt = \"KEY\"' -ui | sh;-c;consul agent -encrypt *** -hcl *** -ui",
                "sh;-c;CONSUL_ENCRYPT=KEY CONSUL_HTTP_TOKEN='K EY' consul agent | sh;-c;CONSUL_ENCRYPT=*** CONSUL_HTTP_TOKEN=*** consul agent",
                "sh;-c;curl -H 'X-Consul-Token: KEY' http://a/b | sh;-c;curl -H 'X-Consul-Token:*** http://a/b",
                "-retry-join;{\"provider\":\"aws\",\"secret_access_key\":\"KEY\",\"region\":\"x\"} | -retry-join;{\"provider\":\"aws\",\"secret_access_key\":***,\"region\":\"x\"}",
                "-client=unix:///run/a.sock;-node-meta=a-b:c-d e | -client=unix:///run/a.sock;-node-meta=a-b:c-d e",
                // F15
                "-retry-join;http://u:KEY@a?x=KEY | -retry-join;http://***@a?***",
                "-config-dir=/a;-join;[fd00::1]:8301 | -config-dir=/a;-join;[fd00::1]:8301",
            })
    void hidesSecretsAndNothingElse(String words, String shown) {
        assertEquals(List.of(shown.split(";", -1)), Masked.words(List.of(words.split(";", -1))));
    }

    @Test
    void hidesAValueThatIsAFlagOfItsOwn() {
        List<Flag> flags = List.of(
                Flag.of(Origin.argument(), "-encrypt"),
                Flag.of(Origin.argument(), "KEY"),
                Flag.of(Origin.argument(), "-node", "x"));

        assertEquals(List.of("-encrypt", "***", "-node", "x"), Masked.arguments(flags));
    }

    @Test
    void neitherFailsNorLosesAWordWhateverItIsGiven() {
        Random random = new Random(20260102);
        String alphabet = "-=\"\\ akeytokn;:é";
        for (int i = 0; i < 20_000; i++) {
            List<String> words = new ArrayList<>();
            for (int n = random.nextInt(5); n >= 0; n--) {
                StringBuilder word = new StringBuilder();
                for (int length = random.nextInt(12); length > 0; length--) {
                    word.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
                words.add(word.toString());
            }
            assertEquals(words.size(), Masked.words(words).size());
        }
    }

    @Test
    void hidesASecretWhereverItStandsInAProviderString() {
        Random random = new Random(20260103);
        List<String> keys =
                List.of("secret_access_key", "token", "password", "api_key", "session_token", "client_secret");
        for (int i = 0; i < 5_000; i++) {
            List<String> pairs = new ArrayList<>(List.of("provider=aws", "tag_key=\"a b\"", "tag_value=c", "region=d"));
            String key = keys.get(random.nextInt(keys.size()));
            String value = random.nextBoolean() ? "HUNTER" : "\"HUN \\\"TER\"";
            pairs.add(random.nextInt(pairs.size() + 1), key + "=" + value);
            String shown = Masked.words(List.of("-retry-join", String.join(" ", pairs)))
                    .toString();
            assertFalse(shown.contains("HUN") || shown.contains("TER"), shown);
        }
    }
}
