package consul.launcher.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// A server that answers each request with the next text it was told, byte for byte. A text that ends with [#CLOSE] is
/// the last on its connection, and [#SILENCE] is none at all.
final class Scripted implements AutoCloseable {

    static final String CLOSE = "<close>";
    static final String SILENCE = "<silence>";

    private final ServerSocketChannel listener;
    private final Queue<String> answers;

    /// The heads of all requests, each with the number of its connection before it.
    final Queue<String> requests = new ConcurrentLinkedQueue<>();

    /// How many answers are on their way: the client has them, or will without this server's doing.
    final AtomicInteger answered = new AtomicInteger();

    private Scripted(SocketAddress address, StandardProtocolFamily family, List<String> answers) throws IOException {
        this.listener = ServerSocketChannel.open(family);
        this.answers = new ConcurrentLinkedQueue<>(answers);
        listener.bind(address);
        Thread.ofVirtual().start(this::serve);
    }

    static Scripted onTcp(String... answers) throws IOException {
        return new Scripted(
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0),
                StandardProtocolFamily.INET,
                List.of(answers));
    }

    static Scripted onUnix(Path socket, String... answers) throws IOException {
        return new Scripted(UnixDomainSocketAddress.of(socket), StandardProtocolFamily.UNIX, List.of(answers));
    }

    Endpoint endpoint() throws IOException {
        return switch (listener.getLocalAddress()) {
            case InetSocketAddress tcp -> new Endpoint.Tcp("127.0.0.1", tcp.getPort());
            case UnixDomainSocketAddress unix -> new Endpoint.Unix(unix.getPath());
            default -> throw new AssertionError("listens nowhere");
        };
    }

    private void serve() {
        for (int number = 0; ; number++) {
            try {
                SocketChannel connection = listener.accept();
                String prefix = number + " ";
                Thread.ofVirtual().start(() -> serve(connection, prefix));
            } catch (IOException e) {
                // The test is over.
                return;
            }
        }
    }

    private void serve(SocketChannel connection, String prefix) {
        try (connection) {
            while (true) {
                String head = head(connection);
                if (head.isEmpty()) {
                    return;
                }
                String answer = answers.poll();
                requests.add(prefix + head);
                if (answer == null) {
                    return;
                }
                if (answer.equals(SILENCE)) {
                    answered.incrementAndGet();
                    head(connection);
                    return;
                }
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(answer.replace(CLOSE, ""));
                while (bytes.hasRemaining()) {
                    connection.write(bytes);
                }
                answered.incrementAndGet();
                if (answer.endsWith(CLOSE)) {
                    return;
                }
            }
        } catch (IOException e) {
            // The client is gone.
        }
    }

    /// Empty at the end.
    private static String head(SocketChannel connection) throws IOException {
        StringBuilder head = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (head.indexOf("\r\n\r\n") < 0) {
            if (connection.read(one.clear()) < 0) {
                return "";
            }
            head.append((char) one.get(0));
        }
        return head.toString().strip();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
