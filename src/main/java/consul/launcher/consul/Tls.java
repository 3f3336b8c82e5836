package consul.launcher.consul;

import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.Listing;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/// Whom to trust and how to be trusted, from PEM files as Consul's own tools take them. Loaded for HTTPS only.
final class Tls {

    private Tls() {}

    static void apply(ConsulApiSettings.Tls settings, OkHttpClient.Builder builder) throws TlsException {
        try {
            X509TrustManager trust = settings.verifies() ? trust(authorities(settings)) : new TrustEverybody();
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(settings), new TrustManager[] {trust}, null);
            builder.sslSocketFactory(context.getSocketFactory(), trust);
            if (!settings.verifies()) {
                // CONSUL_HTTP_SSL_VERIFY=false: what its user asked for, as Consul's own tools do it.
                builder.hostnameVerifier((_, _) -> true);
            }
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsException("TLS to the agent can't be set up", e);
        }
    }

    /// The authorities that were named; none: the JVM's own.
    private static List<Certificate> authorities(ConsulApiSettings.Tls settings) throws TlsException, IOException {
        List<Certificate> authorities = new ArrayList<>();
        if (settings.authority().isPresent()) {
            authorities.addAll(certificates(settings.authority().get()));
        }
        if (settings.authorities().isPresent()) {
            for (Path file : Listing.of(settings.authorities().get())) {
                authorities.addAll(certificates(file));
            }
        }
        return authorities;
    }

    private static X509TrustManager trust(List<Certificate> authorities) throws GeneralSecurityException, IOException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities.isEmpty() ? null : store(authorities));
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager found) {
                return found;
            }
        }
        throw new GeneralSecurityException("this JVM has no X.509 trust manager");
    }

    private static KeyStore store(List<Certificate> authorities) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, noPassword());
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("authority-" + i, authorities.get(i));
        }
        return store;
    }

    private static KeyManager @Nullable [] keys(ConsulApiSettings.Tls settings)
            throws TlsException, GeneralSecurityException, IOException {
        Optional<Path> certificate = settings.certificate();
        Optional<Path> key = settings.key();
        if (certificate.isEmpty() && key.isEmpty()) {
            return null;
        }
        if (certificate.isEmpty() || key.isEmpty()) {
            throw new TlsException("CONSUL_CLIENT_CERT and CONSUL_CLIENT_KEY belong together, and one is not set");
        }
        PrivateKey secret = Pem.privateKey(key.get());
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, noPassword());
        store.setKeyEntry(
                "client", secret, noPassword(), certificates(certificate.get()).toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, noPassword());
        return factory.getKeyManagers();
    }

    private static List<Certificate> certificates(Path file) throws TlsException {
        try {
            byte[] pem = Pem.text(file).getBytes(StandardCharsets.US_ASCII);
            List<Certificate> certificates = List.copyOf(
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem)));
            if (certificates.isEmpty()) {
                throw new TlsException(file + " holds no certificate");
            }
            return certificates;
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsException("can't read certificates from " + file, e);
        }
    }

    private static char[] noPassword() {
        return new char[0];
    }

    private static final class TrustEverybody implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            // whoever it is
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            // whoever it is
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
