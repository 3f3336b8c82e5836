package consul.launcher.aws;

import consul.launcher.aws.Answer.Trouble;
import consul.launcher.config.MetadataSettings;
import consul.launcher.http.HttpException;
import consul.launcher.http.HttpException.Kind;
import consul.launcher.http.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Requests to a metadata service: bounded in time, size and number, and every attempt kept for the operator. Knows
/// nothing of what is asked. For one thread.
final class Http implements AutoCloseable {

    static final String TOKEN = "X-aws-ec2-metadata-token";
    static final String TOKEN_TTL = "X-aws-ec2-metadata-token-ttl-seconds";

    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 1000;

    /// A server may ask for more patience than a start has.
    private static final long LONGEST_RETRY_AFTER_SECONDS = 3;

    /// Where nobody listens now, hardly anybody will in a second: tried once more for a service that is just
    /// starting.
    private static final int ATTEMPTS_IF_REFUSED = 2;

    private final MetadataSettings settings;
    private final Pace pace;
    private final int attempts;
    private final Transport transport;
    private final List<Answer> story = new ArrayList<>();
    private long deadline;
    private long retryAfterSeconds;

    /// @param attempts how often a request is tried at most, the first time included
    Http(MetadataSettings settings, Pace pace, int attempts) {
        this.settings = settings;
        this.pace = pace;
        this.attempts = attempts;
        this.transport = isTls(settings) ? new TlsTransport(settings) : new PlainTransport(settings);
        begin();
    }

    /// Neither EC2's nor ECS's metadata service has TLS, but what stands in for them may.
    private static boolean isTls(MetadataSettings settings) {
        return isTls(settings.ec2Endpoint().value())
                || isTls(settings.ecsEndpoint().orElse(""));
    }

    private static boolean isTls(String url) {
        return url.regionMatches(true, 0, "https:", 0, 6);
    }

    /// Forgets what was asked so far; the time for everything starts now.
    void begin() {
        story.clear();
        deadline = pace.nanoTime() + settings.deadline().toNanos();
    }

    /// Sends requests whose answers are taken later, by [#get], so that they arrive while somebody else's are
    /// waited for. What can't be sent now is sent then.
    void send(List<String> urls, @Nullable String token) {
        transport.send(urls.stream().map(url -> reading(url, token)).toList());
    }

    /// Reads what the URL has.
    Answer get(String url, @Nullable String token, int mostBytes) {
        return exchange(reading(url, token), mostBytes);
    }

    private static Question reading(String url, @Nullable String token) {
        return new Question("GET", url, token == null ? List.of() : List.of(TOKEN + ": " + token));
    }

    /// Asks for a session token.
    Answer putForToken(String url, int ttlSeconds, int mostBytes) {
        return exchange(new Question("PUT", url, List.of(TOKEN_TTL + ": " + ttlSeconds)), mostBytes);
    }

    /// Takes the last answer for something else than what was asked for.
    Answer reject(Answer last, String expected) {
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

    /// Until the next question, which may be seconds away.
    void rest() {
        transport.rest();
    }

    /// Lets go of the connections.
    @Override
    public void close() {
        transport.close();
    }

    private Answer exchange(Question question, int mostBytes) {
        for (int attempt = 1; ; attempt++) {
            Answer answer = once(question, mostBytes);
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

    private Answer once(Question question, int mostBytes) {
        retryAfterSeconds = 0;
        String what = question.toString();
        long left = left();
        if (left <= 0) {
            return outOfTime(what);
        }
        try {
            Reply reply = transport.exchange(question, mostBytes, Duration.ofNanos(left));
            retryAfterSeconds = seconds(reply.field("retry-after").orElse(""));
            return Answer.of(what, reply.status(), reply.body().strip());
        } catch (HttpException e) {
            if (Thread.currentThread().isInterrupted()) {
                return Answer.failed(what, e.status(), Trouble.INTERRUPTED, "interrupted");
            }
            return Answer.failed(what, e.status(), trouble(e.kind()), String.valueOf(e.getMessage()));
        }
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

    /// 0 if there are none: a date, which is allowed too, is for longer than a start can wait.
    private static long seconds(String retryAfter) {
        if (retryAfter.isEmpty() || retryAfter.length() > 6) {
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
}
