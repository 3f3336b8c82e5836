package consul.launcher.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.MetadataSettings;
import consul.launcher.config.Origin;
import consul.launcher.config.Sourced;
import consul.launcher.identity.Identity;
import consul.launcher.identity.IdentitySource.NotFound;
import consul.launcher.identity.IdentitySource.Result;
import consul.launcher.identity.NetworkMode;
import consul.launcher.identity.Wanted;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// An instance outside of ECS, or a task told to look at its instance only.
class Ec2IdentityTest {

    private static final String TOKEN = "PUT /latest/api/token";
    private static final String DOCUMENT = "GET /latest/dynamic/instance-identity/document";
    private static final String INSTANCE_ID = "GET /latest/meta-data/instance-id";
    private static final String LOCAL_IPV4 = "GET /latest/meta-data/local-ipv4";
    private static final String IPV6 = "GET /latest/meta-data/ipv6";
    private static final String REGION = "GET /latest/meta-data/placement/region";

    private static final String PAGE = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>";

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

    // ---- what is asked

    @Test
    void readsEverythingFromTheIdentityDocumentWithASessionToken() {
        ec2.token().answers(200, Mock.DOCUMENT);

        Identity identity = Mock.found(find(Set.of(Wanted.values())));

        assertEquals(document("i-0123456789abcdef0", "instanceId"), identity.nodeName());
        assertEquals(document("10.0.1.23", "privateIp"), identity.address());
        assertEquals(document("eu-west-1", "region"), identity.region());
        assertEquals(
                List.of("availability-zone", "instance-type", "instance-id"),
                List.copyOf(identity.nodeMeta().keySet()));
        assertEquals("eu-west-1a", meta(identity, "availability-zone"));
        assertEquals("m7g.large", meta(identity, "instance-type"));
        assertEquals("i-0123456789abcdef0", meta(identity, "instance-id"));
        assertEquals(NetworkMode.UNKNOWN, identity.networkMode());
        List<RecordedRequest> requests = ec2.recorded();
        assertEquals(List.of(TOKEN, DOCUMENT), lines(requests));
        assertEquals("21600", requests.get(0).getHeaders().get("X-aws-ec2-metadata-token-ttl-seconds"));
        assertEquals(Mock.TOKEN, requests.get(1).getHeaders().get("X-aws-ec2-metadata-token"));
        assertEquals(List.of(), pace.slept);
    }

    @Test
    void sendsTheSessionTokenWithEveryRead() {
        ec2.token()
                .answers(404, "")
                .answers(200, Mock.INSTANCE)
                .answers(200, "10.0.1.23")
                .answers(200, "eu-west-1");

        Mock.found(find(Set.of(Wanted.NODE_NAME, Wanted.ADDRESS, Wanted.REGION)));

        List<RecordedRequest> requests = ec2.recorded();
        assertEquals(List.of(TOKEN, DOCUMENT, INSTANCE_ID, LOCAL_IPV4, REGION), lines(requests));
        for (RecordedRequest request : requests.subList(1, requests.size())) {
            assertEquals(Mock.TOKEN, request.getHeaders().get("X-aws-ec2-metadata-token"), request.getTarget());
        }
    }

    @Test
    void keepsOneConnectionForTheTokenAndTheRead() {
        ec2.token().answers(200, Mock.DOCUMENT);

        Mock.found(find(Set.of(Wanted.NODE_NAME, Wanted.ADDRESS)));

        assertEquals(
                List.of(0, 0),
                ec2.recorded().stream().map(RecordedRequest::getConnectionIndex).toList());
    }

