package consul.launcher.quorum;

import consul.launcher.recovery.DataDirectory.PeersFile;
import consul.launcher.recovery.Journal;
import consul.launcher.recovery.Plan;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;

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
        if (Keeping.isThere(backup)) {
            return;
        }
        Path partial = backup.resolveSibling(backup.getFileName() + ".part");
        remove(partial);
        // It may be a link to another volume; a copy of the link would be none.
        Path raft = place.raft().toRealPath();
        long size = size(raft);
        long space = Files.getFileStore(place.data()).getUsableSpace();
        if (space < size + size / 10) {
            throw new IOException("a copy of " + place.raft() + " needs " + size + " bytes, free are " + space);
        }
        copy(raft, partial);
        changed.run();
        Files.move(partial, backup, StandardCopyOption.ATOMIC_MOVE);
        Keeping.sync(place.data());
        changed.run();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes its) throws IOException {
                Files.copy(directory, to.resolve(from.relativize(directory)), StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes its) throws IOException {
                Path copied = to.resolve(from.relativize(file));
                Files.copy(file, copied, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
                if (its.isRegularFile()) {
                    Keeping.sync(copied);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static long size(Path directory) throws IOException {
        long size = 0;
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.toList()) {
                size += Files.isRegularFile(file) ? Files.size(file) : 0;
            }
        }
        return size;
    }

    private static void remove(Path directory) throws IOException {
        if (!Keeping.isThere(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /// Consul must be able to read and delete it: it gets the owner of the raft directory. A link fails where a file
    /// is, so one that somebody put there meanwhile is never overwritten.
    private void putInPlace(String text) throws IOException {
        Path partial = place.unlinked();
        Files.deleteIfExists(partial);
        Keeping.writeThrough(partial, text);
        PosixFileAttributes raft = Files.readAttributes(place.raft(), PosixFileAttributes.class);
        PosixFileAttributeView view = Files.getFileAttributeView(partial, PosixFileAttributeView.class);
        view.setPermissions(PosixFilePermissions.fromString("rw-r-----"));
        if (!view.readAttributes().owner().equals(raft.owner())
                || !view.readAttributes().group().equals(raft.group())) {
            view.setOwner(raft.owner());
            view.setGroup(raft.group());
        }
        changed.run();
        Files.createLink(place.peersJson(), partial);
        Keeping.sync(place.raft());
        changed.run();
        Files.delete(partial);
        changed.run();
    }
}
