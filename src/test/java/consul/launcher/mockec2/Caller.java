package consul.launcher.mockec2;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/// An HTTP client that asks as one instance.
final class Caller {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http;
    private final String endpoint;

    private Caller(HttpClient http, String endpoint) {
        this.http = http;
        this.endpoint = endpoint;
    }

    /// Connects to this loopback address.
    static Caller at(Ec2Mock mock, String address) {
        return new Caller(HttpClient.newHttpClient(), mock.endpoint(address));
    }

    /// Connects to 127.0.0.1 from this loopback address.
    static Caller from(Ec2Mock mock, String address) {
        HttpClient http = HttpClient.newBuilder()
                .localAddress(InetAddress.ofLiteral(address))
                .build();
        return new Caller(http, mock.endpoint("127.0.0.1"));
    }

    HttpResponse<String> get(String path, String... headers) {
        return send("GET", path, "", PATIENCE, headers);
    }

    HttpResponse<String> get(Duration patience, String path) {
        return send("GET", path, "", patience);
    }

    HttpResponse<String> put(String path, String... headers) {
        return send("PUT", path, "", PATIENCE, headers);
    }

    HttpResponse<String> post(String path, String form, String... headers) {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "Content-Type";
        all[headers.length + 1] = "application/x-www-form-urlencoded; charset=utf-8";
        return send("POST", path, form, PATIENCE, all);
    }

    String token() {
        return put("/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds", "60")
                .body();
    }

    private HttpResponse<String> send(String method, String path, String body, Duration patience, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoint + path))
                .timeout(patience)
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
