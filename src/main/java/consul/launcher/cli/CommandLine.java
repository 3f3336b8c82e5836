package consul.launcher.cli;

import consul.launcher.config.Limits;
import consul.launcher.config.Log;
import java.nio.file.Path;
import java.util.List;

/// The launcher's commands. `run` passes everything behind it on, so nothing here looks at its arguments.
final class CommandLine {

    static final int USAGE = 64;
    static final int UNAVAILABLE = 69;
    static final int INTERNAL = 70;
    static final int CONFIGURATION = 78;

    /// As a shell has them.
    static final int NOT_EXECUTABLE = 126;

    static final int NOT_FOUND = 127;

    private static final String HELP = """
            usage: consul-launcher COMMAND

              run ARGS…             run Consul as docker-entrypoint.sh does, plus what EC2 knows
              plan ARGS… [--json]   print what run would do, and where each flag comes from; touch nothing
              ready [--voter]       exit 0 if the local agent knows a leader (and is a healthy voter), else 1
              wait [--timeout 60s] [-- COMMAND…]
                                    wait until ready, then become COMMAND
              doctor [agent ARGS…]  look at everything an agent needs: ok, problem, what to do; 0 or 1
              recovery status | plan | apply [--yes] [HASH]
                                    what the launcher of this server found out about a lost quorum, and
                                    the order to apply its plan
              version               print the launcher's version and Consul's
              help                  print this

            ARGS are docker-entrypoint.sh's arguments, such as: agent -server
            """;

    private final Surroundings surroundings;
    private final Log log;

    CommandLine(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.log = new Log(surroundings.err(), surroundings.clock());
    }

    /// Runs a command to its end and returns the exit code. Never throws, unless even saying so fails.
    int run(List<String> arguments) {
        try {
            return dispatch(arguments);
        } catch (RuntimeException | Error e) {
            boolean limit = Limits.areReached(e);
            log.error(limit ? Limits.describe(e) : "internal error, please report it: " + Bug.describe(e));
            return limit ? UNAVAILABLE : INTERNAL;
        }
    }

    private int dispatch(List<String> arguments) {
        if (arguments.isEmpty()) {
            return usage("no command given");
        }
        List<String> rest = arguments.subList(1, arguments.size());
        return switch (arguments.getFirst()) {
            case "run" -> new Run(surroundings, log).supervise(rest);
            // Asked by the starter script only: what to become.
            case "decide" -> new Run(surroundings, log).decide(rest);
            // Asked by the build only.
            case "train" -> new Run(surroundings, log).train(rest);
            case "plan" -> new PlanCommand(surroundings, log).run(rest);
            case "ready" -> new ReadyCommand(surroundings, log).run(rest);
            case "wait" ->
                new WaitCommand(new ReadyCommand(surroundings, log), log)
                        .run(rest, new Starter(surroundings.decision(), log));
            case "doctor" -> new DoctorCommand(surroundings, log, Path.of("/proc")).run(rest);
            case "recovery" -> new RecoveryCommand(surroundings, log, Path.of("/proc")).run(rest);
            case "version", "--version" -> new VersionCommand(surroundings).run();
            case "help", "--help", "-h" -> help();
            default -> usage("unknown command '" + arguments.getFirst() + "'");
        };
    }

    private int help() {
        surroundings.out().print(HELP);
        surroundings.out().flush();
        return 0;
    }

    private int usage(String what) {
        log.error(what + ": see consul-launcher help; to run Consul: consul-launcher run agent …");
        return USAGE;
    }
}
