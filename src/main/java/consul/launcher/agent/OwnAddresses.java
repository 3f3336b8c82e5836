package consul.launcher.agent;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The addresses that other agents know this one by. Joining itself counts as success for Consul and ends its
/// retry-join, so own addresses must not be among those to join. No name is ever looked up.
final class OwnAddresses {

    private final List<InetAddress> own = new ArrayList<>();
    private final String serfPort;

    /// @param serfPort the port on which this agent gossips; the same address with another port is another agent
    OwnAddresses(String serfPort) {
        this.serfPort = serfPort;
    }

    /// Ignores what is no literal, such as a template, and addresses that stand for every interface.
    void add(String address) {
        InetAddress literal = literal(address);
        if (literal != null && !literal.isAnyLocalAddress()) {
            own.add(literal);
        }
    }

    /// @param entry an address to join: IPv4, or IPv6 with or without brackets, with or without a port
    boolean isOwn(String entry) {
        String text = entry.strip();
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            return end > 0 && matches(text.substring(1, end), text.substring(end + 1));
        }
        int colon = text.indexOf(':');
        if (colon >= 0 && colon == text.lastIndexOf(':')) {
            return matches(text.substring(0, colon), text.substring(colon));
        }
        return matches(text, "");
    }

    /// An IPv6 address in brackets, as Consul 2.0 wants it and earlier versions take it; what is no IPv6 address, as it
    /// is.
    static String bracketed(String entry) {
        return entry.indexOf(':') >= 0 && literal(entry) instanceof Inet6Address ? "[" + entry + "]" : entry;
    }

    /// @param colonPort `:8301`, or empty
    private boolean matches(String address, String colonPort) {
        if (!colonPort.isEmpty() && !colonPort.equals(":" + serfPort)) {
            return false;
        }
        InetAddress literal = literal(address);
        return literal != null && own.contains(literal);
    }

    /// Null for what is no literal, such as a name or a template. A zone is ignored.
    static @Nullable InetAddress literal(String text) {
        int zone = text.indexOf('%');
        String address = zone < 0 ? text : text.substring(0, zone);
        // Only what can be a literal: the parser's exception is the slow way to learn that a name is none.
        for (int i = 0; i < address.length(); i++) {
            char c = address.charAt(i);
            if (Character.digit(c, 16) < 0 && c != '.' && c != ':') {
                return null;
            }
        }
        try {
            return address.isEmpty() ? null : InetAddress.ofLiteral(address);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
