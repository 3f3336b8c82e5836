package consul.launcher.mockec2;

import java.util.Locale;

/// An instance's life, with the codes that DescribeInstances gives:
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html>
public enum State {
    PENDING(0),
    RUNNING(16),
    SHUTTING_DOWN(32),
    TERMINATED(48),
    STOPPING(64),
    STOPPED(80);

    private final int code;

    State(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /// As AWS spells it, `shutting-down` for example.
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static State of(String text) {
        for (State state : values()) {
            if (state.text().equals(text)) {
                return state;
            }
        }
        throw new IllegalArgumentException("state=" + text + ": pending, running, shutting-down, terminated, stopping"
                + " or stopped is expected");
    }

    /// A machine that has no power asks nothing.
    boolean hasMetadata() {
        return this != TERMINATED && this != STOPPED;
    }
}
