package consul.launcher.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.AwsRegion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShapesTest {

    @ParameterizedTest
    @CsvSource({
        "158d1c8083dd49d6b527399fd6414f5c,true",
        "5fce137c-b7a8-48dd-8f7c-0abe7b9eeb2b,true",
        "158d1c8083dd49d6b527399fd6414f5,false",
        "158d1c8083dd49d6b527399fd6414f5C,false",
        "5fce137cab7a8-48dd-8f7c-0abe7b9eeb2b,false",
        "'',false"
    })
    void knowsTaskIds(String value, boolean expected) {
        assertEquals(expected, Shapes.isTaskId(value));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.1.23,true",
        "127.0.0.12,true",
        "255.255.255.255,true",
        "0.0.0.0,false",
        "169.254.172.2,false",
        "10.0.1,false",
        "10.0.1.2.3,false",
        "10.0.1.256,false",
        "10.0.1.023,false",
        "10.0..1,false",
        "10.0.1.,false",
        "10.0.1.-1,false",
        "10.0.1.2/24,false",
        "::1,false",
        "10,false",
        "'',false"
    })
    void knowsIpv4Addresses(String value, boolean expected) {
        assertEquals(expected, Shapes.isIpv4(value));
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8::12,true",
        "2600:1F14::1,true",
        "::1,true",
        "1:2:3:4:5:6:7:8,true",
        "::,false",
        "fe80::1,false",
        "fe80::1%eth0,false",
        "1:2:3,false",
        "1:2:3:4:5:6:7:8:9,false",
        "2001:db8::1::2,false",
        "12345::1,false",
        "[2001:db8::12],false",
        "10.0.1.23,false",
        "abc,false",
        "'',false"
    })
    void knowsIpv6Addresses(String value, boolean expected) {
        assertEquals(expected, Shapes.isIpv6(value));
    }

    @ParameterizedTest
    @CsvSource({
        "eu-west-1,true",
        "us-gov-west-1,true",
        "eusc-de-east-1,true",
        "ap-southeast-12,true",
        "eu-west-1a,false",
        "eu-1,false",
        "eu-west,false",
        "eu-west-,false",
        "Eu-west-1,false",
        "eu2-west-1,false",
        "'',false"
    })
    void knowsRegions(String value, boolean expected) {
        assertEquals(expected, AwsRegion.isOne(value));
    }

    @ParameterizedTest
    @CsvSource({
        "eu-west-1a,true",
        "us-west-2-lax-1a,true",
        "us-east-1-wl1-bos-wlz-1,true",
        "us-gov-west-1b,true",
        "eu-west-1A,false",
        "eu-west-1,false",
        "nova,false",
        "a,false",
        "'',false"
    })
    void knowsAvailabilityZones(String value, boolean expected) {
        assertEquals(expected, AwsRegion.isZone(value));
    }

    @ParameterizedTest
    @CsvSource({
        "m7g.large,true",
        "u-6tb1.112xlarge,true",
        "mac2-m2pro.metal,true",
        "m7g.metal-48xl,true",
        "m7g,false",
        "m7g.,false",
        ".large,false",
        "m7g.large.x,false",
        "<p>.x,false",
        "'',false"
    })
    void knowsInstanceTypes(String value, boolean expected) {
        assertEquals(expected, Shapes.isInstanceType(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "<html>", "{}", "line\nbreak", "tök"})
    void takesNoPageForAToken(String value) {
        assertEquals(false, Shapes.isToken(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"AQAEALe-_x9ylHFP3dBY==", "0", "a.b/c+d=e"})
    void takesAnyOtherWordForAToken(String value) {
        assertTrue(Shapes.isToken(value));
    }

    @ParameterizedTest
    @CsvSource({"InService,true", "Terminated,true", "Warmed:Stopped,true", "<html>,false", "a b,false", "'',false"})
    void knowsLifecycleStates(String value, boolean expected) {
        assertEquals(expected, Shapes.isLifecycleState(value));
    }
}
