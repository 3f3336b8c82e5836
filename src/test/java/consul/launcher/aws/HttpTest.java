package consul.launcher.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.identity.IdentitySource.Found;
import consul.launcher.identity.Wanted;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTest {

    @Test
    void asksNoProxyWhateverTheMachineIsSetUpFor() throws IOException {
        ProxySelector before = ProxySelector.getDefault();
        try (Mock ec2 = new Mock();
                Mock proxy = new Mock()) {
            ec2.token().answers(200, Mock.INSTANCE);
            proxy.answers(200, "token of the proxy").answers(200, "i-99999999");
            ProxySelector.setDefault(always(proxy.server.getSocketAddress()));

            new MetadataSource(Mock.settings("AWS_EC2_METADATA_SERVICE_ENDPOINT", ec2.url()), new FakePace())
                    .find(Set.of(Wanted.NODE_NAME));

            assertEquals(List.of(), proxy.requests());
            assertEquals(2, ec2.requests().size());
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    /// The first byte of a TLS connection is 22; whoever doesn't understand it hangs up, and that is said.
    @ParameterizedTest
    @ValueSource(strings = {"https", "HTTPS"})
    void speaksTlsWhereTheEndpointWantsIt(String scheme) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
                Http http = new Http(
                        Mock.settings(
                                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                scheme + "://127.0.0.1:" + listener.getLocalPort()),
                        new FakePace(),
                        1)) {
            CompletableFuture<Integer> first = CompletableFuture.supplyAsync(() -> {
                try (Socket socket = listener.accept()) {
                    return socket.getInputStream().read();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });

            Answer answer = http.get("https://127.0.0.1:" + listener.getLocalPort() + "/latest", null, 1);

            assertEquals(22, first.get(60, TimeUnit.SECONDS));
            assertEquals(Answer.Trouble.REFUSED, answer.trouble(), answer::line);
        }
    }

    /// What settings let pass must not fail later, as an exception.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:1",
                "http://[::1]:1",
                "HTTP://localhost:1/a//b",
                "http://127.0.0.1:1/%20/;x=~'()*!$&,+:"
            })
    void takesEveryUrlThatSettingsLetPass(String url) {
        try (Http http = new Http(Mock.settings("ECS_CONTAINER_METADATA_URI_V4", url), new FakePace(), 1)) {
            assertEquals(
                    Answer.Trouble.REFUSED, http.get(url + "/task", null, 1).trouble());
        }
    }

    @Test
    void holdsNeitherTheConnectionNorTheProgramOnceItIsDone() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            CompletableFuture<Integer> afterwards = CompletableFuture.supplyAsync(() -> serveTwice(listener));
            String url = "http://127.0.0.1:" + listener.getLocalPort();

            assertTrue(
                    new MetadataSource(Mock.settings("AWS_EC2_METADATA_SERVICE_ENDPOINT", url), Pace.real())
                                    .find(Set.of(Wanted.NODE_NAME))
                            instanceof Found);

            assertEquals(-1, afterwards.get(60, TimeUnit.SECONDS), "the connection's end");
        }
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            boolean http =
                    thread.getName().contains("OkHttp") || thread.getName().contains("Okio");
            // MockWebServer's own, of other tests in this JVM, are named after it.
            if (http && !thread.getName().contains("MockWebServer")) {
                assertTrue(thread.isDaemon(), thread.getName());
            }
        }
    }

    /// Answers two requests on one connection; returns what the client sends after them: -1 if it hangs up.
    private static int serveTwice(ServerSocket listener) {
        try (Socket socket = listener.accept();
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String body : new String[] {Mock.TOKEN, Mock.INSTANCE}) {
                String line = in.readLine();
                while (line != null && !line.isEmpty()) {
                    line = in.readLine();
                }
                socket.getOutputStream()
                        .write(("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                                .getBytes(StandardCharsets.US_ASCII));
            }
            return in.read();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ProxySelector always(SocketAddress proxy) {
        return new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                return List.of(new Proxy(Proxy.Type.HTTP, (InetSocketAddress) proxy));
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException e) {
                throw new AssertionError(e);
            }
        };
    }
}
