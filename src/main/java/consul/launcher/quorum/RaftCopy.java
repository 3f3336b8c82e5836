package consul.launcher.quorum;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// A copy of the raft directory that is brought up to date again and again: most of it is made while Consul still runs,
/// so that Consul is stopped only for the files that it still writes to.
final class RaftCopy {

    /// The time of a change is that of a clock tick: a file that was changed just now may be changed again in the same.
    private static final Duration TICK = Duration.ofSeconds(2);

    /// What tells whether a file was changed since it was copied.
    private record Version(long size, FileTime modified) {
        static Version of(PosixFileAttributes its) {
            return new Version(its.size(), its.lastModifiedTime());
        }

        boolean isSettled() {
            return modified.toMillis() < System.currentTimeMillis() - TICK.toMillis();
        }
    }

    private final Place place;
    private final String name;
    private final Map<String, Version> copied = new HashMap<>();
    private boolean begun;

    /// @param name of the copy in the data directory while it isn't whole
    RaftCopy(Place place, String name) {
        this.place = place;
        this.name = name;
    }

    /// Copies what is new or changed, and deletes what is gone.
    ///
    /// @param last whether nobody writes any more: then the copy becomes its owner's
    /// @param late asked again and again; true ends it
    /// @throws IOException if it can't be copied, or there is no space or no time for it
    void update(boolean last, BooleanSupplier late) throws IOException {
        try (HeldDirectory data = HeldDirectory.open(place.data());
                HeldDirectory raft = place.openRaft()) {
            if (!begun) {
                data.deleteAll(name);
                requireSpace();
                data.make(name).close();
                begun = true;
            }
            update(raft, data.in(name), "", last, late);
        }
    }

    /// Deletes it, if it was begun.
    void discard() throws IOException {
        if (begun) {
            try (HeldDirectory data = HeldDirectory.open(place.data())) {
                data.deleteAll(name);
            }
        }
    }

    private void requireSpace() throws IOException {
        long size;
        try (HeldDirectory raft = place.openRaft()) {
            size = size(raft);
        }
        long space = Files.getFileStore(place.data()).getUsableSpace();
        if (space < size + size / 10) {
            throw new IOException("a copy of " + place.raft() + " needs " + size + " bytes, free are " + space);
        }
    }

    /// @param copy is closed
    /// @param path of both below the raft directory
    private void update(HeldDirectory from, HeldDirectory copy, String path, boolean last, BooleanSupplier late)
            throws IOException {
        try (copy) {
            List<String> gone = new ArrayList<>(copy.names());
            for (String each : from.names()) {
                PosixFileAttributes its = from.attributes(each);
                if (its.isDirectory()) {
                    try (HeldDirectory inner = from.in(each)) {
                        update(
                                inner,
                                gone.contains(each) ? copy.in(each) : copy.make(each),
                                path + each + "/",
                                last,
                                late);
                    }
                } else if (its.isRegularFile()) {
                    updateFile(from, copy, path, each, late);
                } else {
                    // A copy of a link would be none.
                    throw new IOException(from.path().resolve(each) + " is no file and no directory");
                }
                gone.remove(each);
            }
            for (String each : gone) {
                copy.deleteAll(each);
            }
            if (last) {
                copy.become(from.attributes());
            }
        }
    }

    private void updateFile(HeldDirectory from, HeldDirectory copy, String path, String each, BooleanSupplier late)
            throws IOException {
        Version version = Version.of(from.attributes(each));
        if (version.equals(copied.get(path + each))) {
            return;
        }
        copied.remove(path + each);
        boolean settled = version.isSettled();
        copy.delete(each);
        from.copy(each, copy, late);
        if (settled) {
            copied.put(path + each, version);
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
}
