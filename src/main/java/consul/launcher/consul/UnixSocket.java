package consul.launcher.consul;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import javax.net.SocketFactory;

/// A Unix domain socket in the shape of a TCP one, which is all that okhttp knows. Whatever address okhttp connects to,
/// it gets the agent's socket file. Read timeouts don't work here; the call's own timeout closes the socket.
final class UnixSocket extends Socket {

    private final Path file;
    private final SocketChannel channel;

    private UnixSocket(Path file) throws IOException {
        this.file = file;
        this.channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    }

    /// Makes such sockets.
    static final class Factory extends SocketFactory {

        private final Path file;

        Factory(Path file) {
            this.file = file;
        }

        @Override
        public Socket createSocket() throws IOException {
            return new UnixSocket(file);
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            throw new IOException("a Unix domain socket is connected later");
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
            return createSocket(host, port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return createSocket(host.getHostName(), port);
        }

        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
                throws IOException {
            return createSocket(address.getHostName(), port);
        }
    }

    @Override
    public void connect(SocketAddress endpoint) throws IOException {
        channel.connect(UnixDomainSocketAddress.of(file));
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
        connect(endpoint);
    }

    @Override
    public InputStream getInputStream() {
        return Channels.newInputStream(channel);
    }

    @Override
    public OutputStream getOutputStream() {
        return Channels.newOutputStream(channel);
    }

    @Override
    public boolean isConnected() {
        return channel.isConnected();
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public void setSoTimeout(int timeout) {
        // there is none
    }

    @Override
    public int getSoTimeout() {
        return 0;
    }

    @Override
    public void setTcpNoDelay(boolean on) {
        // it has no delay
    }

    @Override
    public void shutdownInput() throws IOException {
        channel.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
