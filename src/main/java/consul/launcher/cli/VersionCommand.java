package consul.launcher.cli;

import consul.launcher.entrypoint.Preparer;
import java.io.IOException;
import java.util.List;

/// `version`: the launcher's own and Consul's.
final class VersionCommand {

    private final Surroundings surroundings;

    VersionCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    int run() {
        surroundings.out().println("consul-launcher " + Version.ofLauncher());
        surroundings.out().println(consul());
        surroundings.out().flush();
        return 0;
    }

    private String consul() {
        try {
            Preparer.Runner.Outcome outcome = surroundings.runner().run(List.of("consul", "version"));
            int end = outcome.output().indexOf('\n');
            return end < 0 ? outcome.output() : outcome.output().substring(0, end);
        } catch (IOException e) {
            return "Consul: can't be run (" + e.getMessage() + ")";
        }
    }
}
