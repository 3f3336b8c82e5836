package consul.launcher.cli;

import consul.launcher.config.Log;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The starter script that waits to be told what to become.
///
/// @param decision the descriptor that it reads
record Starter(Path decision, Log log) {

    /// @param script shell code
    /// @return 0, or 70 if nobody listens
    int tell(String script) {
        try {
            Files.writeString(decision, script, StandardCharsets.UTF_8);
            return 0;
        } catch (IOException e) {
            log.error("can't tell the starter script what to run: " + e.getMessage());
            return CommandLine.INTERNAL;
        }
    }
}
