package consul.launcher.quorum;

import consul.launcher.recovery.DataDirectory.PeersFile;
import consul.launcher.recovery.Journal;
import consul.launcher.recovery.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;

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

    private final Place place;
    private final Runnable changed;

    /// @param changed called after every single change on the disk, for tests that die there
    Application(Place place, Runnable changed) {
        this.place = place;
        this.changed = changed;
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
        String partial = name + ".part";
        try (HeldDirectory data = HeldDirectory.open(place.data());
                HeldDirectory raft = place.openRaft()) {
            if (data.has(name)) {
                return;
            }
            data.deleteAll(partial);
            long size = size(raft);
            long space = Files.getFileStore(place.data()).getUsableSpace();
            if (space < size + size / 10) {
                throw new IOException("a copy of " + place.raft() + " needs " + size + " bytes, free are " + space);
            }
            copy(place.openRaft(), data, partial);
            changed.run();
            data.rename(partial, name);
            data.sync();
            changed.run();
        }
    }

    /// @param from is closed
    /// @param name of the copy
    private static void copy(HeldDirectory from, HeldDirectory to, String name) throws IOException {
        try (from;
                HeldDirectory copied = to.make(name)) {
            for (String each : from.names()) {
                PosixFileAttributes its = from.attributes(each);
                if (its.isDirectory()) {
                    copy(from.in(each), copied, each);
                } else if (its.isRegularFile()) {
                    from.copy(each, copied);
                } else {
                    // A copy of a link would be none.
                    throw new IOException(from.path().resolve(each) + " is no file and no directory");
                }
            }
            copied.become(from.attributes());
        }
    }

    private static long size(HeldDirectory directory) throws IOException {
        long size = 0;
        for (String each : directory.names()) {
            PosixFileAttributes its = directory.attributes(each);
            if (its.isDirectory()) {
                try (HeldDirectory inner = directory.in(each)) {
                    size += size(inner);
                }
            } else {
                size += its.isRegularFile() ? its.size() : 0;
            }
        }
        return size;
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
