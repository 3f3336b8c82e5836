package consul.launcher.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import consul.launcher.recovery.DataDirectory.PeersFile;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// I9: a kill at any point leaves the old state, or one from which the next start goes on. I8: an operator's
/// file stays.
class ResumeTest {

    @ParameterizedTest
    @CsvSource({
        // Nothing of the plan is in place yet: the old state.
        "COPY,  ABSENT, START",
        "WRITE, ABSENT, START",
        // In place, and not yet taken in: back to the old state.
        "WRITE, OURS,   TAKE_BACK",
        "START, OURS,   TAKE_BACK",
        // Consul took it in and deleted it.
        "START, ABSENT, VERIFY",
        // Somebody else's is left alone, whatever we had begun.
        "COPY,  STRAY,  START",
        "WRITE, STRAY,  START",
        "START, STRAY,  START",
        // A copy is made before anything is written; ours can't be there, but if it is, it isn't trusted.
        "COPY,  OURS,   TAKE_BACK",
    })
    void goesOnAfterAKill(Journal.Step step, PeersFile file, Resume expected) {
        assertEquals(expected, Resume.after(Optional.of(new Journal("0123456789ab", step)), file));
    }

    /// F11.
    @ParameterizedTest
    @CsvSource({"ABSENT, START", "STRAY, START", "OURS, TAKE_BACK"})
    void needsNoJournalToTakeBackWhatWasPlanned(PeersFile file, Resume expected) {
        assertEquals(expected, Resume.after(Optional.empty(), file));
    }

    @ParameterizedTest
    @EnumSource(Journal.Step.class)
    void readsTheJournalItWrote(Journal.Step step) {
        Journal journal = new Journal("0123456789ab", step);
        assertEquals(Optional.of(journal), Journal.read(journal.line()));
    }

    @Test
    void readsNoJournalThatWasCutOff() {
        String line = new Journal("0123456789ab", Journal.Step.START).line();
        for (int length = 0; length < line.length(); length++) {
            assertEquals(Optional.empty(), Journal.read(line.substring(0, length)), "cut at " + length);
        }
        assertEquals(Optional.empty(), Journal.read(line + line));
    }
}
