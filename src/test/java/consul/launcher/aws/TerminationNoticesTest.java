package consul.launcher.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.aws.TerminationNotices.Autoscaling;
import consul.launcher.aws.TerminationNotices.Failed;
import consul.launcher.aws.TerminationNotices.NoNotice;
import consul.launcher.aws.TerminationNotices.Sight;
import consul.launcher.aws.TerminationNotices.Spot;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TerminationNoticesTest {

    private static final String TOKEN = "PUT /latest/api/token";
    private static final String LIFECYCLE = "GET /latest/meta-data/autoscaling/target-lifecycle-state";
    private static final String SPOT = "GET /latest/meta-data/spot/instance-action";

    private final FakePace pace = new FakePace();
    private Mock ec2;

    @BeforeEach
    void start() throws IOException {
        ec2 = new Mock();
    }

    @AfterEach
    void stop() {
        ec2.close();
    }

    @Test
    void seesNoNoticeWhereThereIsNeither() {
        ec2.token().answers(404, "").answers(404, "");

        assertEquals(new NoNotice(), notices().check());
        assertEquals(List.of(TOKEN, LIFECYCLE, SPOT), ec2.requests());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"InService", "Standby", "Detached", "Warmed:Running", "Warmed:Stopped", "Warmed:Hibernated"})
    void seesNoNoticeInAStateThatTheInstanceComesBackFrom(String state) {
        ec2.token().answers(200, state).answers(404, "");

        assertEquals(new NoNotice(), notices().check());
    }

    /// Asked without it, a proxy knows no such path, and that looks like no notice.
    @Test
    void asksBelowThePathOfTheEndpoint() {
        ec2.token().answers(404, "").answers(404, "");

        assertEquals(
                new NoNotice(),
                notices("AWS_EC2_METADATA_SERVICE_ENDPOINT", ec2.url() + "/imds")
                        .check());
        assertEquals(
                List.of(
                        TOKEN.replace("/latest", "/imds/latest"),
                        LIFECYCLE.replace("/latest", "/imds/latest"),
                        SPOT.replace("/latest", "/imds/latest")),
                ec2.requests());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Terminated", "Warmed:Terminated"})
    void seesThatTheGroupTakesTheInstanceOut(String state) {
        ec2.token().answers(200, state);

        assertEquals(new Autoscaling(state), notices().check());
        assertEquals(List.of(TOKEN, LIFECYCLE), ec2.requests());
    }

    @ParameterizedTest
    @ValueSource(strings = {"terminate", "stop", "hibernate"})
    void seesThatSpotCapacityIsTakenBack(String action) {
        ec2.token()
                .answers(200, "InService")
                .answers(200, "{\"action\": \"" + action + "\", \"time\": \"2026-11-22T21:19:28Z\"}");

        assertEquals(
                new Spot(action, Optional.of(Instant.parse("2026-11-22T21:19:28Z"))),
                notices().check());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"action\":\"stop\"}", "{\"action\":\"stop\",\"time\":\"soon\"}"})
    void seesASpotNoticeWhoseTimeCannotBeRead(String body) {
        ec2.token().answers(404, "").answers(200, body);

        assertEquals(new Spot("stop", Optional.empty()), notices().check());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html></html>", "{}", "{\"action\":\"dance\"}", "stop"})
    void takesNoOtherTextForASpotNotice(String body) {
        ec2.token().answers(404, "").answers(200, body);

        assertTrue(failed(notices().check()).getLast().endsWith(" is not an instance action"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>Terminated</html>", "not Terminated"})
    void takesNoOtherTextForALifecycleState(String body) {
        ec2.token().answers(200, body).answers(404, "");

        assertTrue(failed(notices().check()).get(1).endsWith(" is not a lifecycle state"));
    }

    @Test
    void seesASpotNoticeThoughTheLifecycleStateFails() {
        ec2.token().answers(500, "").answers(200, "{\"action\":\"stop\"}");

        assertEquals(new Spot("stop", Optional.empty()), notices().check());
    }

    @Test
    void keepsItsTokenFromCheckToCheck() {
        ec2.token().answers(404, "").answers(404, "").answers(404, "").answers(404, "");

        try (TerminationNotices notices = notices()) {
            assertEquals(new NoNotice(), notices.check());
            assertEquals(new NoNotice(), notices.check());
        }

        List<RecordedRequest> requests = ec2.recorded();
        assertEquals(List.of(TOKEN, LIFECYCLE, SPOT, LIFECYCLE, SPOT), lines(requests));
        for (RecordedRequest request : requests.subList(1, 5)) {
            assertEquals(Mock.TOKEN, request.getHeaders().get("X-aws-ec2-metadata-token"));
        }
    }

    /// A connection for each check would cost an idle launcher wake-ups, and the service a socket.
    @Test
    void keepsItsConnectionFromCheckToCheck() {
        ec2.token().answers(404, "").answers(404, "").answers(404, "").answers(404, "");

        try (TerminationNotices notices = notices()) {
            notices.check();
            notices.check();
        }

        assertEquals(List.of(0, 0, 0, 0, 0), connections());
    }

    @Test
    void goesOnWhereTheServiceClosesAKeptConnection() {
        ec2.token()
                .answers(404, "")
                .answers(new MockResponse.Builder().code(404).onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE));
        ec2.answers(404, "").answers(404, "");

        try (TerminationNotices notices = notices()) {
            assertEquals(new NoNotice(), notices.check());
            assertEquals(new NoNotice(), notices.check());
        }

        assertEquals(List.of(0, 0, 0, 1, 1), connections());
    }

    /// Both answers of a check are on their way while somebody else's are waited for.
    @Test
    void asksBothAtOnceWhereItIsToldAhead() {
        ec2.token().answers(404, "").answers(404, "").answers(404, "").answers(404, "");

        try (TerminationNotices notices = notices()) {
            notices.send();
            assertEquals(new NoNotice(), notices.check());
            notices.send();
            ec2.awaitRequests(5);
            assertEquals(new NoNotice(), notices.check());
        }

        assertEquals(5, ec2.requests().size());
    }

    @Test
    void doesNotTakeAnAnswerOfAnEarlierCheckForThisOnes() {
        ec2.token().answers(404, "").answers(404, "");
        ec2.answers(200, "Terminated").answers(200, "Terminated");

        try (TerminationNotices notices = notices()) {
            notices.check();
            notices.send();
            ec2.awaitRequests(5);
            ec2.answers(404, "").answers(404, "");
            notices.send();
            assertEquals(new NoNotice(), notices.check());
        }
    }

    private List<Integer> connections() {
        return ec2.recorded().stream().map(RecordedRequest::getConnectionIndex).toList();
    }

    @Test
    void renewsItsTokenBeforeThatEnds() {
        ec2.token().answers(404, "").answers(404, "");
        ec2.answers(404, "").answers(404, "");
        ec2.answers(200, "second").answers(404, "").answers(404, "");

        try (TerminationNotices notices = notices()) {
            notices.check();
            pace.pass(Duration.ofHours(6).minusSeconds(301));
            notices.check();
            pace.pass(Duration.ofSeconds(1));
            notices.check();
        }

        List<RecordedRequest> requests = ec2.recorded();
        assertEquals(List.of(TOKEN, LIFECYCLE, SPOT, LIFECYCLE, SPOT, TOKEN, LIFECYCLE, SPOT), lines(requests));
        assertEquals("second", requests.get(6).getHeaders().get("X-aws-ec2-metadata-token"));
    }

    @Test
    void getsANewTokenIfTheOldOneIsRefused() {
        ec2.token().answers(401, "").answers(200, "second").answers(200, "Terminated");

        assertEquals(new Autoscaling("Terminated"), notices().check());
        assertEquals(List.of(TOKEN, LIFECYCLE, TOKEN, LIFECYCLE), ec2.requests());
    }

    @Test
    void getsATokenIfOneIsDemandedAfterAll() {
        ec2.answers(405, "").answers(404, "").answers(404, "");
        ec2.answers(401, "").token().answers(200, "Terminated");

        try (TerminationNotices notices = notices()) {
            assertEquals(new NoNotice(), notices.check());
            assertEquals(new Autoscaling("Terminated"), notices.check());
        }

        List<RecordedRequest> requests = ec2.recorded();
        assertEquals(List.of(TOKEN, LIFECYCLE, SPOT, LIFECYCLE, TOKEN, LIFECYCLE), lines(requests));
        assertNull(requests.get(3).getHeaders().get("X-aws-ec2-metadata-token"));
        assertEquals(Mock.TOKEN, requests.get(5).getHeaders().get("X-aws-ec2-metadata-token"));
    }

    @Test
    void triesEachRequestOnceAndTellsWhatCameBack() {
        ec2.token().answers(500, "").answers(503, "");

        assertEquals(
                List.of(
                        "PUT " + ec2.url() + "/latest/api/token came back: 200",
                        "GET " + ec2.url() + "/latest/meta-data/autoscaling/target-lifecycle-state came back: 500",
                        "GET " + ec2.url() + "/latest/meta-data/spot/instance-action came back: 503"),
                failed(notices().check()));
        assertEquals(List.of(), pace.slept);
    }

    @Test
    void tellsOfOneCheckOnly() {
        ec2.token().answers(500, "").answers(500, "").answers(500, "").answers(500, "");

        try (TerminationNotices notices = notices()) {
            assertEquals(3, failed(notices.check()).size());
            assertEquals(2, failed(notices.check()).size());
        }
    }

    @Test
    void asksOnlyOnceWhereNobodyAnswers() {
        ec2.answers(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE));

        Sight sight = notices("AWS_METADATA_SERVICE_TIMEOUT", "0.5").check();

        assertEquals(
                List.of("PUT " + ec2.url() + "/latest/api/token came back: connected, but no answer within 500 ms"),
                failed(sight));
    }

    @Test
    void isBackOnceTheServiceIs() throws IOException {
        ec2.answers(500, "").answers(500, "");
        ec2.token().answers(200, "Terminated");

        try (TerminationNotices notices = notices()) {
            assertTrue(notices.check() instanceof Failed);
            assertEquals(new Autoscaling("Terminated"), notices.check());
        }
    }

    @Test
    void doesNotTakeAMissingTokenPathForNoNotice() {
        ec2.answers(404, "").answers(404, "");

        Sight sight = notices("AWS_EC2_METADATA_V1_DISABLED", "true").check();

        assertTrue(sight instanceof Failed, sight.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "CONSUL_METADATA,none,false",
        "CONSUL_METADATA,ecs,false",
        "CONSUL_METADATA,ec2,true",
        "CONSUL_METADATA,auto,true",
        "AWS_EC2_METADATA_DISABLED,true,false"
    })
    void asksNobodyIfTheSettingsForbidIt(String variable, String value, boolean possible) {
        ec2.token().answers(404, "").answers(404, "");

        try (TerminationNotices notices = notices(variable, value)) {
            assertEquals(new NoNotice(), notices.check());
        }

        assertEquals(possible, TerminationNotices.possible(Mock.settings(variable, value)));
        assertEquals(possible, !ec2.requests().isEmpty());
    }

    private TerminationNotices notices(String... variables) {
        List<String> all = new ArrayList<>(List.of("AWS_EC2_METADATA_SERVICE_ENDPOINT", ec2.url()));
        all.addAll(Arrays.asList(variables));
        return new TerminationNotices(Mock.settings(all.toArray(String[]::new)), pace);
    }

    private static List<String> failed(Sight sight) {
        assertFalse(sight instanceof NoNotice, sight.toString());
        return ((Failed) sight).attempts();
    }

    private static List<String> lines(List<RecordedRequest> requests) {
        return requests.stream()
                .map(request -> request.getMethod() + " " + request.getTarget())
                .toList();
    }
}
