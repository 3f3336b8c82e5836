package consul.launcher.aws;

import consul.launcher.aws.Answer.Trouble;
import consul.launcher.config.MetadataSettings;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.ConnectionSpec;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/// Requests to a metadata service: bounded in time, size and number, and every attempt kept for the operator. Knows
/// nothing of what is asked. For one thread.
final class Http implements Requests, AutoCloseable {

    static final String TOKEN = "X-aws-ec2-metadata-token";
    static final String TOKEN_TTL = "X-aws-ec2-metadata-token-ttl-seconds";

    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 1000;

    /// A server may ask for more patience than a start has.
    private static final long LONGEST_RETRY_AFTER_SECONDS = 3;

    /// Where nobody listens now, hardly anybody will in a second: tried once more for a service that is just starting.
    private static final int ATTEMPTS_IF_REFUSED = 2;

    private final MetadataSettings settings;
    private final Pace pace;
    private final int attempts;
    private final Connected connected = new Connected();
    private final OkHttpClient client;
    private final List<Answer> story = new ArrayList<>();
    private long deadline;
    private long retryAfterSeconds;

    /// @param attempts how often a request is tried at most, the first time included
    Http(MetadataSettings settings, Pace pace, int attempts) {
        this.settings = settings;
        this.pace = pace;
        this.attempts = attempts;
        this.client = builder(settings).eventListener(connected).build();
        begin();
    }

    static OkHttpClient.Builder builder(MetadataSettings settings) {
        boolean tls = settings.ec2Endpoint().value().startsWith("https:")
                || settings.ecsEndpoint().orElse("").startsWith("https:");
        return new OkHttpClient.Builder()
                // TLS named here means trust stores loaded here: 125 ms of a start that has no use for them.
                .connectionSpecs(
                        tls
                                ? List.of(ConnectionSpec.MODERN_TLS, ConnectionSpec.CLEARTEXT)
                                : List.of(ConnectionSpec.CLEARTEXT))
                // Metadata is next door: a proxy would be asked who *it* is.
                .proxy(Proxy.NO_PROXY)
                .followRedirects(false)
                .followSslRedirects(false)
                // Retries are ours, so that they are counted (okhttp still repeats, once, a 503 that says
                // "Retry-After: 0"), and connecting stays on this thread.
                .retryOnConnectionFailure(false)
                .fastFallback(false)
                .connectTimeout(settings.attemptTimeout())
                .readTimeout(settings.attemptTimeout())
                .writeTimeout(settings.attemptTimeout());
    }

    /// Forgets what was asked so far; the time for everything starts now.
    void begin() {
        story.clear();
        deadline = pace.nanoTime() + settings.deadline().toNanos();
    }

    @Override
    public Answer get(String url, @Nullable String token, long mostBytes) {
        Request.Builder request = new Request.Builder().url(url);
        if (token != null) {
            request.header(TOKEN, token);
        }
        return exchange(request, "GET " + url, mostBytes);
    }

    @Override
    public Answer putForToken(String url, int ttlSeconds, long mostBytes) {
        Request.Builder request =
                new Request.Builder().url(url).put(RequestBody.EMPTY).header(TOKEN_TTL, Integer.toString(ttlSeconds));
        return exchange(request, "PUT " + url, mostBytes);
    }

    @Override
    public Answer reject(Answer last, String expected) {
        Answer rejected = last.butExpected(expected);
        story.set(story.size() - 1, rejected);
        return rejected;
    }

