package consul.launcher.agent;

import consul.launcher.config.Listing;
import consul.launcher.config.LocalConfigSyntax;
import consul.launcher.config.SecretSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// Reads configuration files in Consul's order: the launcher's configuration directory, then every `-config-file` and
/// `-config-dir` as given; the files of a directory by name. What can't be read is left to Consul, with a warning.
final class ConfigurationFiles {

    private static final String LOCAL = LocalConfigSyntax.FILE;

    /// Far above any configuration; keeps a wrong path from filling the launcher's small heap.
    private static final long LARGEST = 4L << 20;

    private final Path configDirectory;
    private final Optional<String> localConfig;
    private final boolean keepsLocalFile;
    private final Optional<String> format;
    private final ConfigurationValues values = new ConfigurationValues();
    private final List<String> warnings = new ArrayList<>();
    private boolean complete = true;

    /// @param configDirectory the launcher's, which may not exist yet
    /// @param localConfig what will stand in its `local.json`
    /// @param keepsLocalFile whether a `local.json` that is there now will still be there
    /// @param format `hcl` or `json` for every file, whatever its name
    ConfigurationFiles(
            Path configDirectory, Optional<String> localConfig, boolean keepsLocalFile, Optional<String> format) {
        this.configDirectory = configDirectory.toAbsolutePath().normalize();
        this.localConfig = localConfig;
        this.keepsLocalFile = keepsLocalFile;
        this.format = format;
    }

    ConfigurationValues values() {
        return values;
    }

    List<String> warnings() {
        return warnings;
    }

    /// Whether everything there is was understood.
    boolean isComplete() {
        return complete;
    }

    void readOwnDirectory() {
        directory(configDirectory);
    }

    /// A `-config-file` or `-config-dir`; Consul takes either for both.
    void readGiven(String name) {
        Path path;
        try {
            path = Path.of(name);
        } catch (InvalidPathException e) {
            skip(name, "it is no path");
            return;
        }
        if (name.isEmpty()) {
            skip("an empty -config-file or -config-dir", "it names nothing");
        } else if (isOwn(path) || Files.isDirectory(path)) {
            directory(path);
        } else {
            file(path, name, name);
        }
    }

    private void directory(Path directory) {
        boolean own = isOwn(directory);
        TreeSet<String> names = new TreeSet<>();
        try {
            for (Path entry : Listing.of(directory)) {
                names.add(String.valueOf(entry.getFileName()));
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            // Not there yet: whoever needs the directory says so.
        } catch (IOException e) {
            skip(directory.toString(), reason(e));
        }
        if (own && localConfig.isPresent()) {
            names.add(LOCAL);
        } else if (own && !keepsLocalFile) {
            names.remove(LOCAL);
        }
        if (own) {
            // An earlier start of this launcher wrote it; this one writes it anew, or takes it away.
            names.remove(SecretSettings.FILE);
            names.remove(LocalConfigSyntax.OLD_MARKER);
        }
        for (String name : names) {
            if (own && localConfig.isPresent() && name.equals(LOCAL)) {
                text(localConfig.get(), LOCAL, "CONSUL_LOCAL_CONFIG");
            } else {
                Path file = directory.resolve(name);
                if (!Files.isDirectory(file)) {
                    entry(file);
                }
            }
        }
    }

    /// As Consul does: of a link in a directory the name behind it decides, of one that an argument names its own.
    private void entry(Path file) {
        try {
            file(file, file.toRealPath().toString(), file.toString());
        } catch (IOException e) {
            skip(file.toString(), reason(e));
        }
    }

    private boolean isOwn(Path path) {
        return path.toAbsolutePath().normalize().equals(configDirectory);
    }

    /// @param name decides what language it is
    private void file(Path file, String name, String source) {
        try {
            if (format.isEmpty() && !name.endsWith(".json") && !name.endsWith(".hcl")) {
                return;
            }
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                skip(source, "it is no regular file, and reading it could take it away from Consul");
            } else if (attributes.size() > LARGEST) {
                skip(source, "it is larger than 4 MiB");
            } else {
                text(new String(Files.readAllBytes(file), StandardCharsets.UTF_8), name, source);
            }
        } catch (IOException e) {
            skip(source, reason(e));
        }
    }

    private void text(String text, String name, String source) {
        if (text.isEmpty()) {
            return;
        }
        try {
            boolean hcl = format.isPresent() ? format.get().equals("hcl") : name.endsWith(".hcl");
            values.merge(hcl ? HclConfiguration.read(text, source) : JsonConfiguration.read(text, source));
        } catch (ConfigurationSyntaxException e) {
            skip(source, e.what());
        }
    }

    private void skip(String source, String why) {
        complete = false;
        warnings.add(source + " could not be read: " + why);
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof NoSuchFileException) {
            return "no such file";
        }
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}
