package consul.launcher.entrypoint;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The interfaces of the machine, or of the container's network namespace. One that can't be read has no address.
public final class HostInterfaces implements Addresses.Interfaces {

    private final Preparer.Runner runner;

    /// @param runner for `ip`
    public HostInterfaces(Preparer.Runner runner) {
        this.runner = runner;
    }

    @Override
    public Optional<String> address(String name) {
        try {
            NetworkInterface found = NetworkInterface.getByName(name);
            if (found == null) {
                found = NetworkInterface.getByIndex(index(name));
            }
            return found == null
                    ? Optional.empty()
                    : first(found.getInterfaceAddresses().stream()
                            .map(java.net.InterfaceAddress::getAddress)
                            .toList());
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /// The kernel's number of an interface by any of its names. The JDK doesn't know alternative names, `ip` does;
    /// where
    /// an image has no `ip`, the official script can't find an interface either.
    private int index(String name) throws IOException {
        String output =
                runner.run(List.of("ip", "-o", "link", "show", "dev", name)).output();
        return Integer.parseInt(output.substring(0, Math.max(0, output.indexOf(':'))));
    }

    @Override
    public List<String> names() {
        List<String> names = new ArrayList<>();
        try {
            NetworkInterface.networkInterfaces().forEach(each -> names.add(each.getName()));
        } catch (SocketException e) {
            names.add("unknown (" + e.getMessage() + ")");
        }
        names.sort(null);
        return names;
    }

    @Override
    public boolean has(String address) {
        try {
            InetAddress literal = InetAddress.ofLiteral(address);
            // All of 127.0.0.0/8, of which the interface shows one.
            return literal.isLoopbackAddress() || NetworkInterface.getByInetAddress(literal) != null;
        } catch (IllegalArgumentException | SocketException e) {
            return false;
        }
    }

    /// The JDK lists an interface's addresses in the reverse of the kernel's order (`addif` in its NetworkInterface.c
    /// puts each in front), so the kernel's first one, which `ip addr` shows first, is the last here.
    private static Optional<String> first(List<InetAddress> addresses) {
        for (InetAddress address : addresses.reversed()) {
            if (address instanceof Inet4Address) {
                return Optional.of(address.getHostAddress());
            }
        }
        for (InetAddress address : addresses.reversed()) {
            if (address instanceof Inet6Address ipv6 && !address.isLinkLocalAddress()) {
                return Optional.of(shortened(ipv6.getAddress()));
            }
        }
        return Optional.empty();
    }

    /// As everybody writes it (RFC 5952): `2001:db8::7`, where the JDK has `2001:db8:0:0:0:0:0:7`.
    static String shortened(byte[] ipv6) {
        int[] groups = new int[8];
        int longest = 0;
        int longestAt = -1;
        int run = 0;
        for (int i = 0; i < groups.length; i++) {
            groups[i] = (ipv6[2 * i] & 0xff) << 8 | (ipv6[2 * i + 1] & 0xff);
            run = groups[i] == 0 ? run + 1 : 0;
            // One zero alone stays a zero.
            if (run > longest && run > 1) {
                longest = run;
                longestAt = i - run + 1;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < groups.length; i++) {
            if (i == longestAt) {
                text.append("::");
                i += longest - 1;
            } else {
                text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":")
                        .append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }
}
