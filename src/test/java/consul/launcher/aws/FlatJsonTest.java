package consul.launcher.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlatJsonTest {

    @Test
    void readsTheStringsOfAnInstanceIdentityDocument() {
        Map<String, String> values = FlatJson.strings(Mock.DOCUMENT).orElseThrow();

        assertEquals("i-0123456789abcdef0", values.get("instanceId"));
        assertEquals("10.0.1.23", values.get("privateIp"));
        assertEquals("eu-west-1", values.get("region"));
        assertEquals("eu-west-1a", values.get("availabilityZone"));
        assertEquals("m7g.large", values.get("instanceType"));
        assertEquals(10, values.size(), values.toString());
    }

    @Test
    void passesOverWhateverElseAValueMayBe() {
        String json = """
                {"a":-1.5e+3,"b":true,"c":false,"d":null,"e":[],"f":[[1],["]"]],"g":{"x":{"y":"}"}},"h":{},"z":"\\"\\\\"}""";

        assertEquals(Optional.of(Map.of("z", "\\\"\\\\")), FlatJson.strings(json));
    }

    @Test
    void readsAnObjectWithoutMembers() {
        assertEquals(Optional.of(Map.of()), FlatJson.strings(" { } "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "\"text\"",
                "[]",
                "{",
                "}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":\"b\"",
                "{\"a\":\"b\",}",
                "{\"a\":\"b\"}}",
                "{\"a\":\"b\"} x",
                "{\"a\":\"b\" \"c\":\"d\"}",
                "{\"a\":\"b}",
                "{\"a\":\"b\\\"}",
                "{\"a\":\"b\nc\"}",
                "{\"a\":[1}",
                "{\"a\":{\"b\":\"c}}",
                "{\"a\":word}",
                "{a:\"b\"}",
                "{'a':'b'}",
                "{\"a\":\"b\",\"a\":\"c\"}",
                "<html><head><title>{\"instanceId\":\"i-01234567\"}</title></head></html>"
            })
    void seesThatATextIsNoWholeObject(String text) {
        assertEquals(Optional.empty(), FlatJson.strings(text));
    }

    @Test
    void survivesAnyCutAndAnyStrayCharacter() {
        for (int i = 0; i < Mock.DOCUMENT.strip().length() - 1; i++) {
            assertEquals(Optional.empty(), FlatJson.strings(Mock.DOCUMENT.substring(0, i)), "cut at " + i);
            for (String stray : new String[] {"{", "}", "[", "\"", "\\", ":", ",", "\u0000"}) {
                FlatJson.strings(Mock.DOCUMENT.substring(0, i) + stray + Mock.DOCUMENT.substring(i));
            }
        }
    }
}
