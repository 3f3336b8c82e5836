package consul.launcher.mockec2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.Running;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FaultsTest {

    private static final String ID = "/latest/meta-data/instance-id";

    private final Ec2Mock mock =
            Ec2Mock.start(Options.loopback("id=i-aaaaaaa1,address=127.0.1.201", "id=i-aaaaaaa2,address=127.0.1.202"));
    private final Caller first = Caller.at(mock, "127.0.1.201");
    private final Caller second = Caller.at(mock, "127.0.1.202");

    @AfterEach
    void close() {
        mock.close();
    }

    private List<Integer> statuses(Caller caller, int calls) {
        return java.util.stream.Stream.generate(() -> caller.get(ID).statusCode())
                .limit(calls)
                .toList();
    }

    @Test
    void failsTheNextCallsAndNoMore() {
        mock.command("fault", "api=imds,status=503,times=2");
        assertEquals(List.of(503, 503, 200), statuses(first, 3));
    }

    @Test
    void failsOneInstancesCallsUntilCleared() {
        mock.command("fault", "instance=i-aaaaaaa1,status=500,times=-1");
        assertEquals(List.of(500, 500, 500), statuses(first, 3));
        assertEquals(List.of(200), statuses(second, 1));
        mock.command("clear", "");
        assertEquals(List.of(200), statuses(first, 1));
    }

    @Test
    void failsOnePathOfOneService() {
        mock.command("fault", "api=token,status=404");
        mock.command("fault", "api=imds,path=/latest/meta-data/local,status=429");
        assertEquals(200, first.get(ID).statusCode());
        assertEquals(429, first.get("/latest/meta-data/local-ipv4").statusCode());
        assertEquals(404, first.put("/latest/api/token").statusCode());
    }

    @Test
    void answersAPageOrNothingInsteadOfAValue() {
        mock.command("fault", "status=200,body=html");
        mock.command("fault", "status=200,body=empty");
        HttpResponse<String> page = first.get(ID);
        assertEquals(200, page.statusCode());
        assertTrue(page.body().contains("<html>"), page.body());
        assertEquals("", first.get(ID).body());
    }

    @Test
    void neverAnswersACallThatHangs() {
        // Over a connection that is there already nothing keeps the call from being made.
        first.get(ID);
        mock.command("fault", "hang=true");
        UncheckedIOException thrown =
                assertThrows(UncheckedIOException.class, () -> first.get(Duration.ofMillis(300), ID));
        assertInstanceOf(HttpTimeoutException.class, thrown.getCause());
        Eventually.until(
                "the call to be seen",
                Running.PATIENCE,
                () -> mock.requests().entries().size() == 2);
        assertEquals(0, mock.requests().entries().getLast().status());
    }

    @Test
    void countsCallsByServiceAndCaller() {
        first.get(ID);
        first.token();
        second.get(ID);
        assertEquals(
                java.util.Map.of(
                        "imds", 2L, "imds i-aaaaaaa1", 1L, "imds i-aaaaaaa2", 1L, "token", 1L, "token i-aaaaaaa1", 1L),
                mock.requests().counters());
        assertEquals(
                new RequestLog.Entry(Api.IMDS, "i-aaaaaaa1", "GET", ID, 200),
                mock.requests().entries().getFirst());
    }

    @Test
    void forgetsTokensOnDemand() {
        String token = first.token();
        mock.expireTokens();
        assertEquals(401, first.get(ID, "X-aws-ec2-metadata-token", token).statusCode());
    }
}
