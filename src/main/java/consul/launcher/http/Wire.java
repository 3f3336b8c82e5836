package consul.launcher.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// Bytes to a server and back. Times out by throwing [SocketTimeoutException].
interface Wire extends AutoCloseable {

    /// As [java.io.InputStream#read(byte[], int, int)].
    ///
    /// @param millis how long to wait at most, above 0
    int read(byte[] bytes, int offset, int length, int millis) throws IOException;

    void write(byte[] bytes, int millis) throws IOException;

    @Override
    void close();

    static Wire open(Endpoint endpoint, int millis) throws IOException {
        // No switch over types on the way to Consul: for each, the JDK writes a class.
        return endpoint instanceof Endpoint.Tcp tcp
                ? Tcp.open(tcp, millis)
                : Unix.open(((Endpoint.Unix) endpoint).socket());
    }

    /// The socket of java.net, which waits in one system call and has no selector.
    record Tcp(Socket socket) implements Wire {

        static Wire open(Endpoint.Tcp endpoint, int millis) throws IOException {
            InetAddress[] addresses = InetAddress.getAllByName(endpoint.host());
            long end = System.nanoTime() + millis * 1_000_000L;
            for (int i = 0; ; i++) {
                // No proxy: what is asked is next door. Named, so that nobody looks for one.
                Socket socket = new Socket(Proxy.NO_PROXY);
                try {
                    socket.setTcpNoDelay(true);
                    // All of them together, and none all of it.
                    long left = (end - System.nanoTime()) / 1_000_000 / (addresses.length - i);
                    socket.connect(new InetSocketAddress(addresses[i], endpoint.port()), (int) Math.max(1, left));
                    return new Tcp(socket);
                } catch (IOException e) {
                    close(socket);
                    if (i == addresses.length - 1) {
                        throw e;
                    }
                }
            }
        }

        @Override
        public int read(byte[] bytes, int offset, int length, int millis) throws IOException {
            socket.setSoTimeout(millis);
            return socket.getInputStream().read(bytes, offset, length);
        }

        /// A request fits into the socket's buffer.
        @Override
        public void write(byte[] bytes, int millis) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        @Override
        public void close() {
            close(socket);
        }

        private static void close(Socket socket) {
            try {
                socket.close();
            } catch (IOException e) {
                // It isn't used any more.
            }
        }
    }

    /// A channel, since java.net has no such sockets; with a selector, since a channel has no timeout.
    record Unix(SocketChannel channel, Selector selector) implements Wire {

        static Wire open(Path file) throws IOException {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.configureBlocking(false);
                // Done at once, or never: there is nothing to wait for on one machine.
                if (!channel.connect(UnixDomainSocketAddress.of(file))) {
                    throw new IOException("too many wait for this socket");
                }
                return new Unix(channel, Selector.open());
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        }

        @Override
        public int read(byte[] bytes, int offset, int length, int millis) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
            int read = channel.read(buffer);
            if (read == 0) {
                await(SelectionKey.OP_READ, millis);
                read = channel.read(buffer);
            }
            if (read == 0) {
                throw new SocketTimeoutException("Read timed out");
            }
            return read;
        }

        @Override
        public void write(byte[] bytes, int millis) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                if (channel.write(buffer) == 0) {
                    await(SelectionKey.OP_WRITE, millis);
                }
            }
        }

        private void await(int operation, int millis) throws IOException {
            channel.register(selector, operation);
            selector.selectedKeys().clear();
            if (selector.select(millis) == 0) {
                throw new SocketTimeoutException("Read timed out");
            }
        }

        @Override
        public void close() {
            try (channel;
                    selector) {
                // both, whatever the first comes to
            } catch (IOException e) {
                // They aren't used any more.
            }
        }
    }
}
