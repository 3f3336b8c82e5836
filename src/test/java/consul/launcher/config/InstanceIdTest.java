package consul.launcher.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceIdTest {

    @ParameterizedTest
    @ValueSource(strings = {"i-0123456789abcdef0", "i-01234567", "i-0123abcd"})
    void knowsAnInstanceId(String text) {
        assertTrue(InstanceId.isOne(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "i-",
                "i-0123abc",
                "i-0123ABCD",
                "i-0123abcg",
                "i-0123456789ABCDEF0",
                "i-0123456789abcdef",
                "i-0123456789abcdef01",
                "i-0123456789abcdefg",
                "x-01234567",
                "ip-10-0-0-1",
                "web-000001"
            })
    void knowsWhatIsNone(String text) {
        assertFalse(InstanceId.isOne(text));
    }
}
