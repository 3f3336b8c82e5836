package consul.launcher.http;

import consul.launcher.http.HttpException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One request after the other to one server, over a connection that is kept as long as both sides like it. Bounded in
/// time and size. For one thread.
public final class Connection implements AutoCloseable {

    private static final int LONGEST_LINE = 8 * 1024;
    private static final int MOST_FIELDS = 100;

    private final Endpoint endpoint;
    private Duration timeout;
    private int longest;

    /// How long a connection may take.
    private Duration connectTimeout;

    private @Nullable Wire wire;

    /// What was sent and not answered yet.
    private @Nullable Request open;

    /// Whether it may be sent again over a new connection: a kept one may have been closed by the other side.
    private boolean again;

    /// What was read and not looked at yet.
    private byte[] buffer = new byte[0];

    private int at;
    private int end;

    /// Whether anything of the reply has come.
    private boolean anything;

    private long deadline;

    /// `System.nanoTime()` of the end of everything, if there is one.
    private long until;

    private boolean bounded;
    private int status;

    /// @param connectTimeout for a connection; looking up a name takes what it takes on top
    /// @param timeout for a request and its whole reply
    /// @param longest the most bytes of a body
    public Connection(Endpoint endpoint, Duration connectTimeout, Duration timeout, int longest) {
        this.endpoint = endpoint;
        this.connectTimeout = connectTimeout;
        this.timeout = timeout;
        this.longest = longest;
    }

    /// Sets other limits, from the next request on.
    ///
    /// @param timeout for a connection, and again for a request and its whole reply
    /// @param all the longest that connecting, sending, even twice, and the whole reply may take together
    public void limit(Duration timeout, Duration all, int longest) {
        this.connectTimeout = timeout;
        this.timeout = timeout;
        this.longest = longest;
        this.until = System.nanoTime() + all.toNanos();
        this.bounded = true;
    }

    /// Gives up what was sent and not received.
    public void giveUp() {
        if (open != null) {
            close();
        }
    }

    /// Sends a request and waits for its reply.
    ///
    /// @throws HttpException if there is none; [HttpException#kind] tells why
    public Reply exchange(Request request) throws HttpException {
        send(request);
        return receive();
    }

    /// Sends a request, whose reply is received later. One that was sent before and not received is given up. Waits
    /// for a connection, if a new one is needed.
    ///
    /// @throws HttpException if it can't be sent
    public void send(Request request) throws HttpException {
        if (open != null) {
            close();
        }
        again = wire != null && request.changesNothing();
        if (wire != null && !again) {
            // One that may not be sent twice is sent where the other side can't have gone already.
            close();
        }
        try {
            write(request);
        } catch (HttpException e) {
            if (!again) {
                throw e;
            }
            again = false;
            write(request);
        }
        open = request;
    }

    /// Whether a request was sent and not received.
    public boolean isSent(Request request) {
        return request.equals(open);
    }

    /// Waits for the reply to what was sent.
    ///
    /// @throws HttpException if there is none
    /// @throws IllegalStateException if nothing was sent
    public Reply receive() throws HttpException {
        Request request = open;
        if (request == null) {
            throw new IllegalStateException("nothing was sent");
        }
        // It may have been answered long since: only the waiting that begins now counts.
        deadline = deadline();
        try {
            return read();
        } catch (HttpException e) {
            if (!again || anything || e.kind() != Kind.BROKEN) {
                throw e;
            }
            again = false;
            write(request);
            return read();
        } finally {
            open = null;
        }
    }

    /// Lets go of the connection. The next request makes a new one.
    @Override
    public void close() {
        if (wire != null) {
            wire.close();
        }
        wire = null;
        open = null;
    }

    private void write(Request request) throws HttpException {
        status = 0;
        anything = false;
        at = 0;
        end = 0;
        try {
            if (wire == null) {
                long left = bounded ? until - System.nanoTime() : Long.MAX_VALUE;
                wire = Wire.open(endpoint, millis(Math.min(connectTimeout.toNanos(), left)));
            }
        } catch (SocketTimeoutException e) {
            throw failure(Kind.NO_CONNECTION, "no connection within " + text(connectTimeout));
        } catch (IOException e) {
            throw failure(Kind.REFUSED, reason(e));
        }
        deadline = deadline();
        try {
            wire.write(request.bytes(endpoint), millis(timeout.toNanos()));
        } catch (IOException e) {
            throw failure(Kind.BROKEN, reason(e));
        }
    }

    private long deadline() {
        long its = System.nanoTime() + timeout.toNanos();
        return bounded && until - its < 0 ? until : its;
    }

    private Reply read() throws HttpException {
        try {
            return reply();
        } catch (SocketTimeoutException e) {
            throw failure(
                    Kind.SILENT,
                    status == 0 ? "connected, but no answer within " + text(timeout) : "the body did not end in time");
        } catch (HttpException e) {
            close();
            throw e;
        } catch (IOException e) {
            throw failure(Kind.BROKEN, reason(e));
        } catch (RuntimeException | Error e) {
            // The rest of this reply must not be the beginning of the next one.
            close();
            throw e;
        }
    }

