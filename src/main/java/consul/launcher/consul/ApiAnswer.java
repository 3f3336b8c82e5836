package consul.launcher.consul;

/// What the agent's API came to.
///
/// @param <T> what was asked for
public sealed interface ApiAnswer<T> {

    record Ok<T>(T value) implements ApiAnswer<T> {}

    /// Nobody answers, or not in time.
    record Unreachable<T>(String why) implements ApiAnswer<T> {}

    /// The token is missing or lacks a rule.
    ///
    /// @param rule the ACL rule that the call needs, such as `operator = "read"`
    record Denied<T>(String rule) implements ApiAnswer<T> {}

    /// The agent can't answer: no leader, not this version, or an error of its own.
    ///
    /// @param status the HTTP status
    /// @param text the beginning of what it said
    record Refused<T>(int status, String text) implements ApiAnswer<T> {

        /// The servers have no leader now, and only one can answer.
        public boolean isNoLeader() {
            return text.contains("No cluster leader");
        }
    }

    /// Why there is no value, in one line; of an `Ok`, the value.
    default String describe() {
        return switch (this) {
            case Ok<T> ok -> String.valueOf(ok.value());
            case Unreachable<T> unreachable -> unreachable.why();
            case Denied<T> denied -> "permission denied: the token needs " + denied.rule();
            case Refused<T> refused -> "HTTP " + refused.status() + " " + refused.text();
        };
    }
}
