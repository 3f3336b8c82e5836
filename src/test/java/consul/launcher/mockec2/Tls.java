package consul.launcher.mockec2;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// HTTPS, for callers that know the EC2 API by its real name only, as Consul does. They need a hosts file of their own.
///
/// @param keyStore with the key and its certificate
public record Tls(int port, Path keyStore, String password) {

    /// @param text `PORT:KEYSTORE:PASSWORD`
    static Tls parse(String text) {
        String[] parts = text.split(":", 3);
        if (parts.length != 3 || !parts[0].matches("\\d{1,5}")) {
            throw new IllegalArgumentException("--tls " + text + ": PORT:KEYSTORE:PASSWORD is expected");
        }
        return new Tls(Integer.parseInt(parts[0]), Path.of(parts[1]), parts[2]);
    }

    HttpServer server(InetSocketAddress address, int backlog) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance(keyStore.toFile(), password.toCharArray());
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, password.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            HttpsServer server = HttpsServer.create(address, backlog);
            server.setHttpsConfigurator(new HttpsConfigurator(context));
            return server;
        } catch (GeneralSecurityException e) {
            throw new IOException("key store " + keyStore + ": " + e.getMessage(), e);
        }
    }
}
