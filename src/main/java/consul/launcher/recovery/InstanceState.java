package consul.launcher.recovery;

/// An instance's state, by the EC2 API's own names. Not the EC2 client's type: what decides about a recovery knows
/// nobody who asks, so that it is tested, and simulated, without them. The same holds for [Member] and [RaftServer].
public enum InstanceState {
    PENDING("pending"),
    RUNNING("running"),
    SHUTTING_DOWN("shutting-down"),
    TERMINATED("terminated"),
    STOPPING("stopping"),
    STOPPED("stopped"),
    UNKNOWN("unknown");

    private final String text;

    InstanceState(String text) {
        this.text = text;
    }

    /// Exactly the API's name, or `UNKNOWN`: nothing is read into a name that isn't one.
    public static InstanceState of(String text) {
        for (InstanceState state : values()) {
            if (state.text.equals(text)) {
                return state;
            }
        }
        return UNKNOWN;
    }

    @Override
    public String toString() {
        return text;
    }
}
