package consul.launcher.recovery;

import consul.launcher.config.InstanceId;
import java.time.Duration;
import java.time.Instant;

/// That an instance is dead for good: EC2 said exactly `terminated`, twice, both times in an answer in which
/// this instance itself was running. Permanent, because a terminated instance never comes back, and kept,
/// because EC2 forgets it after about an hour.
///
/// @param first when it was first seen terminated: it was dead by then
/// @param second when it was seen so again
public record Proof(String instanceId, Instant first, Instant second) {

    /// Two answers closer to each other could both come from one bad moment of the API.
    public static final Duration SPACING = Duration.ofSeconds(30);

    public Proof {
        if (!InstanceId.isOne(instanceId)) {
            throw new IllegalArgumentException("not an instance id: " + instanceId);
        }
        if (Duration.between(first, second).compareTo(SPACING) < 0) {
            throw new IllegalArgumentException("two answers less than " + SPACING + " apart: " + first + ", " + second);
        }
    }
}
