package consul.launcher.recovery;

import java.util.List;

/// Whether something can ever come back.
sealed interface Fate {

    /// It can't.
    record Dead(List<Proof> proofs) implements Fate {
        public Dead {
            proofs = List.copyOf(proofs);
        }
    }

    /// It might: unknown is alive.
    ///
    /// @param subject the instance, or the raft id where no instance is known
    /// @param detail what was seen of it
    record MayLive(Reason reason, String subject, String detail) implements Fate {}
}
