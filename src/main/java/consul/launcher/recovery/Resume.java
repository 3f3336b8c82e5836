package consul.launcher.recovery;

import consul.launcher.recovery.DataDirectory.PeersFile;
import java.util.Optional;

/// What a start does about an application that a kill cut off (I9). A peers.json of ours that Consul didn't
/// take in yet is taken back: time has passed, and what was proven about the living may no longer be so.
/// Detection then begins anew, with the proofs of death kept.
public enum Resume {
    /// Start Consul and delete the journal; a peers.json that lies there is the operator's.
    START,
    /// Delete our peers.json, then as `START`: the old state, as if nothing had been begun.
    TAKE_BACK,
    /// Consul took the plan in. Start it and verify; the journal is deleted afterwards.
    VERIFY;

    /// @param journal what was found at the start; empty also if it is damaged
    /// @param peersFile [PeersFile#OURS] only if its content is what was planned
    public static Resume after(Optional<Journal> journal, PeersFile peersFile) {
        if (peersFile == PeersFile.OURS) {
            return TAKE_BACK;
        }
        if (journal.isEmpty() || peersFile == PeersFile.STRAY) {
            return START;
        }
        return switch (journal.get().step()) {
            case COPY, WRITE -> START;
            case START -> VERIFY;
        };
    }
}