    private Reply reply() throws IOException {
        Map<String, String> fields = new HashMap<>();
        boolean keeps;
        do {
            keeps = statusLine();
            fields.clear();
            for (String line = line(); !line.isEmpty(); line = line()) {
                int colon = line.indexOf(':');
                if (colon <= 0 || fields.size() == MOST_FIELDS) {
                    throw failure(Kind.BROKEN, "not HTTP");
                }
                fields.put(
                        lower(line.substring(0, colon)),
                        line.substring(colon + 1).strip());
            }
        } while (status < 200);
        keeps &= !lower(fields.getOrDefault("connection", "")).equals("close");
        String body = "";
        if (status != 204 && status != 304) {
            String length = fields.get("content-length");
            if (lower(fields.getOrDefault("transfer-encoding", "")).equals("chunked")) {
                body = chunks();
            } else if (length != null) {
                body = text(bytes(new ByteArrayOutputStream(), number(length, 10)));
            } else {
                body = text(rest());
                keeps = false;
            }
        }
        if (!keeps || at != end) {
            close();
        }
        return new Reply(status, fields, body);
    }

    /// Whether a connection of this version is kept.
    private boolean statusLine() throws IOException {
        String line = line();
        boolean isHttp = (line.startsWith("HTTP/1.1 ") || line.startsWith("HTTP/1.0 ")) && line.length() >= 12;
        int code = 0;
        for (int i = 9; isHttp && i < 12; i++) {
            isHttp = line.charAt(i) >= '0' && line.charAt(i) <= '9';
            code = code * 10 + line.charAt(i) - '0';
        }
        if (!isHttp || code < 100) {
            throw failure(Kind.BROKEN, "not HTTP");
        }
        status = code;
        return line.startsWith("HTTP/1.1");
    }

    private String chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String size = line();
            int semicolon = size.indexOf(';');
            int length = number((semicolon < 0 ? size : size.substring(0, semicolon)).strip(), 16);
            if (length == 0) {
                while (!line().isEmpty()) {
                    // fields behind the body, which nobody asks for
                }
                return text(body);
            }
            bytes(body, length);
            if (!line().isEmpty()) {
                throw failure(Kind.BROKEN, "not HTTP");
            }
        }
    }

    private int number(String digits, int radix) throws HttpException {
        try {
            int number = Integer.parseInt(digits, radix);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            if (digits.length() > 7 && digits.chars().allMatch(digit -> Character.digit(digit, radix) >= 0)) {
                return Integer.MAX_VALUE;
            }
        }
        throw failure(Kind.BROKEN, "not HTTP");
    }

    private ByteArrayOutputStream bytes(ByteArrayOutputStream body, int length) throws IOException {
        if (length > longest - body.size()) {
            throw failure(Kind.TOO_LONG, "more than " + longest + " bytes");
        }
        int left = length;
        while (left > 0) {
            if (at == end && !fill()) {
                throw new EOFException("the connection was closed in the middle");
            }
            int part = Math.min(left, end - at);
            body.write(buffer, at, part);
            at += part;
            left -= part;
        }
        return body;
    }

    private ByteArrayOutputStream rest() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (at < end || fill()) {
            bytes(body, end - at);
        }
        return body;
    }

    /// Without its end.
    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            if (at == end && !fill()) {
                throw new EOFException("the connection was closed without an answer");
            }
            int c = buffer[at++] & 0xff;
            if (c == '\n') {
                break;
            }
            line.append((char) c);
            if (line.length() > LONGEST_LINE) {
                throw failure(Kind.BROKEN, "not HTTP");
            }
        }
        int length = line.length();
        if (length > 0 && line.charAt(length - 1) == '\r') {
            line.setLength(length - 1);
        }
        return line.toString();
    }

    /// Reads more; false at the end.
    private boolean fill() throws IOException {
        if (wire == null) {
            throw new EOFException("the connection is closed");
        }
        if (buffer.length == 0) {
            buffer = new byte[LONGEST_LINE];
        }
        int read = wire.read(buffer, 0, buffer.length, millis(deadline - System.nanoTime()));
        at = 0;
        end = Math.max(0, read);
        anything |= read > 0;
        return read > 0;
    }

    private static int millis(long nanos) throws SocketTimeoutException {
        if (nanos <= 0) {
            throw new SocketTimeoutException("Read timed out");
        }
        return Math.clamp(nanos / 1_000_000, 1, Integer.MAX_VALUE);
    }

    private HttpException failure(Kind kind, String message) {
        close();
        return new HttpException(kind, status, message);
    }

    private static String text(ByteArrayOutputStream body) {
        return body.toString(StandardCharsets.UTF_8);
    }

    private static String text(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
    }

    /// ASCII only: no locale's rules.
    private static String lower(String text) {
        StringBuilder lower = new StringBuilder(text);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                lower.setCharAt(i, (char) (c + 32));
            }
        }
        return lower.toString();
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
