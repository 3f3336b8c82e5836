package consul.launcher.drill;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/// Writes keys, one after the other, to whichever server takes them, and remembers which were acknowledged.
final class Writes implements AutoCloseable {

    private static final int MILLIS = 2_000;

    private final Supplier<List<String>> servers;
    private final Set<Integer> acknowledged = new TreeSet<>();
    private final Thread thread;
    private volatile boolean over;

    /// @param servers the addresses of those that may be asked, now
    Writes(Supplier<List<String>> servers) {
        this.servers = servers;
        this.thread = Thread.ofPlatform().daemon().name("writes").start(this::write);
    }

    private void write() {
        try {
            for (int number = 0; !over; number++) {
                List<String> all = servers.get();
                if (!all.isEmpty() && put(all.get(number % all.size()), number)) {
                    synchronized (acknowledged) {
                        acknowledged.add(number);
                    }
                }
                // The pace of the load, not a wait for something.
                Thread.sleep(50);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean put(String server, int number) {
        try {
            HttpURLConnection connection = open(server, "/v1/kv/drill/" + number);
            connection.setRequestMethod("PUT");
            connection.setDoOutput(true);
            connection.getOutputStream().write(("value " + number).getBytes(StandardCharsets.UTF_8));
            return connection.getResponseCode() == 200
                    && new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                            .strip()
                            .equals("true");
        } catch (IOException e) {
            return false;
        }
    }

    int acknowledged() {
        synchronized (acknowledged) {
            return acknowledged.size();
        }
    }

    /// The acknowledged ones that the cluster doesn't have, asked by way of a server; empty as long as it doesn't
    /// answer. Stops writing first. Reads consistently: by default a leader that was cut off may answer from its
    /// past.
    Optional<Set<Integer>> lost(String server) {
        close();
        String keys;
        try {
            HttpURLConnection connection = open(server, "/v1/kv/drill/?keys&consistent");
            if (connection.getResponseCode() != 200) {
                return Optional.empty();
            }
            keys = new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return Optional.empty();
        }
        Set<Integer> lost = new TreeSet<>();
        synchronized (acknowledged) {
            for (int number : acknowledged) {
                if (!keys.contains("\"drill/" + number + "\"")) {
                    lost.add(number);
                }
            }
        }
        return Optional.of(lost);
    }

    private static HttpURLConnection open(String server, String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://" + server + ":8500" + path).toURL().openConnection();
        connection.setConnectTimeout(MILLIS);
        connection.setReadTimeout(MILLIS);
        return connection;
    }

    @Override
    public void close() {
        over = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
