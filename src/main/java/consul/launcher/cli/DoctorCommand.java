package consul.launcher.cli;

import consul.launcher.config.Log;
import consul.launcher.config.MaskedUrl;
import consul.launcher.process.RunningAgents;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `doctor [agent ARGS…]`: looks at everything that an agent needs, changes nothing, and prints a table.
final class DoctorCommand {

    private static final String AGENT = "agent";

    private final Surroundings surroundings;
    private final Log log;
    private final Path proc;

    /// @param proc `/proc` but for tests
    DoctorCommand(Surroundings surroundings, Log log, Path proc) {
        this.surroundings = surroundings;
        this.log = log;
        this.proc = proc;
    }

    /// @param words an agent's arguments; without, those of the agent that runs here, if one does
    /// @return 0, or 1 if there is a problem
    int run(List<String> words) {
        if (!words.isEmpty() && !words.getFirst().equals(AGENT)) {
            log.error("usage: consul-launcher doctor [agent ARGS…]");
            return CommandLine.USAGE;
        }
        List<List<String>> agents = RunningAgents.arguments(proc);
        List<String> arguments = new ArrayList<>(words);
        if (arguments.isEmpty()) {
            arguments.add(AGENT);
            arguments.addAll(agents.isEmpty() ? List.of() : agents.getFirst());
        }
        List<Finding> findings = new Doctor(surroundings, arguments, !agents.isEmpty()).examine();
        findings.forEach(this::print);
        surroundings.out().flush();
        return findings.stream().anyMatch(each -> each.state() == Finding.State.PROBLEM) ? 1 : 0;
    }

    private void print(Finding finding) {
        surroundings
                .out()
                .println(padded(finding.thing(), 12)
                        + padded(finding.state().text(), 9)
                        + MaskedUrl.inText(finding.seen()));
        if (!finding.todo().isEmpty()) {
            surroundings.out().println(" ".repeat(21) + "→ " + MaskedUrl.inText(finding.todo()));
        }
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }
}
