package consul.launcher.aws;

import consul.launcher.config.MetadataSettings;
import consul.launcher.http.HttpException;
import consul.launcher.http.HttpException.Kind;
import consul.launcher.http.Reply;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;

/// By okhttp, for a stand-in for EC2 or ECS that has TLS.
final class TlsTransport implements Transport {

    private final MetadataSettings settings;
    private final Connected connected = new Connected();
    private final OkHttpClient client;

    TlsTransport(MetadataSettings settings) {
        this.settings = settings;
        this.client = new OkHttpClient.Builder()
                .proxy(Proxy.NO_PROXY)
                .followRedirects(false)
                .followSslRedirects(false)
                // Retries are counted by who asks (okhttp still repeats, once, a 503 that says "Retry-After: 0").
                .retryOnConnectionFailure(false)
                .fastFallback(false)
                .connectTimeout(settings.attemptTimeout())
                .readTimeout(settings.attemptTimeout())
                .writeTimeout(settings.attemptTimeout())
                .eventListener(connected)
                .build();
    }

    @Override
    public Reply exchange(Question question, int mostBytes, Duration most) throws HttpException {
        connected.yes = false;
        int status = 0;
        Call call = client.newCall(request(question));
        // The connection and the answer's first byte have a timeout each; this one is for a body that trickles.
        call.timeout().timeout(Math.min(2 * settings.attemptTimeout().toNanos(), most.toNanos()), TimeUnit.NANOSECONDS);
        try (Response response = call.execute()) {
            status = response.code();
            Map<String, String> fields = new HashMap<>();
            for (int i = 0; i < response.headers().size(); i++) {
                fields.put(
                        response.headers().name(i).toLowerCase(Locale.ROOT),
                        response.headers().value(i));
            }
            BufferedSource source = response.body().source();
            if (source.request(mostBytes + 1L)) {
                throw new HttpException(Kind.TOO_LONG, status, "more than " + mostBytes + " bytes");
            }
            return new Reply(status, fields, source.readUtf8());
        } catch (HttpException e) {
            throw e;
        } catch (IOException e) {
            throw failure(status, e);
        }
    }

    private static Request request(Question question) {
        Request.Builder request = new Request.Builder()
                .url(question.url())
                .method(question.method(), question.method().equals("GET") ? null : RequestBody.EMPTY);
        for (String field : question.fields()) {
            int colon = field.indexOf(':');
            request.header(field.substring(0, colon), field.substring(colon + 1).strip());
        }
        return request.build();
    }

    private HttpException failure(int status, IOException e) {
        if (e instanceof InterruptedIOException) {
            String time = " within " + Http.text(settings.attemptTimeout());
            if (!connected.yes) {
                return new HttpException(Kind.NO_CONNECTION, status, "no connection" + time);
            }
            return new HttpException(
                    Kind.SILENT,
                    status,
                    status == 0 ? "connected, but no answer" + time : "the body did not end in time");
        }
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        return new HttpException(
                connected.yes ? Kind.BROKEN : Kind.REFUSED,
                status,
                message == null ? cause.getClass().getSimpleName() : message);
    }

    /// Kept, a connection would cost a thread that waits to close it.
    @Override
    public void rest() {
        client.connectionPool().evictAll();
    }

    /// What threads okhttp started are daemons and end by themselves.
    @Override
    public void close() {
        client.connectionPool().evictAll();
    }

    /// Tells silence after a connection (hop limit) from no connection at all (no such service, or a firewall).
    private static final class Connected extends EventListener {

        private boolean yes;

        @Override
        public void connectionAcquired(Call call, Connection connection) {
            yes = true;
        }
    }
}
