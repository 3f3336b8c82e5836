package consul.launcher.entrypoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import consul.launcher.config.EntrypointSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressesTest {

    private static final Addresses.Interfaces UNUSED = new Addresses.Interfaces() {
        @Override
        public Optional<String> address(String name) {
            return fail("asked for interface " + name);
        }

        @Override
        public List<String> names() {
            return fail("asked for the interfaces");
        }

        @Override
        public boolean has(String address) {
            return fail("asked for address " + address);
        }
    };

    private final List<Problem> problems = new ArrayList<>();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-bind=1.2.3.4                     | -bind=1.2.3.4",
                "-bind 1.2.3.4                     | -bind;1.2.3.4",
                "10.0.0.1                          | -bind=10.0.0.1",
                "{{ GetPrivateInterface }}         | -bind={{ GetPrivateInterface }}",
                "-bind {{ GetPrivateInterface }}   | -bind;{{ GetPrivateInterface }}",
                "-bind=* -x                        | -bind=*;-x",
            })
    void takesFlagsAndBareAddresses(String value, String expected) {
        Addresses addresses =
                addresses(Map.of("CONSUL_BIND", value, "CONSUL_BIND_INTERFACE", "never-looked-at"), UNUSED);
        assertEquals(
                List.of(expected.split(";", -1)), addresses.bind().orElseThrow().value());
        assertEquals(List.of(), problems);
    }

    @Test
    void takesABareListAsOneValue() {
        Addresses addresses = addresses(Map.of("CONSUL_CLIENT", "127.0.0.1 ::1"), UNUSED);
        assertEquals(
                List.of("-client=127.0.0.1 ::1"),
                addresses.client().orElseThrow().value());
    }

    @Test
    void saysWhatIsNotClosed() {
        addresses(Map.of("CONSUL_BIND", "-bind='1.2.3.4"), UNUSED);
        assertEquals(
                "CONSUL_BIND can't be split into words: the quote ' is not closed: give whole flags such as "
                        + "-bind=10.0.0.1, or a bare address",
                problems.getFirst().line());
    }

    @Test
    void usesTheInterfacesAddressAndSaysSo() {
        Addresses addresses =
                addresses(Map.of("CONSUL_CLIENT_INTERFACE", "eth0"), interfaces(Map.of("eth0", "10.1.2.3")));
        assertEquals(
                List.of("-client=10.1.2.3"), addresses.client().orElseThrow().value());
        assertEquals(List.of("interface 'eth0' has address 10.1.2.3, used as -client"), addresses.notices());
    }

    @Test
    void listsTheInterfacesIfTheOneNamedHasNoAddress() {
        addresses(Map.of("CONSUL_BIND_INTERFACE", "eth9"), interfaces(Map.of("eth0", "10.1.2.3")));
        assertEquals(
                "Could not find IP for interface 'eth9', exiting: interfaces here: eth0; set CONSUL_BIND_INTERFACE to "
                        + "one that has an address",
                problems.getFirst().line());
    }

    private Addresses addresses(Map<String, String> variables, Addresses.Interfaces interfaces) {
        return Addresses.of(
                EntrypointSettings.from(new Environment(variables), problems::add),
                interfaces,
                problems::add,
                problems::add);
    }

    private static Addresses.Interfaces interfaces(Map<String, String> addresses) {
        return new Addresses.Interfaces() {
            @Override
            public Optional<String> address(String name) {
                return Optional.ofNullable(addresses.get(name));
            }

            @Override
            public List<String> names() {
                return List.copyOf(addresses.keySet());
            }

            @Override
            public boolean has(String address) {
                return addresses.containsValue(address);
            }
        };
    }
}
