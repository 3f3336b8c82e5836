package consul.launcher.aws;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/// A port that neither accepts connections nor refuses them: a listener whose queue is full, as if a firewall dropped
/// every packet.
final class Deaf implements AutoCloseable {

    private static final int MOST_QUEUED = 64;

    /// What a connection here never takes, unless the queue is full.
    private static final int MILLIS = 1_000;

    private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
    private final List<Socket> queued = new ArrayList<>();

    Deaf() throws IOException {
        while (queued.size() < MOST_QUEUED) {
            Socket socket = new Socket();
            queued.add(socket);
            try {
                socket.connect(new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()), MILLIS);
            } catch (SocketTimeoutException full) {
                return;
            }
        }
        throw new IOException("the listener's queue is never full here");
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : queued) {
            socket.close();
        }
        listener.close();
    }
}
