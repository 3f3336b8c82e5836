package consul.launcher.consul;

import java.time.Duration;
import java.util.Optional;

/// What a regular look at an agent shows, for next to nothing: neither needs a token, nor a JSON parser.
///
/// @param leader the leader's address, empty text if this agent knows none
/// @param contact how long ago this server heard from the leader, zero if it is the leader; empty if that wasn't asked
///     for, or it never did
/// @param asked `System.nanoTime()` from before that was asked
public record Pulse(ApiAnswer<String> leader, Optional<Duration> contact, long asked) {

    /// Of an agent that knows no server, without asking it.
    public static Pulse noLeader() {
        return new Pulse(new ApiAnswer.Ok<>(""), Optional.empty(), System.nanoTime());
    }

    /// How long ago that contact is by now, at least.
    public Optional<Duration> sinceContact() {
        return contact.map(then -> then.plusNanos(System.nanoTime() - asked));
    }

    public boolean hasLeader() {
        return leader instanceof ApiAnswer.Ok<String>(String address) && !address.isEmpty();
    }
}
