package consul.launcher.aws;

import consul.launcher.config.Proxies;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.xml.stream.XMLStreamException;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.Credentials;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;

/// Signs one request and sends it: the signature is the AWS SDK's, the connection okhttp's. By the proxy that it is
/// told, or by none: not by that of the JVM's own settings.
final class Ec2ApiHttp implements AutoCloseable {

    /// A page with a hundred instances of fifty tags, each as long as AWS allows, has about half of it.
    static final int LARGEST_ANSWER = 8 << 20;

    private static final int LARGEST_ERROR = 64 << 10;

    private static final String FORM = "application/x-www-form-urlencoded; charset=utf-8";
    private static final String SERVICE = "ec2";
    private static final String PROXY_AUTHORIZATION = "Proxy-Authorization";

    private final URI endpoint;
    private final String region;
    private final Clock clock;
    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
    private final OkHttpClient client;
    private final Optional<Proxies.Server> proxy;

    Ec2ApiHttp(URI endpoint, Optional<Proxies.Server> proxy, String region, Duration connectTimeout, Clock clock) {
        this.endpoint = endpoint;
        this.proxy = proxy;
        this.region = region;
        this.clock = clock;
        boolean plain = "http".equalsIgnoreCase(endpoint.getScheme());
        client = new OkHttpClient.Builder()
                .connectTimeout(connectTimeout)
                // The timeout of the whole request is what counts.
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                .protocols(List.of(Protocol.HTTP_1_1))
                .connectionSpecs(List.of(plain ? ConnectionSpec.CLEARTEXT : ConnectionSpec.MODERN_TLS))
                .connectionPool(new ConnectionPool(1, 5, TimeUnit.SECONDS))
                .proxy(proxy.map(Ec2ApiHttp::address).orElse(Proxy.NO_PROXY))
                .proxyAuthenticator(this::forTunnel)
                // The API never redirects; a signature is good for one host only.
                .followRedirects(false)
                .build();
    }

    Ec2ApiReply send(Ec2ApiQuery query, AwsCredentials credentials, Duration timeout) {
        Call call = client.newCall(signed(query.form(), credentials));
        call.timeout().timeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
        try (Response response = call.execute()) {
            return response.code() == 200 ? page(response) : error(response);
        } catch (IOException e) {
            return new Ec2ApiReply.Nothing(cause(e) + way());
        }
    }

    @Override
    public void close() {
        client.connectionPool().evictAll();
    }

    private Request signed(byte[] form, AwsCredentials credentials) {
        SdkHttpRequest request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(endpoint)
                .putHeader("Content-Type", FORM)
                .build();
        SdkHttpRequest signed = signer.sign(sign -> sign.identity(credentials)
                        .request(request)
                        .payload(() -> new ByteArrayInputStream(form))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, SERVICE)
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                        .putProperty(HttpSigner.SIGNING_CLOCK, clock))
                .request();
        Request.Builder builder =
                new Request.Builder().url(signed.getUri().toString()).post(RequestBody.create(form));
        for (Map.Entry<String, List<String>> header : signed.headers().entrySet()) {
            for (String value : header.getValue()) {
                builder.addHeader(header.getKey(), value);
            }
        }
        // Never inside of a tunnel: that is what EC2 gets.
        if ("http".equalsIgnoreCase(endpoint.getScheme())) {
            proxyCredentials().ifPresent(login -> builder.header(PROXY_AUTHORIZATION, login));
        }
        return builder.header("User-Agent", "consul-launcher").build();
    }

    /// Looked up anew for each connection.
    private static Proxy address(Proxies.Server proxy) {
        return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.host(), proxy.port()));
    }

    private Optional<String> proxyCredentials() {
        return proxy.flatMap(Proxies.Server::login)
                .map(login -> Credentials.basic(login.user(), login.password(), StandardCharsets.UTF_8));
    }

    /// okhttp asks before it opens a tunnel, and again if that didn't do.
    private @Nullable Request forTunnel(@Nullable Route route, Response response) {
        Request request = response.request();
        return request.header(PROXY_AUTHORIZATION) != null
                ? null
                : proxyCredentials()
                        .map(login -> request.newBuilder()
                                .header(PROXY_AUTHORIZATION, login)
                                .build())
                        .orElse(null);
    }

    /// For people, behind what went wrong.
    private String way() {
        return proxy.map(server -> ", by the proxy " + server.describe()).orElse("");
    }

    private Ec2ApiReply page(Response response) throws IOException {
        Bounded body = new Bounded(response.body().byteStream(), LARGEST_ANSWER);
        try {
            return new Ec2ApiReply.Answered(Ec2ApiXml.page(body));
        } catch (XMLStreamException e) {
            return strange(response, body, e);
        }
    }

    private Ec2ApiReply error(Response response) throws IOException {
        Bounded body = new Bounded(response.body().byteStream(), LARGEST_ERROR);
        try {
            Optional<Instant> date = Optional.ofNullable(response.headers().getInstant("Date"));
            return new Ec2ApiReply.Refusal(response.code(), Ec2ApiXml.error(body), date);
        } catch (XMLStreamException e) {
            return strange(response, body, e);
        }
    }

    private Ec2ApiReply strange(Response response, Bounded body, XMLStreamException e) throws IOException {
        body.rethrow();
        String type = response.header("Content-Type", "no content type");
        return new Ec2ApiReply.Strange(
                response.code(),
                "HTTP " + response.code() + ", " + type + ": " + (body.isExceeded() ? body.excess() : firstLine(e))
                        + way());
    }

    private static String cause(IOException e) {
        String message = e.getMessage();
        return message == null || message.isBlank() ? e.getClass().getSimpleName() : firstLine(e);
    }

    /// The JDK's parser puts the position on a line of its own.
    private static String firstLine(Exception e) {
        String message = String.valueOf(e.getMessage());
        int at = message.indexOf("Message: ");
        String text = at < 0 ? message : message.substring(at + "Message: ".length());
        return Ec2ApiErrors.shortened(text);
    }

    /// At most so many bytes, and a memory of what went wrong: the XML parser hides it.
    private static final class Bounded extends InputStream {

        private final InputStream in;
        private final int limit;
        private int left;
        private boolean exceeded;
        private @Nullable IOException failure;

        Bounded(InputStream in, int limit) {
            this.in = in;
            this.limit = limit;
            this.left = limit;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                int n = in.read(buffer, offset, Math.min(length, left + 1));
                left -= Math.max(n, 0);
                if (left < 0) {
                    exceeded = true;
                    throw new IOException(excess());
                }
                return n;
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }

        boolean isExceeded() {
            return exceeded;
        }

        String excess() {
            return "it is larger than " + limit + " bytes";
        }

        void rethrow() throws IOException {
            if (failure != null && !exceeded) {
                throw failure;
            }
        }
    }
}
