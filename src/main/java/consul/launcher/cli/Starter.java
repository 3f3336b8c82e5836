package consul.launcher.cli;

import consul.launcher.config.Log;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// The starter script that waits to be told what to become.
///
/// @param decision the descriptor that it reads
record Starter(Optional<Path> decision, Log log) {

    /// @param script shell code
    /// @return 0, or 70 if nobody listens
    int tell(String script) {
        if (decision.isEmpty()) {
            log.error("nobody waits to become a command: start it by the consul-launcher script");
            return CommandLine.INTERNAL;
        }
        // Written to as it is: the descriptor is a pipe, and nothing is to be truncated if it were not.
        try (OutputStream pipe = Files.newOutputStream(decision.get(), StandardOpenOption.WRITE)) {
            pipe.write(script.getBytes(StandardCharsets.UTF_8));
            return 0;
        } catch (IOException e) {
            log.error("can't tell the starter script what to run: " + e.getMessage());
            return CommandLine.INTERNAL;
        }
    }
}