    /// One line per thing tried and what came back, in order; the same again is counted.
    List<String> story() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < story.size(); ) {
            String line = story.get(i).line();
            int times = 1;
            while (i + times < story.size() && story.get(i + times).line().equals(line)) {
                times++;
            }
            lines.add(times == 1 ? line : line + " (" + times + " times)");
            i += times;
        }
        return lines;
    }

    /// Lets go of the connection. What threads okhttp started are daemons and end by themselves.
    @Override
    public void close() {
        client.connectionPool().evictAll();
    }

    private Answer exchange(Request.Builder builder, String what, long mostBytes) {
        // Not gzip: nothing is left to unpack, and no class for it to load.
        Request request = builder.header("Accept-Encoding", "identity").build();
        for (int attempt = 1; ; attempt++) {
            Answer answer = once(request, what, mostBytes);
            story.add(answer);
            if (!again(answer, attempt) || !pause(answer, attempt)) {
                return answer;
            }
        }
    }

    private boolean again(Answer answer, int attempt) {
        if (answer.ok() || attempt >= attempts) {
            return false;
        }
        return switch (answer.trouble()) {
            // Too many requests, and the server's own faults, pass.
            case NONE -> answer.status() == 429 || answer.status() >= 500;
            case SILENT, NO_CONNECTION, BROKEN -> true;
            case REFUSED -> attempt < ATTEMPTS_IF_REFUSED;
            case TOO_LONG, OUT_OF_TIME, INTERRUPTED -> false;
        };
    }

    /// Waits before the next attempt, unless there is no time left for one.
    private boolean pause(Answer answer, int attempt) {
        long millis = Math.min(FIRST_PAUSE_MILLIS << Math.min(attempt - 1, 10), LONGEST_PAUSE_MILLIS);
        // Half of it is chance: containers of one host start together.
        millis = millis / 2 + (long) (pace.chance() * millis / 2);
        if (retryAfterSeconds > 0) {
            millis = Math.min(retryAfterSeconds, LONGEST_RETRY_AFTER_SECONDS) * 1000;
        }
        if (TimeUnit.MILLISECONDS.toNanos(millis) >= left()) {
            story.add(outOfTime(answer.request()));
            return false;
        }
        try {
            pace.sleep(Duration.ofMillis(millis));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            story.add(Answer.failed(answer.request(), 0, Trouble.INTERRUPTED, "interrupted"));
            return false;
        }
    }

    private long left() {
        return deadline - pace.nanoTime();
    }

    private Answer outOfTime(String what) {
        return Answer.failed(
                what, 0, Trouble.OUT_OF_TIME, "not tried again, " + text(settings.deadline()) + " in all are used up");
    }

    private Answer once(Request request, String what, long mostBytes) {
        retryAfterSeconds = 0;
        long left = left();
        if (left <= 0) {
            return outOfTime(what);
        }
        connected.yes = false;
        int status = 0;
        Call call = client.newCall(request);
        // The connection and the answer's first byte have a timeout each; this one is for a body that trickles.
        call.timeout().timeout(Math.min(2 * settings.attemptTimeout().toNanos(), left), TimeUnit.NANOSECONDS);
        try (Response response = call.execute()) {
            status = response.code();
            retryAfterSeconds = seconds(response.header("Retry-After"));
            BufferedSource source = response.body().source();
            if (source.request(mostBytes + 1)) {
                return Answer.failed(what, status, Trouble.TOO_LONG, "more than " + mostBytes + " bytes");
            }
            return Answer.of(
                    what, status, source.readString(StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            return failure(what, status, e);
        }
    }

    private Answer failure(String what, int status, IOException e) {
        if (Thread.currentThread().isInterrupted()) {
            return Answer.failed(what, status, Trouble.INTERRUPTED, "interrupted");
        }
        if (e instanceof InterruptedIOException) {
            String time = " within " + text(settings.attemptTimeout());
            if (!connected.yes) {
                return Answer.failed(what, status, Trouble.NO_CONNECTION, "no connection" + time);
            }
            String detail = status == 0 ? "connected, but no answer" + time : "the body did not end in time";
            return Answer.failed(what, status, Trouble.SILENT, detail);
        }
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        Trouble trouble = connected.yes ? Trouble.BROKEN : Trouble.REFUSED;
        String message = cause.getMessage();
        return Answer.failed(
                what, status, trouble, message == null ? cause.getClass().getSimpleName() : message);
    }

    /// 0 if there are none: a date, which is allowed too, is for longer than a start can wait.
    private static long seconds(@Nullable String retryAfter) {
        if (retryAfter == null || retryAfter.isEmpty() || retryAfter.length() > 6) {
            return 0;
        }
        for (int i = 0; i < retryAfter.length(); i++) {
            if (retryAfter.charAt(i) < '0' || retryAfter.charAt(i) > '9') {
                return 0;
            }
        }
        return Integer.parseInt(retryAfter);
    }

    static String text(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
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
