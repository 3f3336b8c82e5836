package consul.launcher.consul;

import consul.launcher.http.Reply;
import consul.launcher.http.Request;
import java.io.IOException;
import java.time.Duration;

/// Brings requests to the agent. Safe for several threads.
interface Transport extends AutoCloseable {

    /// @param timeout for the whole call; on a plain connection for connecting, and again for the reply
    /// @throws IOException if there is no reply in time, with the reason as its message
    Reply call(Request request, Duration timeout) throws IOException;

    @Override
    void close();
}
