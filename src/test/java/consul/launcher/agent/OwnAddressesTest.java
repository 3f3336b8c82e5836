package consul.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnAddressesTest {

    private final OwnAddresses own = new OwnAddresses("8301");

    @BeforeEach
    void isAtTwoAddresses() {
        own.add("10.0.0.5");
        own.add("fd00::5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.5",
                "10.0.0.5:8301",
                " 10.0.0.5 ",
                "fd00::5",
                "FD00::5",
                "[fd00::5]",
                "[fd00::5]:8301",
                "fd00:0:0:0:0:0:0:5",
                "[fd00:0000::0005]:8301",
                "fd00::5%eth0"
            })
    void knowsItselfInEverySpelling(String entry) {
        assertTrue(own.isOwn(entry));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.6",
                "10.0.0.55",
                "10.0.0.5:8302",
                "[fd00::5]:9301",
                "[fd00::6]",
                "fd00::5:8301",
                "consul.example",
                "consul.example:8301",
                "provider=aws tag_key=a tag_value=10.0.0.5",
                "{{ GetPrivateIP }}",
                "[10.0.0.5",
                "",
                ":",
                "10.0.0.5.",
                "face",
                "dead.beef"
            })
    void takesNothingElseForItself(String entry) {
        assertFalse(own.isOwn(entry));
    }

    @Test
    void isNotEveryAddressBecauseItListensOnAll() {
        own.add("0.0.0.0");
        own.add("::");
        own.add("{{ GetPrivateIP }}");

        assertFalse(own.isOwn("0.0.0.0"));
        assertFalse(own.isOwn("::"));
        assertFalse(own.isOwn("{{ GetPrivateIP }}"));
    }
}
