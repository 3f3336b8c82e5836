package consul.launcher.cli;

import java.util.List;

/// What planning a launch comes to.
sealed interface Planned {

    /// It can be done.
    record Ready(LaunchPlan plan) implements Planned {}

    /// It can't, and nothing was touched.
    ///
    /// @param exitCode 1, 69 or 78
    /// @param problems one line each
    /// @param details what was tried, for the log; may be empty
    record Refused(int exitCode, List<String> problems, List<String> details) implements Planned {}
}
