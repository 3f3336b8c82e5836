package consul.launcher.aws;

import java.time.Duration;

/// How patient a call is.
///
/// @param connect for a connection, name lookup excluded
/// @param attempt for one request with its answer
/// @param deadline for the whole call, every page and retry included; what the credentials' source takes comes on top
/// @param attempts requests per page at most
/// @param backoff the longest pause before the first retry; it doubles with each
/// @param longestBackoff no pause is longer
/// @param pages more than these are no answer
record Ec2ApiPolicy(
        Duration connect,
        Duration attempt,
        Duration deadline,
        int attempts,
        Duration backoff,
        Duration longestBackoff,
        int pages) {

    /// The API answers in well under a second. A watch asks again minutes later anyway, so a call gives up
    /// early; the pauses are those of the SDK's standard mode, slower at first, since a whole fleet may ask at
    /// once.
    static final Ec2ApiPolicy DEFAULT = new Ec2ApiPolicy(
            Duration.ofSeconds(2),
            Duration.ofSeconds(6),
            Duration.ofSeconds(20),
            4,
            Duration.ofMillis(500),
            Duration.ofSeconds(5),
            100);

    /// The longest pause before a retry.
    ///
    /// @param failures how many attempts failed so far, at least one
    Duration pauseAfter(int failures) {
        Duration pause = backoff.multipliedBy(1L << Math.min(failures - 1, 16));
        return pause.compareTo(longestBackoff) < 0 ? pause : longestBackoff;
    }
}
