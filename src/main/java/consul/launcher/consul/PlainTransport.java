package consul.launcher.consul;

import consul.launcher.http.Connection;
import consul.launcher.http.Endpoint;
import consul.launcher.http.Reply;
import consul.launcher.http.Request;
import java.io.IOException;
import java.time.Duration;

/// Plain HTTP, by TCP or a Unix domain socket, a connection for each request.
record PlainTransport(Endpoint endpoint) implements Transport {

    @Override
    public Reply call(Request request, Duration timeout) throws IOException {
        try (Connection connection = new Connection(endpoint, timeout, timeout, LocalAgent.LONGEST_BODY)) {
            return connection.exchange(request);
        }
    }

    @Override
    public void close() {
        // Nothing is kept.
    }
}
