package consul.launcher.mockec2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlTest {

    private final Ec2Mock mock = Ec2Mock.start(Options.loopback("id=i-aaaaaaa1,address=127.0.1.201"));
    private final Caller caller = Caller.at(mock, "127.0.0.1");

    @AfterEach
    void close() {
        mock.close();
    }

    @Test
    void obeysByHttpAndShowsTheFleet() {
        HttpResponse<String> answer =
                caller.post("/_mock/launch", "id=i-aaaaaaa2&address=127.0.1.202&tag%3AName=a%22b");
        assertEquals(200, answer.statusCode());
        caller.post("/_mock/tag?id=i-aaaaaaa2&tag:Stage=test", "");
        caller.post("/_mock/stop?id=i-aaaaaaa2", "");
        String fleet = caller.get("/_mock/fleet").body();
        assertTrue(fleet.contains("{\"id\":\"i-aaaaaaa2\",\"state\":\"stopped\",\"address\":\"127.0.1.202\""), fleet);
        assertTrue(fleet.contains("\"tags\":{\"Name\":\"a\\\"b\",\"Stage\":\"test\"}"), fleet);
        assertEquals("[]", caller.get("/_mock/requests").body());
    }

    @ParameterizedTest
    @CsvSource({
        "launch?id=i-aaaaaaa2, 400, address or ipv6 is missing",
        "launch?id=i-aaaaaaa1&address=127.0.1.201, 400, exists already",
        "launch?id=i-aaaaaaa2&adress=127.0.1.202&ipv6=::2, 400, unknown: adress",
        "terminate?id=i-aaaaaaa7, 404, there is no instance i-aaaaaaa7",
        "terminate, 400, id is missing",
        "purge?id=i-aaaaaaa1, 400, is not terminated",
        "notice?id=i-aaaaaaa1&kind=x, 400, kind=x",
        "fault?status=many, 400, status=many",
        "explode, 404, there is no command explode",
    })
    void saysWhatIsWrongWithACommand(String command, int status, String why) {
        HttpResponse<String> answer = caller.post("/_mock/" + command, "");
        assertEquals(status, answer.statusCode());
        assertTrue(answer.body().contains(why), answer.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--port", "--port x", "--nothing 1"})
    void refusesABadCommandLine(String line) {
        assertThrows(IllegalArgumentException.class, () -> Options.parse(line.split(" ", -1)));
    }

    @Test
    void readsACommandLine() {
        Options options = Options.parse("--port 8111 --instance id=i-1,address=10.0.0.1 --api-lag 250".split(" ", -1));
        assertEquals(8111, options.port());
        assertEquals(250, options.apiLag().toMillis());
        assertEquals(1, options.instances().size());
    }
}
