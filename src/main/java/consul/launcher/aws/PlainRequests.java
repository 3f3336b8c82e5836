package consul.launcher.aws;

import consul.launcher.aws.Answer.Trouble;
import consul.launcher.config.MetadataSettings;
import consul.launcher.http.Connection;
import consul.launcher.http.Endpoint;
import consul.launcher.http.HttpException;
import consul.launcher.http.HttpException.Kind;
import consul.launcher.http.Reply;
import consul.launcher.http.Request;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Requests to a metadata service while the launcher idles beside Consul: each tried once, over connections that are
/// kept, and without okhttp. For plain HTTP only, and for one thread.
final class PlainRequests implements Requests, AutoCloseable {

    private static final int MOST_BYTES = 64 * 1024;

    /// Where the path begins in each URL.
    private final int origin;

    private final List<Connection> connections = new ArrayList<>();
    private final List<Answer> story = new ArrayList<>();

    /// @param most how many requests may be on their way at once
    PlainRequests(MetadataSettings settings, int most) {
        String endpoint = settings.ec2Endpoint().value();
        URI uri = URI.create(endpoint);
        // The endpoint may have a path of its own.
        this.origin = endpoint.length() - uri.getRawPath().length();
        String host = uri.getHost();
        Endpoint.Tcp where = new Endpoint.Tcp(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                uri.getPort() < 0 ? 80 : uri.getPort());
        for (int i = 0; i < most; i++) {
            connections.add(new Connection(where, settings.attemptTimeout(), settings.attemptTimeout(), MOST_BYTES));
        }
    }

    /// Forgets what was asked so far.
    void begin() {
        story.clear();
    }

    /// One line per request and what came back.
    List<String> story() {
        return story.stream().map(Answer::line).toList();
    }

    /// Sends requests whose answers are taken later, by [#get]. What can't be sent now is sent then.
    void send(List<String> urls, @Nullable String token) {
        for (int i = 0; i < urls.size(); i++) {
            try {
                connections.get(i).send(request(urls.get(i), token));
            } catch (HttpException e) {
                return;
            }
        }
    }

    @Override
    public Answer get(String url, @Nullable String token, long mostBytes) {
        return kept(exchange(request(url, token), "GET " + url));
    }

    @Override
    public Answer putForToken(String url, int ttlSeconds, long mostBytes) {
        Request request = new Request("PUT", target(url), List.of(Http.TOKEN_TTL + ": " + ttlSeconds));
        return kept(exchange(request, "PUT " + url));
    }

    @Override
    public Answer reject(Answer last, String expected) {
        Answer rejected = last.butExpected(expected);
        story.set(story.size() - 1, rejected);
        return rejected;
    }

    @Override
    public void close() {
        connections.forEach(Connection::close);
    }

    private Request request(String url, @Nullable String token) {
        return Request.get(target(url), token == null ? List.of() : List.of(Http.TOKEN + ": " + token));
    }

    private String target(String url) {
        return url.substring(origin);
    }

    private Answer kept(Answer answer) {
        story.add(answer);
        return answer;
    }

    private Answer exchange(Request request, String what) {
        try {
            Reply reply = reply(request);
            return Answer.of(what, reply.status(), reply.body().strip());
        } catch (HttpException e) {
            return Answer.failed(what, e.status(), trouble(e.kind()), String.valueOf(e.getMessage()));
        }
    }

    private Reply reply(Request request) throws HttpException {
        for (Connection connection : connections) {
            if (connection.isSent(request)) {
                return connection.receive();
            }
        }
        return connections.getFirst().exchange(request);
    }

    private static Trouble trouble(Kind kind) {
        return switch (kind) {
            case NO_CONNECTION -> Trouble.NO_CONNECTION;
            case REFUSED -> Trouble.REFUSED;
            case SILENT -> Trouble.SILENT;
            case BROKEN -> Trouble.BROKEN;
            case TOO_LONG -> Trouble.TOO_LONG;
        };
    }
}