    @ParameterizedTest
    @CsvSource({
        "NODE_NAME,GET /latest/meta-data/instance-id,i-0123456789abcdef0,instance-id",
        "ADDRESS,GET /latest/meta-data/local-ipv4,10.0.1.23,local-ipv4",
        "REGION,GET /latest/meta-data/placement/region,eu-west-1,placement/region"
    })
    void asksForASingleValueByItsOwnPath(Wanted wanted, String request, String value, String origin) {
        ec2.token().answers(200, value + "\n");

        Identity identity = Mock.found(find(Set.of(wanted)));

        Optional<Sourced<String>> expected = Optional.of(new Sourced<>(value, Origin.metadata("EC2 " + origin)));
        Optional<Sourced<String>> nothing = Optional.empty();
        assertEquals(wanted == Wanted.NODE_NAME ? expected : nothing, identity.nodeName());
        assertEquals(wanted == Wanted.ADDRESS ? expected : nothing, identity.address());
        assertEquals(wanted == Wanted.REGION ? expected : nothing, identity.region());
        assertEquals(Map.of(), identity.nodeMeta());
        assertEquals(List.of(TOKEN, request), ec2.requests());
    }

    @ParameterizedTest
    @CsvSource({"NODE_NAME,ADDRESS", "NODE_NAME,REGION", "ADDRESS,REGION", "NODE_NAME,NODE_META", "REGION,NODE_META"})
    void asksForSeveralValuesByTheDocument(Wanted one, Wanted other) {
        ec2.token().answers(200, Mock.DOCUMENT);

        Identity identity = Mock.found(find(Set.of(one, other)));

        assertEquals(one == Wanted.NODE_NAME, identity.nodeName().isPresent());
        assertEquals(
                one == Wanted.ADDRESS || other == Wanted.ADDRESS,
                identity.address().isPresent());
        assertEquals(document("eu-west-1", "region"), identity.region(), "wanted or not, it came along");
        assertEquals(other == Wanted.NODE_META, !identity.nodeMeta().isEmpty());
        assertEquals(List.of(TOKEN, DOCUMENT), ec2.requests());
    }

    @Test
    void doesNotAskEc2ForTheNetworkMode() {
        ec2.token().answers(200, Mock.INSTANCE);

        Mock.found(find(Set.of(Wanted.NODE_NAME, Wanted.NETWORK_MODE)));

        assertEquals(List.of(TOKEN, INSTANCE_ID), ec2.requests());
    }

    @ParameterizedTest
    @EnumSource(names = {"NODE_META", "NETWORK_MODE"})
    void makesNoCallForWhatALaunchCanDoWithout(Wanted wanted) {
        assertEquals(Identity.unknown(), Mock.found(find(Set.of(wanted))));
        assertEquals(List.of(), ec2.requests());
    }

    @Test
    void makesNoCallIfNothingIsWanted() {
        assertEquals(Identity.unknown(), Mock.found(find(Set.of())));
        assertEquals(List.of(), ec2.requests());
    }

    @Test
    void makesNoCallIfToldToAskNobody() {
        assertEquals(Identity.unknown(), Mock.found(find(EnumSet.allOf(Wanted.class), "CONSUL_METADATA", "none")));
        assertEquals(List.of(), ec2.requests());
    }

    @Test
    void knowsTheRegionOfAVariableEvenIfToldToAskNobody() {
        Identity identity =
                Mock.found(find(EnumSet.allOf(Wanted.class), "CONSUL_METADATA", "none", "AWS_REGION", "eu-west-1"));

        assertEquals(Optional.of(new Sourced<>("eu-west-1", Origin.variable("AWS_REGION"))), identity.region());
        assertEquals(Optional.empty(), identity.nodeName());
    }

    @Test
    void savesTheCallForARegionThatAVariableHas() {
        Identity identity = Mock.found(find(Set.of(Wanted.REGION), "AWS_DEFAULT_REGION", "us-east-1"));

        assertEquals(Optional.of(new Sourced<>("us-east-1", Origin.variable("AWS_DEFAULT_REGION"))), identity.region());
        assertEquals(List.of(), ec2.requests());
    }

