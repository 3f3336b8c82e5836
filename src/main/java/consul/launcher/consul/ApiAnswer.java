package consul.launcher.consul;

/// What the agent's API came to.
///
/// @param <T> what was asked for
public sealed interface ApiAnswer<T> {

    record Ok<T>(T value) implements ApiAnswer<T> {}

    /// Nobody answers, or not in time.
    ///
    /// @param sent whether the agent took the request and was silent; if not, there was no connection, or it was
    ///     closed before anything came back, as Consul does above its limit
    record Unreachable<T>(String why, boolean sent) implements ApiAnswer<T> {}

    /// Another agent than the one that this launcher started answers, or it isn't known which one that is. It was told
    /// to do nothing.
    record Foreign<T>(String why) implements ApiAnswer<T> {}

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

    /// The same, where there is no value, in the place of another.
    default <U> ApiAnswer<U> withoutValue() {
        return switch (this) {
            case Ok<T> _ -> throw new IllegalStateException("there is a value");
            case Unreachable<T> unreachable -> new Unreachable<>(unreachable.why(), unreachable.sent());
            case Foreign<T> foreign -> new Foreign<>(foreign.why());
            case Denied<T> denied -> new Denied<>(denied.rule());
            case Refused<T> refused -> new Refused<>(refused.status(), refused.text());
        };
    }

    /// Why there is no value, in one line; of an `Ok`, the value.
    default String describe() {
        return switch (this) {
            case Ok<T> ok -> String.valueOf(ok.value());
            case Unreachable<T> unreachable -> unreachable.why();
            case Foreign<T> foreign -> foreign.why();
            case Denied<T> denied -> "permission denied: the token needs " + denied.rule();
            case Refused<T> refused -> "HTTP " + refused.status() + " " + refused.text();
        };
    }
}
