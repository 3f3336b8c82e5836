package consul.launcher.cli;

import consul.launcher.config.Log;
import java.util.ArrayList;
import java.util.List;

/// `plan`: prints what `run` would do, and touches nothing.
final class PlanCommand {

    private static final String JSON = "--json";

    private final Surroundings surroundings;
    private final Log log;

    PlanCommand(Surroundings surroundings, Log log) {
        this.surroundings = surroundings;
        this.log = log;
    }

    /// @param words `run`'s arguments; `--json` is the launcher's if it is the first or the last of them
    int run(List<String> words) {
        List<String> arguments = new ArrayList<>(words);
        boolean json = !arguments.isEmpty()
                && (arguments.getFirst().equals(JSON) || arguments.getLast().equals(JSON));
        if (json) {
            arguments.remove(arguments.getFirst().equals(JSON) ? 0 : arguments.size() - 1);
        }
        return switch (new Planner(surroundings).plan(arguments)) {
            case Planned.Refused refused -> {
                refused.details().forEach(log::info);
                refused.problems().forEach(log::error);
                yield refused.exitCode();
            }
            case Planned.Ready ready -> {
                surroundings.out().print(json ? PlanJson.of(ready.plan()) : PlanText.of(ready.plan()));
                surroundings.out().flush();
                yield 0;
            }
        };
    }
}