    /// Whoever asks the EC2 API later needs it, and can't make it out of such a zone.
    @Test
    void keepsTheRegionOfALocalZoneThoughNobodyWantsIt() {
        ec2.token()
                .answers(
                        200,
                        Mock.DOCUMENT
                                .replace("eu-west-1a", "us-west-2-lax-1a")
                                .replace("\"eu-west-1\"", "\"us-west-2\""));

        Identity identity = Mock.found(find(Set.of(Wanted.NODE_NAME, Wanted.ADDRESS, Wanted.NODE_META)));

        assertEquals("us-west-2-lax-1a", meta(identity, "availability-zone"));
        assertEquals(document("us-west-2", "region"), identity.region());
        assertEquals(List.of(TOKEN, DOCUMENT), ec2.requests());
    }

    @Test
    void doesNotTellARegionThatNobodyWants() {
        ec2.token().answers(200, Mock.INSTANCE);

        assertEquals(
                Optional.empty(),
                Mock.found(find(Set.of(Wanted.NODE_NAME), "AWS_REGION", "eu-west-1"))
                        .region());
    }

    // ---- version 1

    @ParameterizedTest
    @ValueSource(ints = {403, 404, 405})
    void readsWithoutATokenWhereTheTokenPathDoesNotExist(int status) {
        ec2.answers(status, "").answers(200, Mock.DOCUMENT);

        assertEquals(Mock.INSTANCE, name(Mock.found(find(Set.of(Wanted.NODE_NAME, Wanted.ADDRESS)))));

        List<RecordedRequest> requests = ec2.recorded();
        assertEquals(List.of(TOKEN, DOCUMENT), lines(requests));
        assertNull(requests.get(1).getHeaders().get("X-aws-ec2-metadata-token"));
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 301, 400, 401, 410, 418})
    void takesNoOtherAnswerForVersion1(int status) {
        ec2.answers(status, "");

        NotFound notFound = Mock.notFound(find(Set.of(Wanted.NODE_NAME)));

        assertEquals(List.of("PUT " + ec2.url() + "/latest/api/token came back: " + status), notFound.attempts());
        assertEquals(List.of(TOKEN), ec2.requests());
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 404, 405})
    void doesNotFallBackToVersion1IfThatIsDisabled(int status) {
        ec2.answers(status, "");

        NotFound notFound =
                Mock.notFound(find(Set.of(Wanted.NODE_NAME, Wanted.ADDRESS), "AWS_EC2_METADATA_V1_DISABLED", "true"));

        assertEquals(List.of(TOKEN), ec2.requests());
        assertTrue(
                notFound.remedies().get(0).contains("AWS_EC2_METADATA_V1_DISABLED=true"),
                notFound.remedies().toString());
    }

    @Test
    void saysHowToTurnEc2MetadataOn() {
        ec2.answers(403, "").answers(403, "");

        NotFound notFound = Mock.notFound(find(Set.of(Wanted.NODE_NAME)));

        assertEquals(
                List.of(
                        "PUT " + ec2.url() + "/latest/api/token came back: 403",
                        "GET " + ec2.url() + "/latest/meta-data/instance-id came back: 403"),
                notFound.attempts());
        assertTrue(
                notFound.remedies().get(0).contains("--http-endpoint enabled"),
                notFound.remedies().toString());
    }

    // ---- tokens

    @Test
    void getsANewTokenOnceIfTheFirstEndsOnTheWay() {
        ec2.token().answers(401, "").answers(200, "second").answers(200, Mock.DOCUMENT);

        assertEquals(Mock.INSTANCE, name(Mock.found(find(Set.of(Wanted.NODE_NAME, Wanted.ADDRESS)))));

        List<RecordedRequest> requests = ec2.recorded();
        assertEquals(List.of(TOKEN, DOCUMENT, TOKEN, DOCUMENT), lines(requests));
        assertEquals(Mock.TOKEN, requests.get(1).getHeaders().get("X-aws-ec2-metadata-token"));
        assertEquals("second", requests.get(3).getHeaders().get("X-aws-ec2-metadata-token"));
    }

    @Test
    void givesUpIfTheSecondTokenIsRefusedToo() {
        ec2.token().answers(401, "").token().answers(401, "");

        NotFound notFound = Mock.notFound(find(Set.of(Wanted.NODE_NAME)));

        assertEquals(List.of(TOKEN, INSTANCE_ID, TOKEN, INSTANCE_ID), ec2.requests());
        assertTrue(
                notFound.remedies().get(0).contains("a token is demanded"),
                notFound.remedies().toString());
    }

    @Test
    void namesTheHopLimitIfTheTokenNeverComes() {
        for (int i = 0; i < 2; i++) {
            ec2.answers(silence());
        }

        NotFound notFound = Mock.notFound(find(
                Set.of(Wanted.NODE_NAME, Wanted.ADDRESS),
                "AWS_METADATA_SERVICE_TIMEOUT",
                "0.5",
                "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
                "2"));

        assertEquals(
                List.of("PUT " + ec2.url()
                        + "/latest/api/token came back: connected, but no answer within 500 ms (2 times)"),
                notFound.attempts());
        assertTrue(
                notFound.remedies()
                        .get(0)
                        .endsWith("aws ec2 modify-instance-metadata-options --instance-id i-…"
                                + " --http-put-response-hop-limit 2"),
                notFound.remedies().toString());
        assertEquals(
                "not on EC2: set CONSUL_METADATA=none and give -node=, -advertise= yourself",
                notFound.remedies().getLast());
        assertEquals(1, pace.slept.size());
    }

    // ---- what comes back

    @Test
    void saysThatAValueIsNotThere() {
        ec2.token().answers(404, "");

        NotFound notFound = Mock.notFound(find(Set.of(Wanted.NODE_NAME)));

        assertEquals(
                List.of("GET " + ec2.url() + "/latest/meta-data/instance-id came back: 404"),
                notFound.attempts().subList(1, 2));
        assertEquals(List.of(TOKEN, INSTANCE_ID), ec2.requests());
    }

    @Test
    void triesAgainIfTheServerFails() {
        ec2.answers(503, "").token().answers(500, "").answers(502, "").answers(200, Mock.DOCUMENT);

        assertEquals(Mock.INSTANCE, name(Mock.found(find(Set.of(Wanted.NODE_NAME, Wanted.ADDRESS)))));

        assertEquals(List.of(TOKEN, TOKEN, DOCUMENT, DOCUMENT, DOCUMENT), ec2.requests());
        assertEquals(millis(50, 50, 100), pace.slept);
    }

    @Test
    void givesUpAfterTheNumberOfAttempts() {
        for (int i = 0; i < 4; i++) {
            ec2.answers(500, "internal\nerror");
        }

        NotFound notFound = Mock.notFound(find(Set.of(Wanted.NODE_NAME), "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "4"));

        assertEquals(
                List.of("PUT " + ec2.url() + "/latest/api/token came back: 500 \"internal error\" (4 times)"),
                notFound.attempts());
        assertEquals(4, ec2.requests().size());
    }

    @Test
    void waitsAsLongAsTheServerAsksWithinBounds() {
        ec2.answers(retryAfter("2")).answers(retryAfter("3600")).token();
        ec2.answers(retryAfter("Wed, 21 Oct 2026 07:28:00 GMT")).answers(200, Mock.INSTANCE);

        Mock.found(find(Set.of(Wanted.NODE_NAME)));

        assertEquals(millis(2000, 3000, 50), pace.slept);
    }

    @Test
    void spreadsItsRetriesByChance() {
        pace.chance = 0.5;
        for (int i = 0; i < 7; i++) {
            ec2.answers(429, "");
        }

        Mock.notFound(find(Set.of(Wanted.NODE_NAME), "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "7"));

        assertEquals(millis(75, 150, 300, 600, 750, 750), pace.slept);
    }

    @Test
    void neverTakesLongerThanAllRequestsMayTakeTogether() {
        // 10 s; every failure costs the longest pause that a server can ask for, so there is time for four.
        for (int i = 0; i < 5; i++) {
            ec2.answers(retryAfter("3"));
        }

        NotFound notFound = Mock.notFound(find(
                Set.of(Wanted.NODE_NAME),
                "AWS_METADATA_SERVICE_TIMEOUT",
                "1",
                "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
                "5"));

        assertEquals(millis(3000, 3000, 3000), pace.slept);
        assertEquals(4, ec2.requests().size());
        assertEquals(
                "PUT " + ec2.url() + "/latest/api/token came back: not tried again, 10 s in all are used up",
                notFound.attempts().getLast());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", PAGE, "  \n "})
    void takesNoPageAndNothingForAToken(String body) {
        ec2.answers(200, body);

        NotFound notFound = Mock.notFound(find(Set.of(Wanted.NODE_NAME)));

        assertEquals(List.of(TOKEN), ec2.requests());
        String shown =
                body.isBlank() ? "an empty body" : "\"<!DOCTYPE html> <html><head><title>Sign in</title></head></h…\"";
        assertEquals(
                List.of("PUT " + ec2.url() + "/latest/api/token came back: 200, but " + shown
                        + " is not a session token"),
                notFound.attempts());
        assertTrue(
                notFound.remedies().get(0).contains("something else than EC2's metadata service"),
                notFound.remedies().toString());
    }

    @ParameterizedTest
    @CsvSource({
        "NODE_NAME,instance-id,an instance id",
        "ADDRESS,local-ipv4,an IPv4 address",
        "REGION,placement/region,a region"
    })
    void takesNoPageAndNothingForAValue(Wanted wanted, String path, String expected) {
        for (String body : new String[] {PAGE, "", "i-0123456789abcdef0 10.0.1.23"}) {
            ec2.token().answers(200, body);

            NotFound notFound = Mock.notFound(find(Set.of(wanted)));

            String last = notFound.attempts().getLast();
            assertTrue(
                    last.startsWith("GET " + ec2.url() + "/latest/meta-data/" + path + " came back: 200, but "), last);
            assertTrue(last.contains(" is not " + expected), last);
        }
    }

    @Test
    void takesNoPageForAnAddressInIpv6() {
        ec2.token().answers(404, "").answers(200, PAGE);

        NotFound notFound = Mock.notFound(find(Set.of(Wanted.ADDRESS)));

        assertEquals(List.of(TOKEN, LOCAL_IPV4, IPV6), ec2.requests());
        assertTrue(notFound.attempts().getLast().endsWith(" is not an IPv6 address"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", PAGE, "{\"instanceId\":\"i-0123456789abcdef0\"", "[]", "null"})
    void takesNoPageAndNothingForADocument(String body) {
        ec2.token().answers(200, body).answers(200, PAGE);

        NotFound notFound = Mock.notFound(find(Set.of(Wanted.NODE_NAME, Wanted.REGION)));

        assertEquals(List.of(TOKEN, DOCUMENT, INSTANCE_ID), ec2.requests());
        assertTrue(
                notFound.attempts().get(1).endsWith(" is not an instance-identity document"),
                notFound.attempts().toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'\"instanceId\" : \"i-0123456789abcdef0\"'|'\"instanceId\" : \"localhost\"'|instanceId|instance-id",
                "'\"instanceId\" : \"i-0123456789abcdef0\"'|'\"instanceId\" : null'|instanceId|instance-id",
                "'\"instanceId\" : \"i-0123456789abcdef0\"'|'\"instanceId\" : 12'|instanceId|instance-id",
                "'\"privateIp\" : \"10.0.1.23\"'|'\"privateIp\" : \"none\"'|privateIp|local-ipv4",
                "'\"region\" : \"eu-west-1\"'|'\"region\" : \"somewhere\"'|region|placement/region"
            })
    void asksByItsOwnPathForAValueThatTheDocumentHasWrong(String right, String wrong, String key, String path) {
        ec2.token().answers(200, Mock.DOCUMENT.replace(right, wrong)).answers(200, PAGE);

        NotFound notFound = Mock.notFound(find(Set.of(Wanted.NODE_NAME, Wanted.ADDRESS, Wanted.REGION)));

        assertTrue(
                notFound.attempts().get(1).endsWith(" is not a document with a usable " + key),
                notFound.attempts().toString());
        assertEquals(List.of(TOKEN, DOCUMENT, "GET /latest/meta-data/" + path), ec2.requests());
    }

    @Test
    void doesNotFailForNodeMetadata() {
        ec2.token().answers(500, "").answers(500, "").answers(500, "").answers(200, Mock.INSTANCE);

        Identity identity = Mock.found(find(Set.of(Wanted.NODE_NAME, Wanted.NODE_META)));

        assertEquals(Mock.INSTANCE, name(identity));
        assertEquals(List.of("instance-id"), List.copyOf(identity.nodeMeta().keySet()));
    }

    @Test
    void leavesOutNodeMetadataThatLooksWrong() {
        ec2.token().answers(200, Mock.DOCUMENT.replace("eu-west-1a", "<a>").replace("m7g.large", "a b"));

        Identity identity = Mock.found(find(Set.of(Wanted.NODE_NAME, Wanted.NODE_META)));

        assertEquals(List.of("instance-id"), List.copyOf(identity.nodeMeta().keySet()));
    }

    @Test
    void doesNotWaitForABodyThatTrickles() {
        // Only the body is slow: the token and the head of the answer come in time, on a busy machine too.
        MockResponse.Builder slow = Mock.response(200, Mock.DOCUMENT).throttleBody(1, 20, TimeUnit.MILLISECONDS);
        ec2.token().answers(slow).answers(slow).answers(404, "");

        NotFound notFound = Mock.notFound(find(
                Set.of(Wanted.NODE_NAME, Wanted.ADDRESS),
                "AWS_METADATA_SERVICE_TIMEOUT",
                "2",
                "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
                "2"));

        assertEquals(
                "GET " + ec2.url() + "/latest/dynamic/instance-identity/document"
                        + " came back: 200, but the body did not end in time (2 times)",
                notFound.attempts().get(1));
    }

    @Test
    void doesNotReadABodyWithoutEnd() {
        ec2.token().answers(200, "i".repeat(64 * 1024 + 1));

        NotFound notFound = Mock.notFound(find(Set.of(Wanted.NODE_NAME)));

        assertEquals(
                "GET " + ec2.url() + "/latest/meta-data/instance-id came back: 200, but more than 65536 bytes",
                notFound.attempts().getLast());
        assertEquals(List.of(TOKEN, INSTANCE_ID), ec2.requests());
    }

    @Test
    void triesAgainIfTheConnectionBreaks() {
        ec2.answers(new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()))
                .token()
                .answers(Mock.response(200, Mock.INSTANCE).onResponseBody(new SocketEffect.CloseSocket()))
                .answers(200, Mock.INSTANCE);

        assertEquals(Mock.INSTANCE, name(Mock.found(find(Set.of(Wanted.NODE_NAME)))));
    }

    /// The second request goes over a kept connection, which the other side may have closed just then: that is no
    /// failure of the service's, and no attempt.
    @Test
    void repeatsOnceWhatAKeptConnectionLost() {
        ec2.token().answers(new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()));
        ec2.answers(200, Mock.INSTANCE);

        assertEquals(
                Mock.INSTANCE,
                name(Mock.found(find(Set.of(Wanted.NODE_NAME), "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1"))));
        assertEquals(List.of(TOKEN, INSTANCE_ID, INSTANCE_ID), ec2.requests());
    }

    @Test
    void leavesNoOtherRetryToTheConnection() {
        ec2.token();
        for (int i = 0; i < 2; i++) {
            ec2.answers(new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()));
        }
        ec2.answers(200, Mock.INSTANCE);

        NotFound notFound = Mock.notFound(find(Set.of(Wanted.NODE_NAME), "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1"));

        assertEquals(2, notFound.attempts().size(), notFound.attempts().toString());
        assertEquals(List.of(TOKEN, INSTANCE_ID, INSTANCE_ID), ec2.requests());
    }

    @Test
    void doesNotFollowARedirection() {
        ec2.answers(new MockResponse.Builder().code(302).addHeader("Location", ec2.url() + "/elsewhere"));

        NotFound notFound = Mock.notFound(find(Set.of(Wanted.NODE_NAME)));

        assertEquals(List.of(TOKEN), ec2.requests());
        assertEquals(List.of("PUT " + ec2.url() + "/latest/api/token came back: 302"), notFound.attempts());
    }

    // ---- nobody there

    @Test
    void triesOnlyOnceMoreWhereNobodyListens() throws IOException {
        try (Mock.Refusing refusing = new Mock.Refusing()) {
            NotFound notFound = Mock.notFound(find(
                    Set.of(Wanted.NODE_NAME, Wanted.ADDRESS, Wanted.REGION),
                    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                    refusing.url(),
                    "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
                    "9"));

            assertEquals(
                    List.of("PUT " + refusing.url() + "/latest/api/token came back: Connection refused (2 times)"),
                    notFound.attempts());
            assertEquals(
                    "nobody answers at " + refusing.url() + ": correct or remove AWS_EC2_METADATA_SERVICE_ENDPOINT",
                    notFound.remedies().get(0));
            assertEquals(
                    "not on EC2: set CONSUL_METADATA=none and give -node=, -advertise=, AWS_REGION yourself",
                    notFound.remedies().get(1));
            assertEquals(1, pace.slept.size());
        }
    }

    @Test
    void tellsNoConnectionFromNoAnswer() throws IOException {
        try (Deaf deaf = new Deaf()) {
            NotFound notFound = Mock.notFound(find(
                    Set.of(Wanted.NODE_NAME),
                    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                    deaf.url(),
                    "AWS_METADATA_SERVICE_TIMEOUT",
                    "0.05",
                    "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
                    "1"));

            assertEquals(
                    List.of("PUT " + deaf.url() + "/latest/api/token came back: no connection within 50 ms"),
                    notFound.attempts());
            List<String> remedies = notFound.remedies();
            assertTrue(remedies.get(0).startsWith("nobody answers at " + deaf.url()), remedies.toString());
            assertEquals("not on EC2: set CONSUL_METADATA=none and give -node= yourself", remedies.get(1));
            assertTrue(remedies.get(2).contains("firewall"), remedies.toString());
            assertTrue(remedies.get(3).contains("hop limit"), remedies.toString());
            assertEquals(4, remedies.size(), remedies.toString());
        }
    }

    @Test
    void asksNobodyIfEc2MetadataIsDisabled() {
        NotFound notFound = Mock.notFound(find(Set.of(Wanted.NODE_NAME), "AWS_EC2_METADATA_DISABLED", "true"));

        assertEquals(List.of(), ec2.requests());
        assertEquals(List.of("EC2 metadata not asked: AWS_EC2_METADATA_DISABLED=true"), notFound.attempts());
        assertEquals(
                List.of("remove AWS_EC2_METADATA_DISABLED", "set CONSUL_METADATA=none and give -node= yourself"),
                notFound.remedies());
    }

    @Test
    void stopsIfItIsInterrupted() {
        ec2.answers(500, "");
        pace.interrupts = true;

        NotFound notFound = Mock.notFound(find(Set.of(Wanted.NODE_NAME)));

        assertTrue(Thread.interrupted());
        assertEquals(
                "PUT " + ec2.url() + "/latest/api/token came back: interrupted",
                notFound.attempts().getLast());
        assertEquals(List.of(TOKEN), ec2.requests());
    }

    // ---- IPv6

    @ParameterizedTest
    @CsvSource({
        "IPv4,http://169.254.169.254,AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6",
        "IPv6,http://[fd00:ec2::254],--http-protocol-ipv6 enabled",
        "'',http://169.254.169.254,AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6"
    })
    void namesTheOtherProtocolWhereTheEndpointIsOutOfReach(String mode, String endpoint, String remedy) {
        Answer unreachable = Answer.failed("PUT " + endpoint, 0, Answer.Trouble.REFUSED, "Network is unreachable");

        List<String> remedies = Remedies.ec2(
                unreachable,
                Mock.settings("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", mode),
                NetworkMode.UNKNOWN,
                Set.of(Wanted.NODE_NAME));

        assertTrue(remedies.getLast().endsWith(remedy), remedies.toString());
        assertTrue(remedies.get(1).contains("reach " + endpoint + ":"), remedies.toString());
    }

    @Test
    void takesTheIpv6AddressOfAnInstanceWhoseDocumentHasNoOther() {
        ec2.token()
                .answers(200, Mock.DOCUMENT.replace("\"privateIp\" : \"10.0.1.23\"", "\"privateIp\" : null"))
                .answers(200, "2001:db8::12");

        Identity identity = Mock.found(find(Set.of(Wanted.NODE_NAME, Wanted.ADDRESS)));

        assertEquals(Optional.of(new Sourced<>("2001:db8::12", Origin.metadata("EC2 ipv6"))), identity.address());
        assertEquals(List.of(TOKEN, DOCUMENT, IPV6), ec2.requests());
    }

    @Test
    void takesTheIpv6AddressOfAnInstanceThatHasNoOtherPath() {
        ec2.token().answers(404, "").answers(200, "2001:db8::12");

        Identity identity = Mock.found(find(Set.of(Wanted.ADDRESS)));

        assertEquals(Optional.of(new Sourced<>("2001:db8::12", Origin.metadata("EC2 ipv6"))), identity.address());
        assertEquals(List.of(TOKEN, LOCAL_IPV4, IPV6), ec2.requests());
    }

    @Test
    void saysThatAnInstanceHasNoAddressAtAll() {
        ec2.token().answers(404, "").answers(404, "");

        NotFound notFound = Mock.notFound(find(Set.of(Wanted.ADDRESS)));

        assertEquals(3, notFound.attempts().size(), notFound.attempts().toString());
        assertEquals(
                "GET " + ec2.url() + "/latest/meta-data/ipv6 came back: 404",
                notFound.attempts().getLast());
    }

    @Test
    void asksAnEndpointInIpv6() throws IOException {
        try (Mock six = new Mock(InetAddress.ofLiteral("::1"))) {
            six.token().answers(200, Mock.INSTANCE);

            Identity identity =
                    Mock.found(find(Set.of(Wanted.NODE_NAME), "AWS_EC2_METADATA_SERVICE_ENDPOINT", six.url()));

            assertTrue(six.url().startsWith("http://["), six.url());
            assertEquals(Mock.INSTANCE, name(identity));
            assertEquals(List.of(TOKEN, INSTANCE_ID), six.requests());
        }
    }

    // ----

    /// In the mode that knows EC2 only; variables come later and win.
    private Result find(Set<Wanted> wanted, String... variables) {
        List<String> all =
                new ArrayList<>(List.of("CONSUL_METADATA", "ec2", "AWS_EC2_METADATA_SERVICE_ENDPOINT", ec2.url()));
        all.addAll(Arrays.asList(variables));
        MetadataSettings settings = Mock.settings(all.toArray(String[]::new));
        return new MetadataSource(settings, pace).find(wanted);
    }

    private static MockResponse.Builder silence() {
        return new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE);
    }

    private static MockResponse.Builder retryAfter(String value) {
        return new MockResponse.Builder().code(429).addHeader("Retry-After", value);
    }

    private static List<Duration> millis(long... millis) {
        return Arrays.stream(millis).mapToObj(Duration::ofMillis).toList();
    }

    private static Optional<Sourced<String>> document(String value, String key) {
        return Optional.of(new Sourced<>(value, Origin.metadata("EC2 instance-identity document " + key)));
    }

    private static String name(Identity identity) {
        return identity.nodeName().orElseThrow().value();
    }

    private static @Nullable String meta(Identity identity, String key) {
        Sourced<String> value = identity.nodeMeta().get(key);
        return value == null ? null : value.value();
    }

    private static List<String> lines(List<RecordedRequest> requests) {
        return requests.stream()
                .map(request -> request.getMethod() + " " + request.getTarget())
                .toList();
    }
}
