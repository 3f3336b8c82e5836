package consul.launcher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import consul.launcher.config.Proxies.Login;
import consul.launcher.config.Proxies.Server;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ProxiesTest {

    private static final URI EC2 = URI.create("https://ec2.eu-west-1.amazonaws.com");

    private final List<Problem> problems = new ArrayList<>();

    private Proxies from(Map<String, String> variables) {
        return Proxies.from(new Environment(variables), problems::add);
    }

    private Server https(String value) {
        Server server = from(Map.of("HTTPS_PROXY", value)).of(EC2).orElseThrow();
        assertEquals(List.of(), problems);
        return server;
    }

    @Test
    void areNoneWhereNoVariableIsSet() {
        assertEquals(Proxies.none(), from(Map.of()));
        assertEquals(Proxies.none(), from(Map.of("HTTPS_PROXY", "", "NO_PROXY", " , ")));
        assertEquals(List.of(), problems);
    }

    @Test
    void areForTheSchemeThatTheirVariableNames() {
        Proxies proxies = from(Map.of("HTTP_PROXY", "http://plain:1", "HTTPS_PROXY", "http://secure:2"));

        assertEquals("secure:2 of HTTPS_PROXY", proxies.of(EC2).orElseThrow().describe());
        assertEquals(
                "plain:1 of HTTP_PROXY",
                proxies.of(URI.create("http://ec2.example")).orElseThrow().describe());
        assertEquals(
                Optional.empty(), from(Map.of("HTTP_PROXY", "http://plain:1")).of(EC2));
    }

    @Test
    void areFoundInSmallLettersToo() {
        assertEquals(
                "small:1 of https_proxy",
                from(Map.of("https_proxy", "small:1")).of(EC2).orElseThrow().describe());
        assertEquals(
                "large:1 of HTTPS_PROXY",
                from(Map.of("https_proxy", "small:1", "HTTPS_PROXY", "large:1"))
                        .of(EC2)
                        .orElseThrow()
                        .describe());
        assertEquals(
                Optional.empty(),
                from(Map.of("https_proxy", "small:1", "no_proxy", "AmazonAWS.com"))
                        .of(EC2));
    }

    @ParameterizedTest
    @CsvSource({
        "http://proxy.example:3128, proxy.example, 3128",
        "HTTP://proxy.example:3128/, proxy.example, 3128",
        "proxy.example:3128, proxy.example, 3128",
        "http://proxy.example, proxy.example, 80",
        "my_proxy:3128, my_proxy, 3128",
        "10.0.0.1:3128, 10.0.0.1, 3128",
        "http://[2001:db8::1]:3128, 2001:db8::1, 3128",
        "http://[2001:db8::1], 2001:db8::1, 80"
    })
    void haveAHostAndAPort(String value, String host, int port) {
        assertEquals(new Server("HTTPS_PROXY", host, port, Optional.empty()), https(value));
    }

    @ParameterizedTest
    @CsvSource({
        "http://user:secret@proxy:1, user, secret",
        "user:secret@proxy:1, user, secret",
        "http://us%40er:s%3Ae+c%2Fret%20@proxy:1, us@er, 's:e+c/ret '",
        "http://user:p@ss@proxy:1, user, p@ss",
        "http://user@proxy:1, user, ''",
        "http://user:s:e@proxy:1, user, s:e"
    })
    void haveALogin(String value, String user, String password) {
        assertEquals(new Server("HTTPS_PROXY", "proxy", 1, Optional.of(new Login(user, password))), https(value));
    }

    @Test
    void neverShowThePassword() {
        Server server = https("http://user:secret@proxy:1");

        assertFalse((server + server.describe()).contains("secret"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://user:secret@proxy:1",
                "socks5://proxy:1",
                "http://",
                "http://user:secret@",
                "http://pro xy:1",
                "http://proxy:0",
                "http://proxy:65536",
                "http://proxy:secret",
                "http://proxy:+1",
                "http://proxy:",
                "http://proxy:1/path",
                "http://proxy:1?x",
                "http://[::1",
                "http://[proxy]:1",
                "http://us%er:secret@proxy:1"
            })
    void namesTheVariableOfWhatIsNoProxyButNotItsValue(String value) {
        assertEquals(Proxies.none(), from(Map.of("https_proxy", value)));

        assertEquals(
                "https_proxy is no proxy that can be used: set it to http://host:port or"
                        + " http://user:password@host:port, with what is special in the password as %XX, or unset it",
                problems.getFirst().line());
        assertEquals(1, problems.size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*                            | https://ec2.example | none",
                "example                      | https://ec2.example | none",
                "EC2.Example                  | https://ec2.example | none",
                "ec2.example                  | https://EC2.example. | none",
                "other, ec2.example           | https://ec2.example | none",
                ".example                     | https://ec2.example | none",
                "*.example                    | https://ec2.example | none",
                ".ec2.example                 | https://ec2.example | proxy",
                "*.ec2.example                | https://ec2.example | proxy",
                "2.example                    | https://ec2.example | proxy",
                "ec2                          | https://ec2.example | proxy",
                "ec2.example:443              | https://ec2.example | none",
                "ec2.example:8443             | https://ec2.example | proxy",
                "ec2.example:8443             | https://ec2.example:8443 | none",
                "10.0.0.1                     | https://10.0.0.1 | none",
                "10.0.0.1:443                 | https://10.0.0.1 | none",
                "10.0.0.1                     | https://10.0.0.11 | proxy",
                "10.0.0.0/8                   | https://10.1.2.3 | none",
                "10.0.0.0/8                   | https://11.1.2.3 | proxy",
                "10.128.0.0/9                 | https://10.127.2.3 | proxy",
                "0.0.0.0/0                    | https://10.127.2.3 | none",
                "0.0.0.0/0                    | https://ec2.example | proxy",
                "0.0.0.0/0                    | https://[2001:db8::1] | proxy",
                "10.0.0.0/33, 10.0.0.0/x, x/8 | https://10.0.0.0 | proxy",
                "2001:db8::/32                | https://[2001:db8::1] | none",
                "2001:db8::1                  | https://[2001:db8:0::1] | none",
                "[2001:db8::1]:443            | https://[2001:db8::1] | none",
                "[2001:db8::1]:444            | https://[2001:db8::1] | proxy",
                "''                           | https://ec2.example | proxy"
            })
    void leaveOutWhatNoProxyNames(String noProxy, URI url, String expected) {
        Proxies proxies = from(Map.of("HTTPS_PROXY", "proxy:1", "NO_PROXY", noProxy));

        assertEquals(expected, proxies.of(url).map(Server::host).orElse("none"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:4566",
                "http://127.0.0.2",
                "http://[::1]",
                "http://169.254.169.254",
                "http://169.254.170.2",
                "http://[fd00:ec2::254]",
                "http://[fe80::1]"
            })
    void areNeverForThisMachineAndItsLink(URI url) {
        assertEquals(Optional.empty(), from(Map.of("HTTP_PROXY", "proxy:1")).of(url));
    }
}
