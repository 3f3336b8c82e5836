package consul.launcher.aws;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// What EC2's error codes mean here. Pure.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
final class Ec2ApiErrors {

    /// The answer of a dry run that would have succeeded.
    static final String DRY_RUN_SUCCEEDED = "DryRunOperation";

    private static final String IAM_ACTION = "ec2:" + Ec2ApiQuery.ACTION;
    private static final String ENCODED = "Encoded authorization failure message:";

    private static final Set<String> DENIED = Set.of("UnauthorizedOperation", "AccessDenied", "AccessDeniedException");

    /// The list of the AWS SDKs' standard retry mode.
    private static final Set<String> THROTTLED = Set.of(
            "RequestLimitExceeded",
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "RequestThrottled",
            "RequestThrottledException",
            "TooManyRequestsException",
            "BandwidthLimitExceeded",
            "LimitExceededException",
            "PriorRequestNotComplete",
            "SlowDown",
            "EC2ThrottledException");

    private static final Set<String> PASSING = Set.of(
            "InternalError",
            "InternalFailure",
            "Unavailable",
            "ServiceUnavailable",
            "RequestTimeout",
            "ServerInternal");

    private static final Set<String> NOT_AUTHENTICATED = Set.of(
            "AuthFailure",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
            "IncompleteSignature",
            "RequestExpired",
            "RequestTimeTooSkewed",
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidClientTokenId",
            "InvalidAccessKeyId",
            "UnrecognizedClientException",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "OptInRequired",
            "PendingVerification",
            "Blocked");

    /// Signatures are good for five minutes; below this the clock is not what is wrong.
    private static final Duration TOLERATED_SKEW = Duration.ofMinutes(4);

    private static final int LONGEST_MESSAGE = 400;

    private Ec2ApiErrors() {}

    static boolean isThrottling(int status, String code) {
        return status == 429 || THROTTLED.contains(code);
    }

    /// Whether the same request can succeed soon.
    static boolean isPassing(int status, String code) {
        return isThrottling(status, code) || status >= 500 || PASSING.contains(code);
    }

    /// The failure that an error document of a request that isn't tried again stands for.
    ///
    /// @param asked the ids that the request named
    static Ec2ApiFailure failure(
            Ec2ApiReply.Refusal reply,
            Collection<String> asked,
            URI endpoint,
            String region,
            Instant now,
            int attempts) {
        String code = reply.complaint().code();
        String message = shortened(reply.complaint().message());
        if (isThrottling(reply.status(), code)) {
            return new Ec2ApiFailure.Throttled(code, attempts);
        }
        if (isPassing(reply.status(), code)) {
            return new Ec2ApiFailure.Unreachable(
                    endpoint, "HTTP " + reply.status() + " " + code + ": " + message, attempts);
        }
        if (DENIED.contains(code)) {
            return denied(reply.complaint());
        }
        if (NOT_AUTHENTICATED.contains(code)) {
            return new Ec2ApiFailure.NotAuthenticated(code, message, endpoint, region, skew(reply.date(), now));
        }
        if (code.equals("InvalidInstanceID.NotFound")) {
            SortedSet<String> missing = named(asked, reply.complaint().message());
            if (!missing.isEmpty()) {
                return new Ec2ApiFailure.NotFound(missing);
            }
        }
        return new Ec2ApiFailure.Refused(reply.status(), code, message);
    }

    /// One line of a length that a log bears.
    static String shortened(String text) {
        String line = text.strip().replace('\n', ' ').replace('\r', ' ');
        return line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE) + "…";
    }

    private static Ec2ApiFailure denied(Ec2ApiXml.Complaint complaint) {
        String message = complaint.message();
        int at = message.indexOf(ENCODED);
        String encoded = at < 0 ? "" : message.substring(at + ENCODED.length()).strip();
        return new Ec2ApiFailure.Denied(
                IAM_ACTION,
                shortened(at < 0 ? message : message.substring(0, at)),
                Optional.of(encoded).filter(text -> !text.isEmpty()),
                complaint.requestId());
    }

    private static Optional<Duration> skew(Optional<Instant> theirs, Instant now) {
        return theirs.map(date -> Duration.between(now, date))
                .filter(skew -> skew.abs().compareTo(TOLERATED_SKEW) > 0);
    }

    /// Those of the ids that the message has as whole words: one id can be the beginning of another.
    private static SortedSet<String> named(Collection<String> asked, String message) {
        SortedSet<String> named = new TreeSet<>();
        for (String id : asked) {
            for (int at = message.indexOf(id); at >= 0; at = message.indexOf(id, at + 1)) {
                int end = at + id.length();
                boolean whole = (at == 0 || !isPartOfId(message.charAt(at - 1)))
                        && (end == message.length() || !isPartOfId(message.charAt(end)));
                if (whole) {
                    named.add(id);
                    break;
                }
            }
        }
        return named;
    }

    private static boolean isPartOfId(char c) {
        return Character.isLetterOrDigit(c) || c == '-';
    }
}
