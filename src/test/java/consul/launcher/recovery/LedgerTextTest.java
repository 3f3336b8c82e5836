package consul.launcher.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerTextTest {

    private static final Instant T = Instant.parse("2026-11-22T12:00:00.5Z");

    private static final ProofLedger FULL = new ProofLedger(
            Map.of("i-0000000a", new Proof("i-0000000a", T, T.plusSeconds(31))),
            Map.of("i-0000000b", T),
            Map.of("id-a", Set.of("i-0000000a", "i-0000000d"), "id-b", Set.of("a name\nwith breaks")),
            Optional.of(new Span(T.minusSeconds(60), T)),
            Optional.of(T));

    private static final String TEXT = """
            consul-launcher proof ledger 1
            dead i-0000000a 2026-11-22T12:00:00.500Z 2026-11-22T12:00:31.500Z
            seen i-0000000b 2026-11-22T12:00:00.500Z
            name id-a i-0000000a
            name id-a i-0000000d
            name id-b a+name%0Awith+breaks
            listed 2026-11-22T11:59:00.500Z 2026-11-22T12:00:00.500Z
            complete 2026-11-22T12:00:00.500Z
            end 8
            """;

    @Test
    void writesOneFactALine() {
        assertEquals(TEXT, LedgerText.write(FULL));
    }

    @Test
    void readsWhatItWrote() {
        assertEquals(new LedgerText.Read(FULL), LedgerText.read(TEXT));
        assertEquals(new LedgerText.Read(ProofLedger.empty()), LedgerText.read(LedgerText.write(ProofLedger.empty())));
    }

    @Test
    void readsNothingFromATextThatWasCutOffAnywhere() {
        for (int length = 0; length < TEXT.length(); length++) {
            assertInstanceOf(
                    LedgerText.Unreadable.class, LedgerText.read(TEXT.substring(0, length)), "cut at " + length);
        }
    }

    @Test
    void readsNothingFromATextWithALineTakenOut() {
        assertInstanceOf(LedgerText.Unreadable.class, LedgerText.read(TEXT.replace("name id-a i-0000000d\n", "")));
    }

    @Test
    void readsNothingFromATextWithALineThatIsNone() {
        for (String line : new String[] {"dead i-0000000a now then", "name id-a", "alive i-0000000a 1", ""}) {
            assertInstanceOf(
                    LedgerText.Unreadable.class, LedgerText.read(TEXT.replace("name id-a i-0000000d", line)), line);
        }
    }

    @Test
    void readsNoProofWhoseAnswersAreTooClose() {
        String close = TEXT.replace("12:00:31.500Z", "12:00:29.500Z");
        LedgerText.Unreadable unreadable = assertInstanceOf(LedgerText.Unreadable.class, LedgerText.read(close));
        assertEquals("line 2", unreadable.why().substring(0, 6));
    }

    /// F14.
    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\n\n\n", "\0\0\0\0", "\0\n"})
    void readsNothingOutOfAnEmptyFile(String text) {
        LedgerText.Unreadable unreadable = assertInstanceOf(LedgerText.Unreadable.class, LedgerText.read(text));
        assertEquals("line 1 is not 'consul-launcher proof ledger 1'", unreadable.why());
    }
}
