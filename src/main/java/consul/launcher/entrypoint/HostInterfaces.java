package consul.launcher.entrypoint;

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

    @Override
    public Optional<String> address(String name) {
        try {
            NetworkInterface found = NetworkInterface.getByName(name);
            return found == null
                    ? Optional.empty()
                    : first(found.getInterfaceAddresses().stream()
                            .map(java.net.InterfaceAddress::getAddress)
                            .toList());
        } catch (SocketException e) {
            return Optional.empty();
        }
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

    private static Optional<String> first(List<InetAddress> addresses) {
        for (InetAddress address : addresses) {
            if (address instanceof Inet4Address) {
                return Optional.of(address.getHostAddress());
            }
        }
        for (InetAddress address : addresses) {
            if (address instanceof Inet6Address && !address.isLinkLocalAddress()) {
                String text = address.getHostAddress();
                int zone = text.indexOf('%');
                return Optional.of(zone < 0 ? text : text.substring(0, zone));
            }
        }
        return Optional.empty();
    }
}
