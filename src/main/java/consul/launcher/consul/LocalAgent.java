package consul.launcher.consul;

import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.ConsulApiSettings.Address;
import java.io.IOException;
import java.net.Proxy;
import java.time.Duration;
import java.util.List;
import okhttp3.ConnectionSpec;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;

/// The agent on this host, by its HTTP API. Every call is bounded in time and size and made once; who asks again
/// decides
/// when. Keeps no connection.
public final class LocalAgent implements AutoCloseable {

    private static final long LONGEST_BODY = 4L * 1024 * 1024;
    private static final int LONGEST_ERROR = 200;

    private final OkHttpClient client;
    private final HttpUrl base;
    private final ConsulApiSettings settings;
    private final Address address;

    /// @param address where the API is
    /// @param timeout for a whole call
    /// @throws TlsException if the settings' certificates or keys can't be used
    public LocalAgent(Address address, ConsulApiSettings settings, Duration timeout) throws TlsException {
        this.settings = settings;
        this.address = address;
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .proxy(Proxy.NO_PROXY)
                .followRedirects(false)
                .followSslRedirects(false)
                .retryOnConnectionFailure(false)
                .fastFallback(false)
                .callTimeout(timeout)
                .connectTimeout(timeout)
                .readTimeout(timeout)
                .writeTimeout(timeout);
        HttpUrl.Builder url = new HttpUrl.Builder();
        switch (address) {
            case Address.Tcp tcp -> {
                url.scheme(tcp.https() ? "https" : "http").host(tcp.host()).port(tcp.port());
                if (tcp.https()) {
                    Tls.apply(settings.tls(), builder);
                    // Asked for by the name that its certificate has, and found where it is.
                    settings.tls().serverName().ifPresent(name -> {
                        url.host(name);
                        builder.dns(_ -> Dns.SYSTEM.lookup(tcp.host()));
                    });
                } else {
                    builder.connectionSpecs(List.of(ConnectionSpec.CLEARTEXT));
                }
            }
            case Address.Unix unix -> {
                // An address that needs no resolver; the socket doesn't look at it.
                url.scheme("http").host("127.0.0.1").port(ConsulApiSettings.PORT);
                builder.connectionSpecs(List.of(ConnectionSpec.CLEARTEXT))
                        .socketFactory(new UnixSocket.Factory(unix.socket()));
            }
        }
        this.client = builder.build();
        this.base = url.build();
    }

    public Address address() {
        return address;
    }

    /// The leader's address, empty if this agent knows none. Answered without a token.
    public ApiAnswer<String> leader() {
        return switch (get("/v1/status/leader", "none")) {
            case ApiAnswer.Ok<String> ok -> new ApiAnswer.Ok<>(unquoted(ok.value()));
            case ApiAnswer.Unreachable<String> unreachable -> unreachable;
            case ApiAnswer.Denied<String> denied -> denied;
            // What a client says that knows no server: an answer, and no leader.
            case ApiAnswer.Refused<String> refused -> refused.status() == 500 ? new ApiAnswer.Ok<>("") : refused;
        };
    }

    /// Asks for a document.
    ///
    /// @param path with its query, such as `/v1/operator/raft/configuration?stale`
    /// @param rule the ACL rule it needs, for the answer `Denied`
    public ApiAnswer<String> get(String path, String rule) {
        return call(request(path).get().build(), rule);
    }

    /// Autopilot's view of the servers. It comes with status 429 while a server is unhealthy.
    public ApiAnswer<String> autopilotHealth() {
        return call(client, request("/v1/operator/autopilot/health").get().build(), "operator = \"read\"", 429);
    }

    /// Makes the agent do something.
    public ApiAnswer<String> post(String path, String rule) {
        return call(request(path).post(RequestBody.EMPTY).build(), rule);
    }

    /// Makes the agent leave its cluster and end. It answers when it has left, which takes a server some seconds
    /// (`leave_drain_time`, 5 s by default), or ends before it answers.
    ///
    /// @param timeout for the whole call
    public ApiAnswer<String> leave(Duration timeout) {
        return put("/v1/agent/leave", "agent = \"write\"", timeout);
    }

    /// Makes the agent do something that takes a time of its own.
    ///
    /// @param timeout for the whole call
    public ApiAnswer<String> put(String path, String rule, Duration timeout) {
        OkHttpClient patient =
                client.newBuilder().callTimeout(timeout).readTimeout(timeout).build();
        return call(patient, request(path).put(RequestBody.EMPTY).build(), rule, 200);
    }

    @Override
    public void close() {
        client.connectionPool().evictAll();
        client.dispatcher().executorService().shutdown();
    }

    private Request.Builder request(String path) {
        HttpUrl url = base.resolve(path);
        if (url == null) {
            throw new IllegalArgumentException("no path of an URL: " + path);
        }
        Request.Builder request = new Request.Builder().url(url).header("Accept-Encoding", "identity");
        settings.token().ifPresent(token -> request.header("X-Consul-Token", token));
        return request;
    }

    private ApiAnswer<String> call(Request request, String rule) {
        return call(client, request, rule, 200);
    }

    /// @param alsoFine a status that comes with the document too
    private ApiAnswer<String> call(OkHttpClient by, Request request, String rule, int alsoFine) {
        try (Response response = by.newCall(request).execute()) {
            String body = body(response.body().source());
            if (response.code() == 200 || response.code() == alsoFine) {
                return new ApiAnswer.Ok<>(body);
            }
            return switch (response.code()) {
                case 401, 403 -> new ApiAnswer.Denied<>(rule);
                default -> new ApiAnswer.Refused<>(response.code(), beginning(body));
            };
        } catch (IOException e) {
            return new ApiAnswer.Unreachable<>("no answer from " + address + ": " + reason(e));
        } finally {
            // Kept, it would cost a thread that waits to close it.
            client.connectionPool().evictAll();
        }
    }

    private static String body(BufferedSource source) throws IOException {
        if (source.request(LONGEST_BODY + 1)) {
            throw new IOException("an answer of more than " + LONGEST_BODY + " bytes");
        }
        return source.readUtf8();
    }

    private static String beginning(String body) {
        String text = body.strip();
        return text.length() <= LONGEST_ERROR ? text : text.substring(0, LONGEST_ERROR) + "…";
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /// A JSON string that is an address or empty; nothing in it is ever escaped.
    private static String unquoted(String json) {
        String text = json.strip();
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : "";
    }
}
