package consul.launcher.quorum;

import consul.launcher.recovery.DataDirectory;
import consul.launcher.recovery.DataDirectory.PeersFile;
import consul.launcher.recovery.Journal;
import consul.launcher.recovery.LedgerText;
import consul.launcher.recovery.ProofLedger;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;

/// Where everything about recovery lies, below Consul's data directory: it belongs to the raft state and goes where
/// that goes. Consul ignores the directory `launcher`.
///
/// @param data Consul's data directory
public record Place(Path data) {

    /// The launcher's own files.
    public Path own() {
        return data.resolve("launcher");
    }

    Path raft() {
        return data.resolve("raft");
    }

    Path peersJson() {
        return raft().resolve("peers.json");
    }

    /// The peers.json before it has its name. Beside its place, since a link doesn't cross volumes, and `raft` may be
    /// on another one. Consul ignores other names in there.
    Path unlinked() {
        return raft().resolve("peers.json.launcher");
    }

    /// Which instance wrote the raft state.
    Path owner() {
        return own().resolve("owner");
    }

    Path ledger() {
        return own().resolve("ledger");
    }

    /// Until when the own log was complete, while all is well; later than the ledger says.
    Path complete() {
        return own().resolve("complete");
    }

    /// How far the application of a plan is.
    public Path journal() {
        return own().resolve("journal");
    }

    /// The peers.json that the journal is about, to know it again.
    Path planned() {
        return own().resolve("peers.json");
    }

    /// What was decided last, for `recovery plan`.
    public Path report() {
        return own().resolve("report");
    }

    /// The hash of the plan that a person wants applied.
    public Path order() {
        return own().resolve("order");
    }

    /// What was ever done.
    public Path audit() {
        return own().resolve("audit.log");
    }

    /// Makes the launcher's own directory where there is none.
    ///
    /// @throws IOException if it can't be made, or a link is in its place: whoever may write the data directory
    ///     must not send a launcher that is root elsewhere
    void create() throws IOException {
        Files.createDirectories(own());
        try (HeldDirectory directory = HeldDirectory.open(data)) {
            directory.in("launcher").close();
        }
    }

    /// The raft directory. A link to another volume is followed if root made it, or this launcher's user, or the owner
    /// of what it leads to: Consul's user may not have root read and write what it can't itself.
    HeldDirectory openRaft() throws IOException {
        try (HeldDirectory directory = HeldDirectory.open(data)) {
            PosixFileAttributes link = directory.attributes("raft");
            if (!link.isSymbolicLink()) {
                return directory.in("raft");
            }
            HeldDirectory raft = HeldDirectory.open(raft());
            try {
                refuseForeign(link.owner(), raft.attributes().owner());
                return raft;
            } catch (IOException e) {
                raft.close();
                throw e;
            }
        }
    }

    private void refuseForeign(UserPrincipal maker, UserPrincipal owner) throws IOException {
        UserPrincipal root =
                FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName("0");
        UserPrincipal self = Files.getOwner(Path.of("/proc/self"));
        if (!maker.equals(owner) && !maker.equals(root) && !maker.equals(self)) {
            throw new IOException(raft() + " is a link that " + maker + " made to a directory of " + owner);
        }
    }

    void deletePeersJson() throws IOException {
        deleteFromRaft(peersJson());
    }

    void deleteUnlinked() throws IOException {
        deleteFromRaft(unlinked());
    }

    private void deleteFromRaft(Path file) throws IOException {
        // Without a raft directory there is nothing in it.
        if (Keeping.isThere(file)) {
            try (HeldDirectory raft = openRaft()) {
                raft.delete(String.valueOf(file.getFileName()));
                raft.sync();
            }
        }
    }

    /// The instance that wrote the raft state; empty while that isn't known.
    ///
    /// @throws IOException if it can't be read: what can't be seen isn't absent
    public Optional<String> readOwner() throws IOException {
        return Keeping.read(owner()).map(String::strip).filter(text -> !text.isEmpty());
    }

    /// The proofs of death; none if nothing was kept yet.
    LedgerText.Parsed readLedger() throws IOException {
        try {
            Optional<String> text = Keeping.read(ledger());
            return text.isEmpty() ? new LedgerText.Read(ProofLedger.empty()) : LedgerText.read(text.get());
        } catch (HeldDirectory.TooLargeException e) {
            return new LedgerText.Unreadable(String.valueOf(e.getMessage()));
        }
    }

    Optional<String> readComplete() throws IOException {
        return readIntact(complete());
    }

    /// Empty if there is none, or a damaged one.
    Optional<Journal> readJournal() throws IOException {
        return readIntact(journal()).flatMap(Journal::read);
    }

    private static Optional<String> readIntact(Path file) throws IOException {
        try {
            return Keeping.read(file);
        } catch (HeldDirectory.TooLargeException e) {
            return Optional.empty();
        }
    }

    /// Whose `raft/peers.json` it is. The launcher's has exactly the content that was planned; that is enough, since a
    /// power failure may have damaged the journal.
    PeersFile peersFile() throws IOException {
        if (!Keeping.isThere(peersJson())) {
            return PeersFile.ABSENT;
        }
        Optional<String> planned = readIntact(planned());
        return planned.isPresent() && planned.equals(readPeersJson()) ? PeersFile.OURS : PeersFile.STRAY;
    }

    /// Empty where it is no file: then it is nobody's whom we know.
    private Optional<String> readPeersJson() throws IOException {
        String name = "peers.json";
        try (HeldDirectory raft = openRaft()) {
            return raft.attributes(name).isRegularFile() ? raft.read(name) : Optional.empty();
        } catch (HeldDirectory.TooLargeException e) {
            return Optional.empty();
        }
    }

    DataDirectory look() throws IOException {
        return new DataDirectory(
                data.toString(), readOwner(), peersFile(), Keeping.isThere(raft().resolve("peers.info")));
    }
}
