package consul.launcher.mockec2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryApiTest {

    private static final String BY_TAG = "Action=DescribeInstances&Version=2016-11-15"
            + "&Filter.1.Name=tag%3ARole&Filter.1.Value.1=consul"
            + "&Filter.2.Name=instance-state-name&Filter.2.Value.1=running&Filter.2.Value.2=pending";

    private final MovingClock clock = new MovingClock();
    private final Ec2Mock mock = Ec2Mock.start(
            new Options(
                    Optional.empty(),
                    0,
                    Optional.empty(),
                    List.of(
                            "id=i-aaaaaaa1,address=127.0.1.201,tag:Role=consul",
                            "id=i-aaaaaaa2,address=127.0.1.202,tag:Role=consul",
                            "id=i-aaaaaaa3,address=127.0.1.203,tag:Role=web",
                            "id=i-aaaaaaa4,address=127.0.1.204,zone=us-east-1a,tag:Role=consul"),
                    List.of(),
                    Duration.ofSeconds(5),
                    Duration.ofHours(1),
                    1000,
                    Optional.empty()),
            clock);
    private final Caller caller = Caller.at(mock, "127.0.0.1");

    QueryApiTest() {
        clock.advance(Duration.ofSeconds(5));
    }

    @AfterEach
    void close() {
        mock.close();
    }

    private HttpResponse<String> ask(String form) {
        return askIn("eu-central-1", form);
    }

    private HttpResponse<String> askIn(String region, String form) {
        return caller.post(
                "/",
                form,
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=ASIAMOCK/20261122/" + region
                        + "/ec2/aws4_request, SignedHeaders=host, Signature=00");
    }

    private static List<String> elements(String xml, String name) {
        List<String> found = new ArrayList<>();
        Matcher matcher =
                Pattern.compile("<" + name + ">([^<]*)</" + name + ">").matcher(xml);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private List<String> idsByTag() {
        return elements(ask(BY_TAG).body(), "instanceId");
    }

    private static String byId(String... ids) {
        StringBuilder form = new StringBuilder("Action=DescribeInstances");
        for (int i = 0; i < ids.length; i++) {
            form.append("&InstanceId.").append(i + 1).append('=').append(ids[i]);
        }
        return form.toString();
    }

    @Test
    void findsTheRunningInstancesOfATagInTheRegion() {
        assertEquals(List.of("i-aaaaaaa1", "i-aaaaaaa2"), idsByTag());
        assertEquals(List.of("i-aaaaaaa4"), elements(askIn("us-east-1", BY_TAG).body(), "instanceId"));
    }

    @Test
    void describesATerminatedInstanceWithoutItsAddress() {
        mock.command("terminate", "id=i-aaaaaaa1");
        clock.advance(Duration.ofSeconds(5));
        String xml = ask(byId("i-aaaaaaa1")).body();
        assertEquals(List.of("48"), elements(xml, "code"));
        assertTrue(xml.contains("<name>terminated</name>"), xml);
        assertFalse(xml.contains("privateIpAddress"), xml);
        assertEquals(List.of("i-aaaaaaa2"), idsByTag());
    }

    @Test
    void seesAChangeLate() {
        mock.command("state", "id=i-aaaaaaa1,state=shutting-down");
        mock.command("launch", "id=i-aaaaaaa5,address=127.0.1.205,tag:Role=consul");
        assertEquals(List.of("i-aaaaaaa1", "i-aaaaaaa2"), idsByTag());
        assertEquals(
                List.of("InvalidInstanceID.NotFound"),
                elements(ask(byId("i-aaaaaaa5")).body(), "Code"));
        clock.advance(Duration.ofSeconds(5));
        assertEquals(List.of("i-aaaaaaa2", "i-aaaaaaa5"), idsByTag());
    }

    @Test
    void forgetsATerminatedInstanceAfterAnHour() {
        mock.command("terminate", "id=i-aaaaaaa1");
        clock.advance(Duration.ofMinutes(59));
        assertEquals(200, ask(byId("i-aaaaaaa1")).statusCode());
        clock.advance(Duration.ofMinutes(1));
        assertEquals(
                List.of("InvalidInstanceID.NotFound"),
                elements(ask(byId("i-aaaaaaa1", "i-aaaaaaa2")).body(), "Code"));
    }

    @Test
    void stopsAndStartsAndNeverRaisesTheDead() {
        mock.command("stop", "id=i-aaaaaaa1");
        mock.command("start", "id=i-aaaaaaa1");
        mock.command("terminate", "id=i-aaaaaaa1");
        assertEquals(400, caller.post("/_mock/start", "id=i-aaaaaaa1").statusCode());
    }

    @Test
    void givesPagesOneByOne() {
        for (int i = 0; i < 9; i++) {
            mock.command("launch", "id=i-bbbbbbb" + i + ",address=127.0.1.21" + i + ",tag:Role=many");
        }
        clock.advance(Duration.ofSeconds(5));
        String form = "Action=DescribeInstances&Filter.1.Name=tag:Role&Filter.1.Value.1=many&MaxResults=5";
        String page = ask(form).body();
        assertEquals(5, elements(page, "instanceId").size());
        String last = ask(form + "&NextToken=" + elements(page, "nextToken").getFirst())
                .body();
        assertEquals(List.of("i-bbbbbbb5", "i-bbbbbbb6", "i-bbbbbbb7", "i-bbbbbbb8"), elements(last, "instanceId"));
        assertEquals(List.of(), elements(last, "nextToken"));
    }

    @ParameterizedTest
    @CsvSource({
        "Action=DescribeInstances&InstanceId.1=i-ccccccc1, 400, InvalidInstanceID.NotFound",
        "Action=DescribeInstances&InstanceId.1=web-1, 400, InvalidInstanceID.Malformed",
        "Action=DescribeInstances&MaxResults=4, 400, InvalidParameterValue",
        "Action=DescribeInstances&MaxResults=5&InstanceId.1=i-aaaaaaa1, 400, InvalidParameterCombination",
        "Action=DescribeInstances&DryRun=true, 412, DryRunOperation",
        "Action=RunInstances, 400, InvalidAction",
    })
    void refusesAsAwsDoes(String form, int status, String code) {
        HttpResponse<String> answer = ask(form);
        assertEquals(status, answer.statusCode());
        assertEquals(List.of(code), elements(answer.body(), "Code"));
    }

    @Test
    void refusesARequestThatIsNotSigned() {
        assertEquals(
                List.of("MissingAuthenticationToken"),
                elements(caller.post("/", BY_TAG).body(), "Code"));
    }

    @ParameterizedTest
    @CsvSource({"UnauthorizedOperation, 403", "RequestLimitExceeded, 503", "AuthFailure, 401"})
    void failsWithAnInjectedCode(String code, int status) {
        mock.command("fault", "api=ec2,code=" + code);
        HttpResponse<String> answer = ask(BY_TAG);
        assertEquals(status, answer.statusCode());
        assertEquals(List.of(code), elements(answer.body(), "Code"));
        assertEquals(200, ask(BY_TAG).statusCode());
    }
}
