package consul.launcher.quorum;

import consul.launcher.recovery.Journal;
import consul.launcher.recovery.LedgerText;
import consul.launcher.recovery.Proof;
import consul.launcher.recovery.ProofLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// The other side of the launcher that supervises the server: reads what it decided, and gives it orders, by files.
public final class Orders {

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(300);

    /// How long a plan that Consul took in may go unverified: by then the voter has elected itself. A server that is no
    /// voter in the plan waits for the one that is.
    private static final Duration ELECTION = Duration.ofSeconds(30);

    private static final String BEFORE_HASH = "By hand: consul-launcher recovery apply ";
    private static final int HASH = 12;

    /// What became of an order.
    public enum Outcome {
        /// The cluster is as planned.
        VERIFIED,
        /// Consul took the plan in, and there is no leader yet.
        APPLIED,
        /// The launcher refused, or didn't take the order in time.
        NOTHING
    }

    private final Place place;
    private final InstantSource clock;

    public Orders(Place place, InstantSource clock) {
        this.place = place;
        this.clock = clock;
    }

    /// Why nothing can be said about a quorum here; empty if a launcher keeps, or kept, what it found out.
    public Optional<String> absent() {
        if (Files.notExists(place.data())) {
            return Optional.of("there is no data directory " + place.data()
                    + ": run this in the server's container, with CONSUL_DATA_DIR as the agent has it");
        }
        if (Files.notExists(place.raft())) {
            return Optional.of("the data directory " + place.data()
                    + " holds no raft state: its agent is a client, which has no quorum to recover, or a server that"
                    + " never started");
        }
        return Files.notExists(place.own())
                ? Optional.of("no launcher watches the quorum of " + place.data()
                        + ": it was started only just now, or doesn't (CONSUL_QUORUM_RECOVERY=off,"
                        + " CONSUL_LAUNCHER_MODE=exec)")
                : Optional.empty();
    }

    /// What the launcher decided last, for people.
    ///
    /// @throws IOException if its file can't be read, as that of the others
    public String report() throws IOException {
        return Keeping.read(place.report())
                .map(text -> "as of " + Report.read(text, clock.instant()))
                .orElse(
                        "no report: there is a leader, or this server's launcher was started only just now, or it doesn't"
                                + " watch the quorum (CONSUL_QUORUM_RECOVERY=off, CONSUL_LAUNCHER_MODE=exec)\n");
    }

    /// The hash of the plan in the report.
    public Optional<String> planned() throws IOException {
        String report = Keeping.read(place.report()).orElse("");
        int at = report.lastIndexOf(BEFORE_HASH);
        int begin = at + BEFORE_HASH.length();
        return at < 0 || begin + HASH > report.length()
                ? Optional.empty()
                : Optional.of(report.substring(begin, begin + HASH));
    }

    void give(String hash) throws IOException {
        Keeping.write(place.order(), hash + "\n");
    }

    /// Gives the order, and waits for what the launcher makes of it. One that it didn't take in time is withdrawn:
    /// nobody would be there any more to see what comes of it.
    ///
    /// @param hash of the plan in the report
    /// @param patience how long to wait
    /// @throws IOException if the files by which orders are given can't be used
    public Outcome apply(String hash, Duration patience) throws IOException {
        long before = verified(hash);
        String report = report();
        give(hash);
        Instant end = clock.instant().plus(patience);
        Optional<Instant> takenIn = Optional.empty();
        while (clock.instant().isBefore(end)) {
            boolean refused = isRefused(report);
            if (verified(hash) > before) {
                return Outcome.VERIFIED;
            }
            if (refused) {
                return Outcome.NOTHING;
            }
            if (takenIn.isPresent() && clock.instant().isAfter(takenIn.get().plus(ELECTION))) {
                return Outcome.APPLIED;
            }
            try {
                Thread.sleep(BETWEEN_LOOKS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Outcome.NOTHING;
            }
            boolean started = place.readJournal()
                    .filter(journal -> journal.plan().equals(hash) && journal.step() == Journal.Step.START)
                    .isPresent();
            if (started && !Keeping.isThere(place.peersJson()) && takenIn.isEmpty()) {
                takenIn = Optional.of(clock.instant());
            }
        }
        Keeping.delete(place.order());
        return takenIn.isPresent() ? Outcome.APPLIED : Outcome.NOTHING;
    }

    /// Whether the launcher took the order and then decided otherwise.
    private boolean isRefused(String report) throws IOException {
        return !Keeping.isThere(place.order()) && !Keeping.isThere(place.journal()) && !report().equals(report);
    }

    private long verified(String hash) throws IOException {
        return Keeping.read(place.audit())
                .orElse("")
                .lines()
                .filter(line -> line.contains("plan " + hash + " is verified"))
                .count();
    }

    /// The report, and what is kept.
    public String status() throws IOException {
        StringBuilder text = new StringBuilder();
        text.append("data directory  ").append(place.data()).append('\n');
        text.append("written by      ")
                .append(place.readOwner().orElse("not known yet"))
                .append('\n');
        text.append("peers.json      ").append(place.peersFile()).append('\n');
        text.append("journal         ")
                .append(place.readJournal()
                        .map(journal -> journal.line().strip())
                        .orElse("no plan is being applied"))
                .append('\n');
        text.append(proven(place.readLedger()));
        return text.append('\n').append(report()).toString();
    }

    private static String proven(LedgerText.Parsed kept) {
        return switch (kept) {
            case LedgerText.Unreadable(String why) ->
                "proofs of death can't be read, and are gathered anew: " + why + "\n";
            case LedgerText.Read(ProofLedger ledger) -> {
                StringBuilder text = new StringBuilder();
                for (Proof proof : ledger.proofs().values()) {
                    text.append("dead for good   ")
                            .append(proof.instanceId())
                            .append(", terminated at ")
                            .append(proof.first())
                            .append(" and ")
                            .append(proof.second())
                            .append('\n');
                }
                ledger.seen()
                        .forEach((id, at) -> text.append("not proven yet  ")
                                .append(id)
                                .append(", terminated at ")
                                .append(at)
                                .append("; proven if EC2 says so again at ")
                                .append(at.plus(Proof.SPACING))
                                .append(" or later\n"));
                yield text.toString();
            }
        };
    }
}
