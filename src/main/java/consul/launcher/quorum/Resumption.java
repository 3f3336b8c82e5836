package consul.launcher.quorum;

import consul.launcher.config.Log;
import consul.launcher.recovery.DataDirectory.PeersFile;
import consul.launcher.recovery.Journal;
import consul.launcher.recovery.Resume;
import java.io.IOException;
import java.util.Optional;

/// What a start does, before Consul runs, about a plan whose application a kill cut off. Only loaded if there is a
/// journal.
public final class Resumption {

    private Resumption() {}

    /// @throws IOException if the files can't be read or changed: then Consul must not start, since it would take in a
    ///     plan that may no longer hold
    public static Resume before(Place place, Log log) throws IOException {
        Optional<Journal> journal = place.readJournal();
        PeersFile peersFile = place.peersFile();
        boolean damaged = journal.isEmpty() && Keeping.isThere(place.journal());
        if (damaged && peersFile == PeersFile.STRAY) {
            throw new IOException(place.journal() + " is damaged, so it isn't known who wrote " + place.peersJson()
                    + ": delete the journal if you wrote that file, or the file if you didn't");
        }
        Resume resume = Resume.after(journal, peersFile);
        switch (resume) {
            case START -> {
                log.warn(
                        damaged
                                ? "a quorum recovery was cut off, and " + place.journal() + " is damaged: there is no "
                                        + place.peersJson() + " that Consul could take in, Consul starts as it is"
                                : "a quorum recovery was cut off before it changed anything: Consul starts as before");
                place.deleteUnlinked();
                Keeping.delete(place.journal());
                Keeping.delete(place.planned());
            }
            case TAKE_BACK -> {
                log.warn("a quorum recovery was cut off before Consul took it in: " + place.peersJson()
                        + " is taken back, Consul starts as before");
                takeBack(place);
            }
            case VERIFY ->
                log.warn("a quorum recovery was cut off after Consul took it in: it is verified once Consul runs");
        }
        return resume;
    }

    /// Leaves the old state, whatever was written; a peers.json only if it is ours. The journal goes back a step first:
    /// a kill between the two must not look as if Consul had taken the file in.
    static void takeBack(Place place) throws IOException {
        Optional<Journal> journal = place.readJournal();
        if (journal.isPresent() && journal.get().step() == Journal.Step.START) {
            Keeping.write(place.journal(), new Journal(journal.get().plan(), Journal.Step.WRITE).line());
        }
        if (place.peersFile() == PeersFile.OURS) {
            place.deletePeersJson();
        }
        place.deleteUnlinked();
        Keeping.delete(place.journal());
        Keeping.delete(place.planned());
    }
}
