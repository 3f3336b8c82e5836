package consul.launcher.recovery;

import java.time.Instant;

/// What the actors tell the [Machine].
public sealed interface Event {

    Instant at();

    /// The regular cheap look, every second while there is no leader, else every 4: does the own agent, or with it
    /// stopped any other, know one?
    ///
    /// @param unproven whether a server that isn't proven dead is failed in gossip
    record Polled(Instant at, boolean leader, boolean unproven) implements Event {}

    /// What [Effect.Collect] asked for.
    record Collected(Facts facts) implements Event {
        @Override
        public Instant at() {
            return facts.at();
        }
    }

    /// A person wants the plan with this hash applied.
    record Ordered(Instant at, String hash) implements Event {}

    /// A leader appeared before [Effect.StopConsul] was begun, so Consul wasn't stopped.
    record LeaderAppeared(Instant at) implements Event {}

    /// What [Effect.StopConsul], [Effect.Apply] or [Effect.Verify] asked for is done.
    record Done(Instant at) implements Event {}

    /// It isn't, or facts could not be gathered. After a failed stop Consul still runs; after a failed
    /// application it is stopped and nothing of the plan is left but the copy.
    ///
    /// @param why for the operator
    record Failed(Instant at, String why) implements Event {}
}
