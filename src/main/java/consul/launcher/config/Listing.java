package consul.launcher.config;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What is in a directory, all of it or an error. A disk or a server of files that fails between the first name and the
/// last throws something that is no IOException, of which whoever only loops over the names doesn't think.
public final class Listing {

    private Listing() {}

    /// In no order.
    public static List<Path> of(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            return all(entries);
        }
    }

    /// The rest of a listing that its user closes.
    public static List<Path> all(DirectoryStream<Path> entries) throws IOException {
        List<Path> all = new ArrayList<>();
        try {
            for (Path entry : entries) {
                all.add(entry);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return all;
    }
}
