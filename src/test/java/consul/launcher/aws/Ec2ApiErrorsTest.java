package consul.launcher.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class Ec2ApiErrorsTest {

    private static final URI ENDPOINT = URI.create("https://ec2.eu-central-1.amazonaws.com");
    private static final Instant NOW = Instant.parse("2026-11-22T21:19:28Z");

    private static Ec2ApiFailure failure(int status, String code, String message, String... asked) {
        return failure(status, code, message, Optional.of(NOW), asked);
    }

    private static Ec2ApiFailure failure(
            int status, String code, String message, Optional<Instant> date, String... asked) {
        return Ec2ApiErrors.failure(
                new Ec2ApiReply.Refusal(status, new Ec2ApiXml.Complaint(code, message, "req-1"), date),
                List.of(asked),
                ENDPOINT,
                "eu-central-1",
                NOW,
                3);
    }

    @ParameterizedTest
    @CsvSource({
        "403, UnauthorizedOperation, Denied, false",
        "503, RequestLimitExceeded, Throttled, true",
        "400, Throttling, Throttled, true",
        "429, Anything, Throttled, true",
        "503, Unavailable, Unreachable, true",
        "500, InternalError, Unreachable, true",
        "400, InternalFailure, Unreachable, true",
        "502, Whatever, Unreachable, true",
        "401, AuthFailure, NotAuthenticated, false",
        "403, SignatureDoesNotMatch, NotAuthenticated, false",
        "400, RequestExpired, NotAuthenticated, false",
        "400, ExpiredToken, NotAuthenticated, false",
        "403, InvalidClientTokenId, NotAuthenticated, false",
        "401, OptInRequired, NotAuthenticated, false",
        "400, InvalidInstanceID.NotFound, NotFound, false",
        "400, InvalidInstanceID.Malformed, Refused, false",
        "412, DryRunOperation, Refused, false",
        "400, InvalidParameterValue, Refused, false"
    })
    void keepsErrorsApart(int status, String code, String kind, boolean passing) {
        Ec2ApiFailure failure = failure(status, code, "The instance ID 'i-1' does not exist", "i-1");

        assertEquals(kind, failure.getClass().getSimpleName());
        assertEquals(passing, Ec2ApiErrors.isPassing(status, code));
    }

    @Test
    void namesTheActionThatIsDeniedAndHowToDecodeWhy() {
        Ec2ApiFailure failure = failure(
                403,
                "UnauthorizedOperation",
                "You are not authorized to perform this operation. Encoded authorization failure message: 4GIOHlTkIaWHQD0Q0m6");

        assertEquals(
                new Ec2ApiFailure.Denied(
                        "ec2:DescribeInstances",
                        "You are not authorized to perform this operation.",
                        Optional.of("4GIOHlTkIaWHQD0Q0m6"),
                        "req-1"),
                failure);
        assertTrue(failure.line().contains("ec2:DescribeInstances"));
        assertTrue(failure.line().contains("--encoded-message 4GIOHlTkIaWHQD0Q0m6"));
    }

    @Test
    void saysWhatEc2SaidWhereItEncodedNothing() {
        Ec2ApiFailure failure = failure(
                403,
                "UnauthorizedOperation",
                "User: arn:aws:sts::1:x is not authorized to perform: ec2:DescribeInstances");

        assertEquals(
                "the EC2 API denies ec2:DescribeInstances (request req-1): allow it in the policy of the task role or"
                        + " the instance profile; EC2 said: User: arn:aws:sts::1:x is not authorized to perform:"
                        + " ec2:DescribeInstances",
                failure.line());
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-22T21:29:28Z, PT10M, behind",
        "2026-11-22T21:09:28Z, PT-10M, ahead of",
    })
    void tellsThatTheClockIsWrong(Instant theirs, Duration skew, String word) {
        Ec2ApiFailure.NotAuthenticated failure = assertInstanceOf(
                Ec2ApiFailure.NotAuthenticated.class, failure(403, "RequestExpired", "expired", Optional.of(theirs)));

        assertEquals(Optional.of(skew), failure.clockSkew());
        assertTrue(failure.line().contains("this clock is 600 s " + word + " EC2's"), failure.line());
    }

    @Test
    void doesNotBlameAClockThatIsRight() {
        Ec2ApiFailure.NotAuthenticated failure = assertInstanceOf(
                Ec2ApiFailure.NotAuthenticated.class,
                failure(401, "AuthFailure", "no", Optional.of(NOW.plusSeconds(100))));

        assertEquals(Optional.empty(), failure.clockSkew());
        assertTrue(failure.line().contains("region eu-central-1"), failure.line());
    }

    @Test
    void namesExactlyTheIdsThatAreNotFound() {
        assertEquals(
                new Ec2ApiFailure.NotFound(new TreeSet<>(Set.of("i-0a", "i-0b"))),
                failure(
                        400,
                        "InvalidInstanceID.NotFound",
                        "The instance IDs 'i-0b, i-0a' do not exist",
                        "i-0",
                        "i-0a",
                        "i-0b",
                        "i-0c"));
    }

    @Test
    void claimsNothingOfIdsThatEc2DidNotName() {
        assertInstanceOf(
                Ec2ApiFailure.Refused.class,
                failure(400, "InvalidInstanceID.NotFound", "The instance ID 'i-9' does not exist", "i-1"));
    }

    @Test
    void bearsLongAndBrokenMessages() {
        String line = failure(400, "Odd", "a\nb\r" + "x".repeat(10_000)).line();

        assertTrue(line.contains("a b x"), line);
        assertTrue(line.length() < 600, line);
    }
}
