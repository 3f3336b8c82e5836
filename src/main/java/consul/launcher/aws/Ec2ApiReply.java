package consul.launcher.aws;

import java.time.Instant;
import java.util.Optional;

/// What one request came to, before anybody judges it.
sealed interface Ec2ApiReply {

    record Answered(Ec2ApiXml.Page page) implements Ec2ApiReply {}

    /// Anything but instances.
    sealed interface Unanswered extends Ec2ApiReply {

        /// Whether the same request can succeed soon.
        default boolean isPassing() {
            return switch (this) {
                case Refusal refusal ->
                    Ec2ApiErrors.isPassing(refusal.status(), refusal.complaint().code());
                case Strange strange -> Ec2ApiErrors.isPassing(strange.status(), "");
                case Nothing _ -> true;
                // The SDK has tried again by itself.
                case NoCredentials _ -> false;
            };
        }

        default boolean hasCode(String code) {
            return this instanceof Refusal refusal && refusal.complaint().code().equals(code);
        }
    }

    /// An error document of the API.
    ///
    /// @param date EC2's clock
    record Refusal(int status, Ec2ApiXml.Complaint complaint, Optional<Instant> date) implements Unanswered {}

    /// An answer, but none that the API documents.
    record Strange(int status, String what) implements Unanswered {}

    /// No answer, or only the beginning of one.
    record Nothing(String cause) implements Unanswered {}

    /// Nothing to sign with.
    record NoCredentials(String cause) implements Unanswered {}
}
