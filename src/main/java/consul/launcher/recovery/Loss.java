package consul.launcher.recovery;

import java.time.Duration;
import java.time.Instant;

/// Which acknowledged writes may be gone: those that only servers had which are dead now. Nobody can bring them
/// back.
public sealed interface Loss {

    /// The upper bound: writes were acknowledged without a survivor for no longer than that.
    Duration bound();

    String text();

    /// Without a survivor there was no quorum any more when this server's log was last known to be complete.
    ///
    /// @param complete when that was
    record None(Instant complete) implements Loss {
        @Override
        public Duration bound() {
            return Duration.ZERO;
        }

        @Override
        public String text() {
            return "none: when this server's log was last known to be complete, " + complete
                    + ", the dead servers were already too few for a quorum of their own";
        }
    }

    /// Writes acknowledged between the two may be gone.
    ///
    /// @param from shortly before this server's log was last known to be complete
    /// @param until when the dead servers were first seen dead
    record Window(Instant from, Instant until) implements Loss {
        @Override
        public Duration bound() {
            return Duration.between(from, until);
        }

        /// Rounded up: it is an upper bound.
        long seconds() {
            return bound().plusMillis(999).toSeconds();
        }

        @Override
        public String text() {
            return "at most " + seconds() + " s of acknowledged writes: those between " + from
                    + " (log last known to be complete) and " + until + " (the dead were seen dead)";
        }
    }

    /// There is no bound.
    record Unknown(String why) implements Loss {
        @Override
        public Duration bound() {
            return Settings.ANY_LOSS;
        }

        @Override
        public String text() {
            return "unknown, possibly large: " + why;
        }
    }
}
