package consul.launcher.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.recovery.Journal;
import consul.launcher.recovery.LedgerText;
import consul.launcher.recovery.Proof;
import consul.launcher.recovery.ProofLedger;
import consul.launcher.testkit.HeldAndByName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
@HeldAndByName
final class OrdersTest {

    private static final String HASH = "0123456789ab";
    private static final Instant AT = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir
    private Path data;

    private Place place;
    private Orders orders;

    @BeforeEach
    void open() throws IOException {
        place = new Place(data);
        place.create();
        Files.createDirectories(place.raft());
        // Five seconds go by whenever it is asked.
        AtomicLong seconds = new AtomicLong();
        orders = new Orders(place, () -> AT.plusSeconds(seconds.addAndGet(5)));
    }

    @Test
    void findsThePlanInTheReport() throws IOException {
        assertEquals(Optional.empty(), orders.planned());
        Keeping.write(place.report(), "recovery blocked: alive. Next: mend the network\n");
        assertEquals(Optional.empty(), orders.planned());
        Keeping.write(place.report(), "x\nBy hand: consul-launcher recovery apply " + HASH + " on i-0000000a\n");
        assertEquals(Optional.of(HASH), orders.planned());
    }

    @Test
    void waitsUntilThePlanIsVerified() throws Exception {
        var outcome = CompletableFuture.supplyAsync(() -> apply(Duration.ofDays(1)));
        // Until one comes after it has begun to wait.
        while (!outcome.isDone()) {
            Keeping.append(place.audit(), "plan " + HASH + " is verified: there is a leader\n");
        }

        assertEquals(Orders.Outcome.VERIFIED, outcome.get(50, TimeUnit.SECONDS));
    }

    @Test
    void takesNoEarlierVerificationForItsOwn() throws IOException {
        Keeping.append(place.audit(), "plan " + HASH + " is verified: long ago\n");

        assertEquals(Orders.Outcome.NOTHING, apply(Duration.ofSeconds(10)));
    }

    @Test
    void isContentWithAPlanThatConsulTookInOnceAnElectionWouldBeOver() throws IOException {
        Keeping.write(place.journal(), new Journal(HASH, Journal.Step.START).line());

        assertEquals(Orders.Outcome.APPLIED, apply(Duration.ofDays(1)));
    }

    @Test
    void waitsForConsulToTakeItIn() throws IOException {
        Keeping.write(place.journal(), new Journal(HASH, Journal.Step.START).line());
        Files.writeString(place.peersJson(), "[]");
        assertEquals(Orders.Outcome.NOTHING, apply(Duration.ofSeconds(40)));

        Keeping.write(place.journal(), new Journal(HASH, Journal.Step.WRITE).line());
        Files.delete(place.peersJson());
        assertEquals(Orders.Outcome.NOTHING, apply(Duration.ofSeconds(40)), "it isn't there yet");
    }

    @Test
    void seesThatTheLauncherDecidedOtherwise() throws Exception {
        Keeping.write(place.report(), "plan " + HASH + "\n");
        var outcome = CompletableFuture.supplyAsync(() -> apply(Duration.ofDays(1)));
        while (!Files.exists(place.order())) {
            Thread.onSpinWait();
        }
        Keeping.write(place.report(), "no recovery: a leader was seen\n");
        Keeping.delete(place.order());

        assertEquals(Orders.Outcome.NOTHING, outcome.get(50, TimeUnit.SECONDS));
    }

    @Test
    void withdrawsAnOrderThatNobodyTook() throws IOException {
        assertEquals(Orders.Outcome.NOTHING, apply(Duration.ofSeconds(10)));

        assertFalse(Files.exists(place.order()), "nobody is there any more to see what comes of it");
    }

    @Test
    void tellsWhatIsKept() throws IOException {
        Keeping.write(place.owner(), "i-0000000a\n");
        Proof proof = new Proof("i-0000000b", AT, AT.plusSeconds(40));
        Keeping.write(
                place.ledger(),
                LedgerText.write(new ProofLedger(
                        Map.of("i-0000000b", proof),
                        Map.of("i-0000000c", AT),
                        Map.of(),
                        Optional.empty(),
                        Optional.empty())));

        String status = orders.status();

        assertTrue(status.contains("written by      i-0000000a\n"), status);
        assertTrue(status.contains("peers.json      ABSENT\n"), status);
        assertTrue(
                status.contains(
                        "dead for good   i-0000000b, terminated at 2026-11-22T12:00:00Z and 2026-11-22T12:00:40Z"),
                status);
        assertTrue(
                status.contains("not proven yet  i-0000000c, terminated at 2026-11-22T12:00:00Z; proven if EC2 says so"
                        + " again at 2026-11-22T12:00:30Z or later\n"),
                status);
        assertTrue(status.contains("no report: "), status);
    }

    @Test
    @DisplayName("F14: a damaged ledger is named")
    void tellsOfADamagedLedger() throws IOException {
        Keeping.write(place.ledger(), "\n");

        String status = orders.status();

        assertTrue(status.contains("proofs of death can't be read, and are gathered anew: line 1 is not"), status);
    }

    @Test
    @DisplayName("F2: tells for how long there is no leader, and when the decision comes")
    void tellsForHowLongThereIsNoLeader() throws IOException {
        Keeping.write(
                place.report(), Report.write(AT.plusSeconds(1), Optional.of(AT), Optional.of(AT.plusSeconds(60)), ""));
        assertEquals("""
                as of 2026-11-22T12:00:01Z
                there has been no leader for 5 s, since 2026-11-22T12:00:00Z
                unless one is seen, it is decided in 55 s, at 2026-11-22T12:01:00Z, what can be done \
                (CONSUL_QUORUM_RECOVERY_CONFIRM)
                """, orders.report());

        Keeping.write(place.report(), Report.write(AT, Optional.of(AT), Optional.empty(), "recovery blocked: x\n"));
        assertEquals("""
                as of 2026-11-22T12:00:00Z
                there has been no leader for 10 s, since 2026-11-22T12:00:00Z
                recovery blocked: x
                """, orders.report());
    }

    private Orders.Outcome apply(Duration patience) {
        try {
            return orders.apply(HASH, patience);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
