package consul.launcher.entrypoint;

import consul.launcher.config.Environment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Programs on the PATH, found as a shell finds them.
public final class Executables {

    /// What a shell assumes without PATH (busybox and dash alike).
    private static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private Executables() {}

    /// The first executable file of that name, or the file itself if the name has a slash.
    public static Optional<Path> find(Environment environment, String name) {
        return first(environment, name, true);
    }

    /// Whether a file of that name is there, even one that can't be executed.
    public static boolean exists(Environment environment, String name) {
        return first(environment, name, false).isPresent();
    }

    private static Optional<Path> first(Environment environment, String name, boolean executable) {
        if (name.indexOf('/') >= 0) {
            return Optional.of(Path.of(name)).filter(file -> executable ? isProgram(file) : Files.exists(file));
        }
        String path = environment.get("PATH").orElse(DEFAULT_PATH);
        int start = 0;
        while (start <= path.length()) {
            int colon = path.indexOf(':', start);
            int end = colon < 0 ? path.length() : colon;
            Path candidate =
                    Path.of(end == start ? "." : path.substring(start, end)).resolve(name);
            if (executable ? isProgram(candidate) : Files.exists(candidate)) {
                return Optional.of(candidate);
            }
            start = end + 1;
        }
        return Optional.empty();
    }

    private static boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }
}
