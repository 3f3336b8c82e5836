package consul.launcher.process;

import java.io.IOException;

/// Stops a supervised child and starts it again without an end of the launcher, for who stands beside it. Blocks; never
/// to be called on the supervisor's own thread.
public interface AgentControl {

    /// Ends the child by KILL: by any other signal its configuration may make it leave. Returns when it is gone,
    /// after 15 s at most. The thread that called must also let it be started again; if that thread ends, so
    /// does the launcher.
    ///
    /// @throws IOException if it isn't gone by then, or the launcher is being stopped
    void stop() throws IOException;

    /// Starts the same command again, and returns when it runs. Waits without a limit: who gave up could not tell
    /// whether it will run.
    ///
    /// @return false if it runs already
    /// @throws IOException if it can't be started, or the launcher is being stopped
    boolean start() throws IOException;
}
