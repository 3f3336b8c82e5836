package consul.launcher.aws;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// An instance as DescribeInstances shows it.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html>
///
/// @param id `i-…`
/// @param privateIp the primary private IPv4 address; a terminated instance has none any more
/// @param ipv6 its first IPv6 address
/// @param launchTime of the last start, not of the first launch
/// @param subnet `subnet-…`
/// @param zone the availability zone
public record Ec2Instance(
        String id,
        State state,
        Optional<String> privateIp,
        Optional<String> ipv6,
        Map<String, String> tags,
        Optional<Instant> launchTime,
        Optional<String> subnet,
        Optional<String> zone) {

    public Ec2Instance {
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }

    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html>
    public enum State {
        PENDING("pending"),
        RUNNING("running"),
        SHUTTING_DOWN("shutting-down"),
        /// The only one that an instance never leaves.
        TERMINATED("terminated"),
        STOPPING("stopping"),
        STOPPED("stopped"),
        /// A word that this launcher doesn't know; as good as alive.
        UNKNOWN("unknown");

        private final String text;

        State(String text) {
            this.text = text;
        }

        /// As AWS spells it, `shutting-down` for example.
        public String text() {
            return text;
        }

        static State of(String text) {
            for (State state : values()) {
                if (state.text.equals(text)) {
                    return state;
                }
            }
            return UNKNOWN;
        }
    }
}
