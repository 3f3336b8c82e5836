package consul.launcher.http;

import java.nio.file.Path;

/// Where a server listens.
public sealed interface Endpoint {

    /// What stands in a request's field `Host`.
    String authority();

    /// @param host name or IP address, IPv6 without brackets
    record Tcp(String host, int port) implements Endpoint {

        /// @param authority host and port as in a URL: an IPv6 address in brackets, the port optional
        /// @throws NumberFormatException if the port is no number
        public static Tcp of(String authority) {
            int colon = authority.lastIndexOf(':');
            boolean hasPort = colon > authority.lastIndexOf(']');
            String host = hasPort ? authority.substring(0, colon) : authority;
            return new Tcp(
                    host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                    hasPort ? Integer.parseInt(authority.substring(colon + 1)) : 80);
        }

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
