package consul.launcher.recovery;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// One answer of DescribeInstances, every page of it, or why there is none.
public sealed interface Ec2Answer {

    /// Whole: each page was read. An instance that isn't in it wasn't found.
    record Listed(Map<String, InstanceState> states) implements Ec2Answer {
        public Listed {
            states = Collections.unmodifiableMap(new TreeMap<>(states));
        }

        /// Whether the API that answered is the one of this instance's own account and region.
        boolean runs(String instanceId) {
            return states.get(instanceId) == InstanceState.RUNNING;
        }
    }

    /// @param detail what came back: the IAM action that is denied, the address that was tried. Nothing that
    ///     differs from request to request, or the same failure would be logged again and again
    record Failed(Kind kind, String detail) implements Ec2Answer {}

    /// Each has another way out, so they are kept apart.
    enum Kind {
        DENIED,
        THROTTLED,
        UNREACHABLE,
        WRONG_REGION,
        /// `InvalidInstanceID.NotFound`: the API refuses the whole request for one unknown id.
        NOT_FOUND,
        /// A missing page, a body that isn't what was expected.
        INCOMPLETE
    }
}
