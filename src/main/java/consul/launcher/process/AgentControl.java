package consul.launcher.process;

import java.io.IOException;

/// Stops a supervised child and starts it again without an end of the launcher, for who stands beside it. Blocks; never
/// to be called on the supervisor's own thread.
public interface AgentControl {

    /// Ends the child by KILL: by any other signal its configuration may make it leave. Returns when it is gone.
    ///
    /// @throws IOException if it isn't, or the launcher is being stopped
    void stop() throws IOException;

    /// Starts the same command again.
    ///
    /// @throws IOException if it runs already, can't be started, or the launcher is being stopped
    void start() throws IOException;
}
