package consul.launcher.quorum;

import consul.launcher.recovery.DataDirectory.PeersFile;
import consul.launcher.recovery.Journal;
import consul.launcher.recovery.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Writes a plan into the data directory of a stopped Consul. A kill at any point leaves the old state, or one that
/// [Resumption] goes on from.
final class Application {

    /// What a plan says must be done.
    ///
    /// @param hash the plan's
    /// @param peersJson the content of the file
    /// @param backup where the raft directory is copied
    record Work(String hash, String peersJson, Path backup) {
        static Work of(Plan plan) {
            return new Work(plan.hash(), plan.peersJson(), Path.of(plan.backupDirectory()));
        }
    }

    /// Consul is stopped no longer than that for the copy, and 20 s before it: together less than the 63 s after which
    /// blank servers take it for one without peers.
    static final Duration LONGEST_COPY = Duration.ofSeconds(30);

    /// The first copy, while Consul runs.
    private static final Duration LONGEST_PREPARATION = Duration.ofMinutes(10);

    private final Place place;
    private final InstantSource clock;
    private final Runnable changed;

    /// Null until it is begun.
    private @Nullable RaftCopy copy;

    /// @param changed called after every single change on the disk, for tests that die there
    Application(Place place, InstantSource clock, Runnable changed) {
        this.place = place;
        this.clock = clock;
        this.changed = changed;
    }

    /// What is done of it while Consul still runs: the space is made sure of, and the raft directory is copied. What
    /// Consul wrote to meanwhile is copied a second time, as it will be once Consul is stopped. If that takes too
    /// long, Consul isn't to be stopped at all.
    ///
    /// @throws IOException if the copy can't be made, or not in time
    void prepare(Work work) throws IOException {
        try (HeldDirectory data = HeldDirectory.open(place.data())) {
            if (data.has(String.valueOf(work.backup().getFileName()))) {
                return;
            }
        }
        copy(work.backup()).update(false, within(LONGEST_PREPARATION));
        try {
            copy(work.backup()).update(false, within(LONGEST_COPY));
        } catch (IOException e) {
            throw new IOException(
                    "what Consul still writes to can't be copied in " + LONGEST_COPY.toSeconds() + " s: "
                            + e.getMessage(),
                    e);
        }
    }

    /// Deletes a copy that didn't become whole.
    void discard() throws IOException {
        RaftCopy begun = copy;
        copy = null;
        if (begun != null) {
            begun.discard();
        }
    }

    /// Everything up to the start of Consul.
    ///
    /// @throws IOException if it can't be done; then nothing but the copy is left
    void write(Work work) throws IOException {
        if (place.peersFile() != PeersFile.ABSENT) {
            throw new IOException("there is a " + place.peersJson() + " already");
        }
        place.create();
        try {
            journal(work, Journal.Step.COPY);
            copyAside(work.backup());
            journal(work, Journal.Step.WRITE);
            Keeping.write(place.planned(), work.peersJson());
            changed.run();
            putInPlace(work.peersJson());
            journal(work, Journal.Step.START);
        } catch (IOException | RuntimeException e) {
            takeBack(e);
            throw e;
        }
    }

    /// Undoes what was written. The copy stays: it is the operator's from now on.
    private void takeBack(Exception because) {
        try {
            Resumption.takeBack(place);
        } catch (IOException e) {
            // Tried again before Consul is started.
            because.addSuppressed(e);
        }
    }

    private void journal(Work work, Journal.Step step) throws IOException {
        Keeping.write(place.journal(), new Journal(work.hash(), step).line());
        changed.run();
    }

    /// A whole copy under the final name, or none: it is made under another. One that is there already is of the same
    /// plan, so of the same log.
    private void copyAside(Path backup) throws IOException {
        String name = String.valueOf(backup.getFileName());
        try (HeldDirectory data = HeldDirectory.open(place.data())) {
            if (data.has(name)) {
                return;
            }
            copy(backup).update(true, within(LONGEST_COPY));
            changed.run();
            data.rename(partial(backup), name);
            data.sync();
            changed.run();
        }
    }

    private RaftCopy copy(Path backup) {
        RaftCopy made = copy;
        if (made == null) {
            made = new RaftCopy(place, partial(backup));
            copy = made;
        }
        return made;
    }

    private static String partial(Path backup) {
        return backup.getFileName() + ".part";
    }

    private BooleanSupplier within(Duration limit) {
        Instant end = clock.instant().plus(limit);
        return () -> clock.instant().isAfter(end);
    }

    /// Consul must be able to read and delete it: it owns the directory, and all may read the file, in which there is
    /// no secret. To give the file away by its name in a directory of somebody else could give away another one.
    /// A link fails where a file is, so one that somebody put there meanwhile is never overwritten.
    private void putInPlace(String text) throws IOException {
        String partial = String.valueOf(place.unlinked().getFileName());
        try (HeldDirectory raft = place.openRaft()) {
            raft.delete(partial);
            raft.create(partial, text);
            raft.publish(partial);
            changed.run();
            Files.createLink(place.peersJson(), place.unlinked());
            raft.sync();
            changed.run();
            raft.delete(partial);
            changed.run();
        }
    }
}
