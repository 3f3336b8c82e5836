package consul.launcher.entrypoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HostInterfacesTest {

    @ParameterizedTest
    @CsvSource({"127.0.0.1, true", "127.0.5.9, true", "::1, true", "192.0.2.1, false", "2001:db8::7, false", "x, false"
    })
    void tellsWhetherAnAddressIsOneOfThisNetworkNamespace(String address, boolean here) {
        assertEquals(here, new HostInterfaces(_ -> fail()).has(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "::",
                "::1",
                "fd00::",
                "2001:db8::7",
                "2001:db8:0:1::7",
                "2001:db8::1:0:0:7",
                "2001:0:0:1::7",
                "2001:db8:0:1:1:1:1:7",
                "1:2:3:4:5:6:7:8",
                "0:2:3:4:5:6:7:0"
            })
    void writesAnAddressAsEverybodyDoes(String address) throws UnknownHostException {
        assertEquals(
                address, HostInterfaces.shortened(InetAddress.getByName(address).getAddress()));
    }
}
