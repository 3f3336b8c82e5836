package consul.launcher.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.http.HttpException.Kind;
import consul.launcher.testkit.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ConnectionTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(500);
    private static final Request GET = Request.get("/a?b", List.of("X-Token: secret"));
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String FOUND = "HTTP/1.1 200 OK\r\n\r\n";

    private static Connection to(Scripted server) throws IOException {
        return new Connection(server.endpoint(), LONG, LONG, 100);
    }

    /// The only answer's fate.
    private static Kind kindOf(String answer) throws IOException {
        try (Scripted server = Scripted.onTcp(answer);
                Connection connection = to(server)) {
            return assertThrows(HttpException.class, () -> connection.exchange(GET))
                    .kind();
        }
    }

    private static String bodyOf(String answer) throws IOException {
        try (Scripted server = Scripted.onTcp(answer);
                Connection connection = to(server)) {
            return connection.exchange(GET).body();
        }
    }

    @Test
    void sendsWhatHttpDemandsAndWhatItIsTold() throws IOException {
        try (Scripted server = Scripted.onTcp(OK);
                Connection connection = to(server)) {
            Reply reply = connection.exchange(GET);

            assertEquals(new Reply(200, Map.of("content-length", "2"), "ok"), reply);
            assertEquals(Optional.of("2"), reply.field("content-length"));
            assertEquals(
                    List.of("0 GET /a?b HTTP/1.1\r\nHost: " + server.endpoint().authority() + "\r\nX-Token: secret"),
                    List.copyOf(server.requests));
        }
    }

    @Test
    void sendsALengthWithWhatChangesSomething() throws IOException {
        try (Scripted server = Scripted.onTcp(OK);
                Connection connection = to(server)) {
            connection.exchange(new Request("PUT", "/", List.of()));

            assertTrue(server.requests.peek().endsWith("Content-Length: 0"), server.requests::toString);
        }
    }

    @Test
    void keepsItsConnection() throws IOException {
        try (Scripted server = Scripted.onTcp(OK, OK);
                Connection connection = to(server)) {
            connection.exchange(GET);
            connection.exchange(GET);

            assertEquals(List.of('0', '0'), connections(server));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: Close\r\n\r\nok",
                "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more",
            })
    void keepsNoConnectionThatTheOtherSideDoesNotKeepOrThatHoldsTooMuch(String first) throws IOException {
        try (Scripted server = Scripted.onTcp(first, OK);
                Connection connection = to(server)) {
            assertEquals("ok", connection.exchange(GET).body());
            assertEquals("ok", connection.exchange(GET).body());

            assertEquals(List.of('0', '1'), connections(server));
        }
    }

    @Test
    void asksAgainOverANewConnectionWhereTheKeptOneIsClosed() throws IOException {
        try (Scripted server = Scripted.onTcp(OK + Scripted.CLOSE, OK);
                Connection connection = to(server)) {
            connection.exchange(GET);

            assertEquals("ok", connection.exchange(GET).body());
            assertEquals(2, server.requests.size());
        }
    }

    @Test
    void doesNotAskAgainWhereANewConnectionIsClosed() throws IOException {
        try (Scripted server = Scripted.onTcp(Scripted.CLOSE, OK);
                Connection connection = to(server)) {
            HttpException failure = assertThrows(HttpException.class, () -> connection.exchange(GET));

            assertEquals(Kind.BROKEN, failure.kind());
            assertEquals(1, server.requests.size());
        }
    }

    @Test
    void doesNotAskAgainWherePartOfAnAnswerHasCome() throws IOException {
        try (Scripted server = Scripted.onTcp(OK, "HTTP/1.1 200 OK\r\n" + Scripted.CLOSE, OK);
                Connection connection = to(server)) {
            connection.exchange(GET);

            assertThrows(HttpException.class, () -> connection.exchange(GET));
            assertEquals(2, server.requests.size());
        }
    }

    /// It might be done twice.
    @Test
    void sendsNothingThatChangesSomethingOverAKeptConnection() throws IOException {
        try (Scripted server = Scripted.onTcp(OK, OK);
                Connection connection = to(server)) {
            connection.exchange(GET);
            connection.exchange(new Request("PUT", "/leave", List.of()));

            assertEquals(List.of('0', '1'), connections(server));
        }
    }

    @Test
    void hasNoOldAnswerForWhatWasGivenUp() throws IOException {
        try (Scripted server = Scripted.onTcp("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold", OK);
                Connection connection = to(server)) {
            connection.send(GET);
            Eventually.until("its arrival", LONG, () -> server.requests.size() == 1);

            connection.giveUp();

            assertFalse(connection.isSent(GET));
            assertEquals("ok", connection.exchange(GET).body());
        }
    }

    /// A repeated request has no more time than the first.
    @Test
    void waitsNoLongerThanAllMayTake() throws IOException {
        try (Scripted server = Scripted.onTcp(OK, Scripted.SILENCE);
                Connection connection = to(server)) {
            // Which makes the connection: the time for that is limited too.
            connection.exchange(GET);
            connection.limit(LONG, SHORT, 100);

            HttpException e = assertThrows(HttpException.class, () -> connection.exchange(GET));

            assertEquals(Kind.SILENT, e.kind());
        }
    }

    @Test
    void givesUpWhatWasSentAndNotReceived() throws IOException {
        try (Scripted server = Scripted.onTcp("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold", OK);
                Connection connection = to(server)) {
            connection.send(GET);
            assertTrue(connection.isSent(Request.get("/a?b", List.of("X-Token: secret"))));
            Eventually.until("its arrival", LONG, () -> server.requests.size() == 1);

            assertEquals(
                    "ok", connection.exchange(Request.get("/other", List.of())).body());
        }
    }

    @Test
    void readsChunks() throws IOException {
        assertEquals(
                "hello world",
                bodyOf(FOUND.replace("\r\n\r\n", "\r\nTransfer-Encoding: Chunked\r\n\r\n")
                        + "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: 1\r\n\r\n"));
    }

    @Test
    void readsToTheEndWhereThereIsNoLength() throws IOException {
        assertEquals("all of it ü", bodyOf(FOUND + "all of it ü" + Scripted.CLOSE));
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void expectsNoBodyWhereThereIsNone(int status) throws IOException {
        try (Scripted server = Scripted.onTcp("HTTP/1.1 " + status + " None\r\n\r\n");
                Connection connection = to(server)) {
            assertEquals(status, connection.exchange(GET).status());
        }
    }

    @Test
    void passesOverInterimAnswers() throws IOException {
        assertEquals("ok", bodyOf("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n",
            })
    void readsNoMoreThanItWasAllowed(String answer) throws IOException {
        assertEquals(Kind.TOO_LONG, kindOf(answer));
    }

    @Test
    void readsNoMoreThanItWasAllowedWhereThereIsNoLength() throws IOException {
        assertEquals(Kind.TOO_LONG, kindOf(FOUND + "x".repeat(101)));
    }

    @Test
    void readsNoMoreThanItWasAllowedInAllChunksTogether() throws IOException {
        String chunk = "33\r\n" + "x".repeat(51) + "\r\n";
        assertEquals(Kind.TOO_LONG, kindOf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n",
                "HTTP/1.1 2xx OK\r\n\r\n",
                "HTTP/1.1 99\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno field\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no<close>",
                "<close>",
            })
    void takesNothingElseForHttp(String answer) throws IOException {
        assertEquals(Kind.BROKEN, kindOf(answer));
    }

    @Test
    void takesNoLineWithoutEnd() throws IOException {
        assertEquals(Kind.BROKEN, kindOf("HTTP/1.1 200 " + "x".repeat(9000)));
    }

    @ParameterizedTest
    @ValueSource(strings = {Scripted.SILENCE, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no"})
    void doesNotWaitForEver(String answer) throws IOException {
        try (Scripted server = Scripted.onTcp(answer);
                Connection connection = new Connection(server.endpoint(), LONG, SHORT, 100)) {
            connection.send(GET);
            awaitAnswers(server, 1);
            HttpException failure = assertThrows(HttpException.class, connection::receive);

            assertEquals(Kind.SILENT, failure.kind());
            assertEquals(answer.equals(Scripted.SILENCE) ? 0 : 200, failure.status());
        }
    }

    @Test
    void tellsWhoRefuses() throws IOException {
        try (Socket taken = new Socket()) {
            taken.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            Endpoint nobody = new Endpoint.Tcp("127.0.0.1", taken.getLocalPort());
            try (Connection connection = new Connection(nobody, LONG, LONG, 100)) {
                assertEquals(
                        Kind.REFUSED,
                        assertThrows(HttpException.class, () -> connection.exchange(GET))
                                .kind());
            }
        }
    }

    @Test
    void speaksByAUnixSocket(@TempDir Path directory) throws IOException {
        try (Scripted server = Scripted.onUnix(directory.resolve("socket"), OK, OK);
                Connection connection = to(server)) {
            assertEquals("ok", connection.exchange(GET).body());
            assertEquals("ok", connection.exchange(GET).body());

            assertEquals(List.of('0', '0'), connections(server));
        }
    }

    @Test
    void doesNotWaitForEverAtAUnixSocket(@TempDir Path directory) throws IOException {
        try (Scripted server = Scripted.onUnix(directory.resolve("socket"), Scripted.SILENCE);
                Connection connection = new Connection(server.endpoint(), LONG, SHORT, 100)) {
            assertEquals(
                    Kind.SILENT,
                    assertThrows(HttpException.class, () -> connection.exchange(GET))
                            .kind());
        }
    }

    @Test
    void tellsThatNobodyListensAtAUnixSocket(@TempDir Path directory) {
        try (Connection connection = new Connection(new Endpoint.Unix(directory.resolve("none")), LONG, LONG, 100)) {
            assertEquals(
                    Kind.REFUSED,
                    assertThrows(HttpException.class, () -> connection.exchange(GET))
                            .kind());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a\r\nX-Token: x", "/a\n", "/\u0000"})
    void refusesWhatWouldBeAnotherLine(String target) {
        assertThrows(IllegalArgumentException.class, () -> Request.get(target, List.of()));
        assertThrows(IllegalArgumentException.class, () -> Request.get("/", List.of("X-Token: " + target)));
    }

    @Test
    void putsAnIpv6AddressInBrackets() {
        assertEquals("[fd00:ec2::254]", new Endpoint.Tcp("fd00:ec2::254", 80).authority());
        assertEquals("localhost:8500", new Endpoint.Tcp("localhost", 8500).authority());
    }

    private static void awaitAnswers(Scripted server, int count) {
        Eventually.until(count + " answers", LONG, () -> server.answered.get() == count);
    }

    private static List<Character> connections(Scripted server) {
        return server.requests.stream().map(request -> request.charAt(0)).toList();
    }

    /// Who sends a request and then does something else for a while must not lose its answer.
    @Test
    void takesAReplyThatCameLongBeforeItIsWaitedFor() throws IOException {
        try (Scripted server = Scripted.onTcp(OK);
                Connection connection = new Connection(server.endpoint(), LONG, SHORT, 100)) {
            long start = System.nanoTime();
            connection.send(GET);
            awaitAnswers(server, 1);
            Eventually.until(
                    "the time of the request to be over", LONG, () -> System.nanoTime() - start > 2 * SHORT.toNanos());

            assertEquals("ok", connection.receive().body());
        }
    }
}
