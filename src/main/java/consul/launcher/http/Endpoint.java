package consul.launcher.http;

import java.nio.file.Path;

/// Where a server listens.
public sealed interface Endpoint {

    /// What stands in a request's field `Host`.
    String authority();

    /// @param host name or IP address, IPv6 without brackets
    record Tcp(String host, int port) implements Endpoint {
        @Override
        public String authority() {
            String literal = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
            return port == 80 ? literal : literal + ":" + port;
        }
    }

    record Unix(Path socket) implements Endpoint {
        @Override
        public String authority() {
            return "localhost";
        }
    }
}
