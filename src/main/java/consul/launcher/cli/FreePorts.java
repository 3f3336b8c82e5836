package consul.launcher.cli;

import consul.launcher.agent.Flag;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/// Tries Consul's default ports by listening on them for a moment.
/// <https://developer.hashicorp.com/consul/docs/install/ports>
final class FreePorts {

    private static final int RPC = 8300;
    private static final int LAN = 8301;
    private static final int WAN = 8302;
    private static final int HTTP = 8500;
    private static final int GRPC_TLS = 8503;
    private static final int DNS = 8600;

    private FreePorts() {}

    /// The address that a flag of the plan gives, if it is one and no template or list.
    static String address(List<Flag> flags, String name, String otherwise) {
        String address = otherwise;
        for (Flag flag : flags) {
            for (String word : flag.words()) {
                if (word.startsWith(name + "=")) {
                    address = word.substring(name.length() + 1);
                }
            }
        }
        try {
            return InetAddress.ofLiteral(address).getHostAddress();
        } catch (IllegalArgumentException e) {
            return otherwise;
        }
    }

    /// Those in use, `8301/udp` for example.
    ///
    /// @param bind where servers and gossip listen
    /// @param grpcTls whether gRPC with TLS has its port
    /// @param client where HTTP, gRPC and DNS listen
    static List<String> taken(boolean server, boolean grpcTls, String bind, String client) {
        List<String> taken = new ArrayList<>();
        if (server) {
            tcp(bind, RPC, taken);
        }
        tcp(bind, LAN, taken);
        udp(bind, LAN, taken);
        if (server) {
            tcp(bind, WAN, taken);
            udp(bind, WAN, taken);
        }
        tcp(client, HTTP, taken);
        if (grpcTls) {
            tcp(client, GRPC_TLS, taken);
        }
        tcp(client, DNS, taken);
        udp(client, DNS, taken);
        return taken;
    }

    private static void tcp(String address, int port, List<String> taken) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(address), port));
        } catch (IOException e) {
            taken.add(port + "/tcp on " + address);
        }
    }

    private static void udp(String address, int port, List<String> taken) {
        try (DatagramSocket socket = new DatagramSocket(null)) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(address), port));
        } catch (SocketException e) {
            taken.add(port + "/udp on " + address);
        }
    }
}
