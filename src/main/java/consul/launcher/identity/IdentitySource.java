package consul.launcher.identity;

import java.util.List;
import java.util.Set;

/// Finds out who this instance is. Bounded in time; never throws for what a network can do.
public interface IdentitySource {

    /// Asks for what is wanted and nothing else; an empty set makes no call.
    Result find(Set<Wanted> wanted);

    /// Found, or not, with the whole story for the operator.
    sealed interface Result {}

    record Found(Identity identity) implements Result {}

    /// @param attempts one line per thing tried and what came back, in order
    /// @param remedies what the operator can do, most likely cause first
    record NotFound(List<String> attempts, List<String> remedies) implements Result {
        public NotFound {
            attempts = List.copyOf(attempts);
            remedies = List.copyOf(remedies);
        }
    }
}
