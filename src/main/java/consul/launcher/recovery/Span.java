package consul.launcher.recovery;

import java.time.Duration;
import java.time.Instant;

/// A time during which EC2 was listed again and again, so that no instance can have come, died and been
/// forgotten unseen.
public record Span(Instant from, Instant to) {

    /// Half of the hour for which EC2 keeps a terminated instance visible.
    static final Duration LONGEST_GAP = Duration.ofMinutes(30);

    Span until(Instant at) {
        return at.isBefore(to) ? this : isNear(at) ? new Span(from, at) : new Span(at, at);
    }

    /// Whether everything that died between the two was listed as terminated at least once.
    boolean covers(Instant since, Instant now) {
        return !from.isAfter(since.plus(LONGEST_GAP)) && isNear(now);
    }

    private boolean isNear(Instant at) {
        return !at.isAfter(to.plus(LONGEST_GAP));
    }
}
