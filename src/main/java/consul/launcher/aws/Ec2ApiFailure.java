package consul.launcher.aws;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// Why the EC2 API gave no instances. None of these says that an instance is dead.
public sealed interface Ec2ApiFailure extends Ec2ApiAnswer {

    /// One line for people: what was asked, what came back, what to do.
    String line();

    /// The credentials are good, but their policy doesn't allow the call: `UnauthorizedOperation`.
    ///
    /// @param action the IAM action that is missing
    /// @param message what EC2 said, without the encoded part
    /// @param encodedMessage for `aws sts decode-authorization-message`; EC2 doesn't always send one
    /// @param requestId to tell AWS support
    record Denied(String action, String message, Optional<String> encodedMessage, String requestId)
            implements Ec2ApiFailure {

        @Override
        public String line() {
            return "the EC2 API denies " + action + " (request " + requestId + "): allow it in the policy of the task"
                    + " role or the instance profile"
                    + encodedMessage
                            .map(encoded -> "; 'aws sts decode-authorization-message --encoded-message " + encoded
                                    + "' tells why")
                            .orElse("; EC2 said: " + message);
        }
    }

    /// EC2 wants fewer calls, still after every retry.
    ///
    /// @param code EC2's own, `RequestLimitExceeded` for example
    /// @param attempts how often it was asked
    record Throttled(String code, int attempts) implements Ec2ApiFailure {

        @Override
        public String line() {
            return "the EC2 API throttles this account (" + code + " after " + attempts
                    + " attempts): asked again later; find out who else calls it that often";
        }
    }

    /// No answer of the API itself: no connection, a timeout, a server error, still after every retry.
    ///
    /// @param attempts how often it was tried
    record Unreachable(URI endpoint, String cause, int attempts) implements Ec2ApiFailure {

        @Override
        public String line() {
            return "the EC2 API at " + endpoint + " can't be reached (" + cause + ", " + attempts
                    + (attempts == 1 ? " attempt" : " attempts")
                    + "): check the region, the route (NAT or a VPC endpoint for ec2) and the security group";
        }
    }

    /// There is nobody to sign as.
    ///
    /// @param source where credentials were looked for
    record NoCredentials(String source, String cause) implements Ec2ApiFailure {

        @Override
        public String line() {
            return "no credentials for the EC2 API from " + source + " (" + cause
                    + "): give the task a task role, or the instance an instance profile";
        }
    }

    /// The API doesn't know or doesn't believe who asks: keys of another partition, expired ones, a region that
    /// is not enabled or not the endpoint's, a clock that is wrong.
    ///
    /// @param code EC2's own, `AuthFailure` for example
    /// @param region what the request was signed for
    /// @param clockSkew how far this clock is behind EC2's (negative: ahead), where it is too far for a signature
    record NotAuthenticated(String code, String message, URI endpoint, String region, Optional<Duration> clockSkew)
            implements Ec2ApiFailure {

        @Override
        public String line() {
            return "the EC2 API at " + endpoint + " doesn't accept the credentials for region " + region + " (" + code
                    + ": " + message + "): "
                    + clockSkew
                            .map(skew -> "this clock is "
                                    + Math.abs(skew.toSeconds()) + " s "
                                    + (skew.isNegative() ? "ahead of" : "behind") + " EC2's, set it right")
                            .orElse("check that the region is right and enabled, and where the credentials come from");
        }
    }

    /// `InvalidInstanceID.NotFound`: forgotten for long, of another account or region, or too new to be known.
    ///
    /// @param ids of those asked for, the ones that EC2 named
    record NotFound(SortedSet<String> ids) implements Ec2ApiFailure {

        public NotFound {
            ids = Collections.unmodifiableSortedSet(new TreeSet<>(ids));
        }

        @Override
        public String line() {
            return "the EC2 API doesn't know " + String.join(", ", ids)
                    + ": forgotten, just launched, or of another account or region";
        }
    }

    /// Something else than the EC2 API answered, or it answered something else than it documents.
    record Malformed(URI endpoint, String what) implements Ec2ApiFailure {

        @Override
        public String line() {
            return "the answer from " + endpoint + " is not one of the EC2 API (" + what
                    + "): check AWS_ENDPOINT_URL_EC2, AWS_ENDPOINT_URL and any proxy";
        }
    }

    /// The API refused for another reason.
    ///
    /// @param code EC2's own
    record Refused(int status, String code, String message) implements Ec2ApiFailure {

        @Override
        public String line() {
            return "the EC2 API refuses the request with HTTP " + status + " (" + code + ": " + message + ")";
        }
    }
}
