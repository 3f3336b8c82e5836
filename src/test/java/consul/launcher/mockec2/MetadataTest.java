package consul.launcher.mockec2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataTest {

    private static final String ID = "/latest/meta-data/instance-id";
    private static final String TOKEN = "/latest/api/token";
    private static final String TTL = "X-aws-ec2-metadata-token-ttl-seconds";
    private static final String SESSION = "X-aws-ec2-metadata-token";

    private final MovingClock clock = new MovingClock();
    private Ec2Mock mock = Ec2Mock.start(
            Options.loopback(
                    "id=i-aaaaaaa1,address=127.0.1.201,ipv6=fd00::1,zone=eu-west-1b,type=m7g.large",
                    "id=i-aaaaaaa2,address=127.0.1.202,imds=v2"),
            clock);

    @AfterEach
    void close() {
        mock.close();
    }

    private void restart(String... instances) {
        mock.close();
        mock = Ec2Mock.start(Options.loopback(instances), clock);
    }

    @Test
    void tellsInstancesApartByTheAddressTheyConnectTo() {
        assertEquals("i-aaaaaaa1", Caller.at(mock, "127.0.1.201").get(ID).body());
        Caller second = Caller.at(mock, "127.0.1.202");
        assertEquals("i-aaaaaaa2", second.get(ID, SESSION, second.token()).body());
    }

    @Test
    void tellsInstancesApartByTheAddressTheyComeFrom() {
        assertEquals("i-aaaaaaa1", Caller.from(mock, "127.0.1.201").get(ID).body());
    }

    @Test
    void knowsAnIpv6OnlyInstanceByItsAddress() {
        restart("id=i-aaaaaaa3,ipv6=::1");
        Caller caller = Caller.at(mock, "::1");
        assertEquals("i-aaaaaaa3", caller.get(ID).body());
        assertEquals("::1", caller.get("/latest/meta-data/ipv6").body());
        assertEquals(404, caller.get("/latest/meta-data/local-ipv4").statusCode());
    }

    @Test
    void answersAnUnknownCallerNothing() {
        assertEquals(404, Caller.at(mock, "127.0.1.203").get(ID).statusCode());
    }

    @Test
    void takesAnyUnknownCallerForTheInstanceThatSaysSo() {
        mock.command("launch", "id=i-aaaaaaa4,address=10.0.0.4,caller=*");
        assertEquals("i-aaaaaaa4", Caller.at(mock, "127.0.1.203").get(ID).body());
    }

    @ParameterizedTest
    @CsvSource({
        "meta-data/instance-id, i-aaaaaaa1",
        "meta-data/local-ipv4, 127.0.1.201",
        "meta-data/ipv6, fd00::1",
        "meta-data/placement/region, eu-west-1",
        "meta-data/placement/availability-zone, eu-west-1b",
        "meta-data/instance-type, m7g.large",
        "meta-data/autoscaling/target-lifecycle-state, InService",
    })
    void hasTheValue(String path, String value) {
        assertEquals(
                value, Caller.at(mock, "127.0.1.201").get("/latest/" + path).body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"spot/instance-action", "events/recommendations/rebalance", "nothing"})
    void answers404WhereThereIsNothing(String path) {
        assertEquals(
                404,
                Caller.at(mock, "127.0.1.201").get("/latest/meta-data/" + path).statusCode());
    }

    @Test
    void hasTheIdentityDocument() {
        String document = Caller.at(mock, "127.0.1.201")
                .get("/latest/dynamic/instance-identity/document")
                .body();
        for (String part : Arrays.asList(
                "\"instanceId\":\"i-aaaaaaa1\"", "\"privateIp\":\"127.0.1.201\"", "\"region\":\"eu-west-1\"")) {
            assertTrue(document.contains(part), document);
        }
    }

    @Test
    void requiresATokenOfAnInstanceThatHasVersion2Only() {
        Caller caller = Caller.at(mock, "127.0.1.202");
        assertEquals(401, caller.get(ID).statusCode());
        assertEquals(401, caller.get(ID, SESSION, "made-up").statusCode());
        assertEquals(200, caller.get(ID, SESSION, caller.token()).statusCode());
    }

    @Test
    void refusesABadTokenEvenWhereNoneIsRequired() {
        assertEquals(
                401, Caller.at(mock, "127.0.1.201").get(ID, SESSION, "made-up").statusCode());
    }

    @Test
    void refusesTheTokenOfAnotherInstance() {
        String token = Caller.at(mock, "127.0.1.201").token();
        assertEquals(401, Caller.at(mock, "127.0.1.202").get(ID, SESSION, token).statusCode());
    }

    @Test
    void refusesATokenWhoseTimeIsOver() {
        Caller caller = Caller.at(mock, "127.0.1.202");
        String token = caller.token();
        clock.advance(Duration.ofSeconds(59));
        assertEquals(200, caller.get(ID, SESSION, token).statusCode());
        clock.advance(Duration.ofSeconds(1));
        assertEquals(401, caller.get(ID, SESSION, token).statusCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "21601", "-1", "x"})
    void refusesATimeToLiveOutOfRange(String ttl) {
        assertEquals(400, Caller.at(mock, "127.0.1.201").put(TOKEN, TTL, ttl).statusCode());
    }

    @Test
    void refusesATokenWithoutTimeToLiveAndThroughAProxy() {
        Caller caller = Caller.at(mock, "127.0.1.201");
        assertEquals(400, caller.put(TOKEN).statusCode());
        assertEquals(
                403, caller.put(TOKEN, TTL, "60", "X-Forwarded-For", "10.0.0.1").statusCode());
    }

    @ParameterizedTest
    @CsvSource({"v1, 404, 200", "v1-403, 403, 200", "v1-405, 405, 200", "off, 403, 403", "v2, 200, 401"})
    void playsOldAndClosedServices(String imds, int tokenStatus, int readStatus) {
        restart("id=i-aaaaaaa5,address=127.0.1.201,imds=" + imds);
        Caller caller = Caller.at(mock, "127.0.1.201");
        assertEquals(tokenStatus, caller.put(TOKEN, TTL, "60").statusCode());
        assertEquals(readStatus, caller.get(ID).statusCode());
    }

    @Test
    void givesNoticeOfTheEndAndTakesItBack() {
        Caller caller = Caller.at(mock, "127.0.1.201");
        mock.command("notice", "id=i-aaaaaaa1,kind=spot");
        mock.command("notice", "id=i-aaaaaaa1,kind=autoscaling");
        mock.command("notice", "id=i-aaaaaaa1,kind=rebalance");
        assertEquals(
                "{\"action\":\"terminate\",\"time\":\"2026-11-22T21:21:28Z\"}",
                caller.get("/latest/meta-data/spot/instance-action").body());
        assertEquals(
                "Terminated",
                caller.get("/latest/meta-data/autoscaling/target-lifecycle-state")
                        .body());
        assertEquals(
                "{\"noticeTime\":\"2026-11-22T21:19:28Z\"}",
                caller.get("/latest/meta-data/events/recommendations/rebalance").body());

        mock.command("notice", "id=i-aaaaaaa1,kind=none");
        assertEquals(404, caller.get("/latest/meta-data/spot/instance-action").statusCode());
        assertEquals(
                "InService",
                caller.get("/latest/meta-data/autoscaling/target-lifecycle-state")
                        .body());
    }

    @Test
    void givesADeadInstancesAddressToItsReplacement() {
        mock.command("terminate", "id=i-aaaaaaa1");
        assertEquals(404, Caller.at(mock, "127.0.1.201").get(ID).statusCode());
        mock.command("launch", "id=i-aaaaaaa9,address=127.0.1.201");
        assertEquals("i-aaaaaaa9", Caller.at(mock, "127.0.1.201").get(ID).body());
    }

    @Test
    void takesTheYoungerOfTwoInstancesWithOneAddress() {
        mock.command("state", "id=i-aaaaaaa1,state=shutting-down");
        assertEquals("i-aaaaaaa1", Caller.at(mock, "127.0.1.201").get(ID).body());
        mock.command("launch", "id=i-aaaaaaa9,address=127.0.1.201");
        assertEquals("i-aaaaaaa9", Caller.at(mock, "127.0.1.201").get(ID).body());
    }

    @Test
    void hasCredentialsOfARole() {
        Caller caller = Caller.at(mock, "127.0.1.201");
        String role = caller.get("/latest/meta-data/iam/security-credentials/").body();
        String credentials =
                caller.get("/latest/meta-data/iam/security-credentials/" + role).body();
        assertTrue(credentials.contains("\"Expiration\":\"2026-11-23T03:19:28Z\""), credentials);
    }
}
