package consul.launcher.aws;

import consul.launcher.config.MetadataSettings;
import consul.launcher.http.Connection;
import consul.launcher.http.Endpoint;
import consul.launcher.http.HttpException;
import consul.launcher.http.Reply;
import consul.launcher.http.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Plain HTTP, as EC2 and ECS speak it, over connections that are kept. No library: on the way to Consul it
/// would cost a good part of the start, and beside Consul a thread and its wake-ups.
final class PlainTransport implements Transport {

    /// Of what is sent ahead.
    private static final int MOST_BYTES = 64 * 1024;

    private final Duration timeout;

    /// By host and port, as the URLs have them; several to one only for what is sent ahead.
    private final Map<String, List<Connection>> connections = new HashMap<>();

    PlainTransport(MetadataSettings settings) {
        this.timeout = settings.attemptTimeout();
    }

    @Override
    public Reply exchange(Question question, int mostBytes, Duration most) throws HttpException {
        Request request = request(question);
        for (Connection connection : connections.getOrDefault(authority(question), List.of())) {
            if (connection.isSent(request)) {
                return connection.receive();
            }
        }
        Connection connection = connection(question, 0);
        Duration limit = most.compareTo(timeout) < 0 ? most : timeout;
        connection.limit(limit, most, mostBytes);
        return connection.exchange(request);
    }

    @Override
    public void send(List<Question> questions) {
        for (int i = 0; i < questions.size(); i++) {
            Connection connection = connection(questions.get(i), i);
            // Its answer may be taken a while later.
            connection.limit(timeout, timeout.multipliedBy(3), MOST_BYTES);
            try {
                connection.send(request(questions.get(i)));
            } catch (HttpException e) {
                return;
            }
        }
    }

    /// An answer that nobody took would be an old one.
    @Override
    public void rest() {
        connections.values().forEach(some -> some.forEach(Connection::giveUp));
    }

    @Override
    public void close() {
        connections.values().forEach(some -> some.forEach(Connection::close));
    }

    /// The connection with this number to where the question goes.
    private Connection connection(Question question, int number) {
        String authority = authority(question);
        List<Connection> some = connections.computeIfAbsent(authority, _ -> new ArrayList<>());
        while (some.size() <= number) {
            some.add(new Connection(Endpoint.Tcp.of(authority), timeout, timeout, MOST_BYTES));
        }
        return some.get(number);
    }

    private static Request request(Question question) {
        return new Request(question.method(), question.url().substring(path(question)), question.fields());
    }

    private static String authority(Question question) {
        return question.url().substring(question.url().indexOf("//") + 2, path(question));
    }

    /// Where the path begins. An endpoint may have one of its own.
    private static int path(Question question) {
        return question.url().indexOf('/', question.url().indexOf("//") + 2);
    }
}
