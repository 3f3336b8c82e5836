package consul.launcher.quorum;

import consul.launcher.consul.LocalAgent;
import java.util.Optional;

/// Opens the API of another agent.
public interface Opener {

    /// @param host its address, as a literal without brackets
    /// @return to be closed by who asked; empty if it can't be opened at all. Nobody is asked yet
    Optional<LocalAgent> open(String host);
}
