package consul.launcher.consul;

import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.ConsulApiSettings.Address;
import consul.launcher.http.Reply;
import consul.launcher.http.Request;
import java.io.IOException;
import java.net.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;

/// HTTPS, by okhttp. Loaded only where the agent's API is HTTPS.
final class TlsTransport implements Transport {

    private final OkHttpClient client;
    private final HttpUrl base;

    /// @throws TlsException if the settings' certificates or keys can't be used
    TlsTransport(Address.Tcp address, ConsulApiSettings.Tls tls) throws TlsException {
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .proxy(Proxy.NO_PROXY)
                .followRedirects(false)
                .followSslRedirects(false)
                .retryOnConnectionFailure(false)
                .fastFallback(false);
        HttpUrl.Builder url =
                new HttpUrl.Builder().scheme("https").host(address.host()).port(address.port());
        Tls.apply(tls, builder);
        // Asked for by the name that its certificate has, and found where it is.
        tls.serverName().ifPresent(name -> {
            url.host(name);
            builder.dns(_ -> Dns.SYSTEM.lookup(address.host()));
        });
        this.client = builder.build();
        this.base = url.build();
    }

    @Override
    public Reply call(Request request, Duration timeout) throws IOException {
        OkHttpClient patient = client.newBuilder()
                .callTimeout(timeout)
                .connectTimeout(timeout)
                .readTimeout(timeout)
                .writeTimeout(timeout)
                .build();
        try (Response response = patient.newCall(translated(request)).execute()) {
            Map<String, String> fields = new HashMap<>();
            for (int i = 0; i < response.headers().size(); i++) {
                fields.put(
                        response.headers().name(i).toLowerCase(Locale.ROOT),
                        response.headers().value(i));
            }
            return new Reply(response.code(), fields, body(response.body().source()));
        } finally {
            // Kept, it would cost a thread that waits to close it.
            client.connectionPool().evictAll();
        }
    }

    private okhttp3.Request translated(Request request) {
        HttpUrl url = base.resolve(request.target());
        if (url == null) {
            throw new IllegalArgumentException("no path of an URL: " + request.target());
        }
        okhttp3.Request.Builder translated = new okhttp3.Request.Builder()
                .url(url)
                .method(
                        request.method(),
                        request.method().equals("GET") ? null : RequestBody.create(request.body(), null));
        for (String field : request.fields()) {
            int colon = field.indexOf(':');
            translated.header(
                    field.substring(0, colon), field.substring(colon + 1).strip());
        }
        return translated.build();
    }

    private static String body(BufferedSource source) throws IOException {
        if (source.request(LocalAgent.LONGEST_BODY + 1L)) {
            throw new IOException("more than " + LocalAgent.LONGEST_BODY + " bytes");
        }
        return source.readUtf8();
    }

    @Override
    public void close() {
        client.connectionPool().evictAll();
        client.dispatcher().executorService().shutdown();
    }
}
