package consul.launcher.cli;

import consul.launcher.agent.AgentDataDirectory;
import consul.launcher.agent.Flag;
import consul.launcher.config.EntrypointSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.Log;
import consul.launcher.config.Problem;
import consul.launcher.entrypoint.Executables;
import consul.launcher.entrypoint.Preparer;
import consul.launcher.entrypoint.Privileges;
import consul.launcher.process.Companion;
import consul.launcher.process.ExecScript;
import consul.launcher.process.Execution;
import consul.launcher.process.Supervisor;
import consul.launcher.quorum.Place;
import consul.launcher.quorum.Resumption;
import consul.launcher.watch.ReadyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/// `run`: plans, prepares, and starts the command, or tells the starter script what to become.
final class Run {

    /// Set by the starter around the JVM alone; the command gets the user's own value back.
    private static final String STARTER_LOCALE = "CONSUL_LAUNCHER_LC_ALL";

    /// Set by the starter: the init that it put in front.
    private static final String STARTER_INIT = "CONSUL_LAUNCHER_INIT";

    /// What Java makes of bytes that aren't UTF-8.
    private static final char UNREADABLE = '\ufffd';

    private final Surroundings surroundings;
    private final Log log;

    Run(Surroundings surroundings, Log log) {
        this.surroundings = surroundings;
        this.log = log;
    }

    /// Runs the command as a child and returns its exit code.
    int supervise(List<String> arguments) {
        return supervise(arguments, true);
    }

    /// All that a start in either mode needs, for the AOT cache, and nothing that happens at another time in each
    /// training: with half of the watch's classes in the cache, the JVM looks for the others before anything else.
    int train(List<String> arguments) {
        int decided = decide(arguments);
        return decided == 0 ? supervise(arguments, false) : decided;
    }

    private int supervise(List<String> arguments, boolean watched) {
        return planned(arguments, plan -> {
            Optional<Integer> failed = mangled(plan).or(() -> prepare(plan));
            return failed.isPresent() ? failed.get() : start(plan, watched);
        });
    }

    /// Writes what the starter is to become and returns 0, or an exit code and nothing.
    int decide(List<String> arguments) {
        return planned(arguments, plan -> {
            Optional<Integer> failed = prepare(plan);
            return failed.isPresent()
                    ? failed.get()
                    : new Starter(surroundings.decision(), log).tell(ExecScript.of(plan.execution(), arguments.size()));
        });
    }

    private int planned(List<String> arguments, ToIntFunction<LaunchPlan> action) {
        Planned planned = new Planner(surroundings).plan(arguments);
        // No switch over types on the way to Consul, here and elsewhere: for each, the JDK writes a class.
        return planned instanceof Planned.Refused refused
                ? refuse(refused)
                : action.applyAsInt(((Planned.Ready) planned).plan());
    }

    private int start(LaunchPlan plan, boolean watched) {
        Execution execution = plan.execution();
        Map<String, String> changes = new HashMap<>(execution.environment());
        List<String> removals = new ArrayList<>(List.of(STARTER_LOCALE, STARTER_INIT));
        String locale = surroundings.environment().variables().get(STARTER_LOCALE);
        if (locale != null && locale.startsWith("=")) {
            changes.put("LC_ALL", locale.substring(1));
        } else if (locale != null) {
            removals.add("LC_ALL");
        }
        boolean ownSession =
                Executables.find(surroundings.environment(), "setsid").isPresent();
        String init = surroundings.environment().get(STARTER_INIT).orElse("");
        boolean usr2IsQuit = init.equals("dumb-init") || init.equals("shell");
        Companion companion =
                plan.role().isPresent() ? Watching.of(plan, plan.role().get(), surroundings, log) : Companion.none();
        return new Supervisor(
                        log,
                        new Supervisor.Manner(plan.stopTimeout(), ownSession, usr2IsQuit),
                        watched ? companion : Companion.none())
                .run(execution.words(), changes, removals);
    }

    /// Rule 18: an argument that Java has read wrongly is refused, since a child would get another one.
    private Optional<Integer> mangled(LaunchPlan plan) {
        for (String word : plan.execution().tail()) {
            if (word.indexOf(UNREADABLE) >= 0) {
                log.error("an argument is not valid UTF-8: correct it, or set CONSUL_LAUNCHER_MODE=exec, which passes "
                        + "any byte on");
                return Optional.of(CommandLine.USAGE);
            }
        }
        return Optional.empty();
    }

    /// A shell's exit code if there is no such program, said before anything is changed for it.
    private Optional<Integer> missing(LaunchPlan plan) {
        String program = plan.program().getFirst();
        Environment environment = surroundings.environment();
        if (program.indexOf(UNREADABLE) >= 0
                || Executables.find(environment, program).isPresent()) {
            return Optional.empty();
        }
        if (Executables.exists(environment, program)) {
            log.error("'" + program + "' is not an executable file: correct the command, or its mode in the image");
            return Optional.of(CommandLine.NOT_EXECUTABLE);
        }
        log.error("'" + program + "' is not found" + (program.indexOf('/') < 0 ? " on the PATH" : "")
                + ": correct the command, or install the program in the image");
        return Optional.of(CommandLine.NOT_FOUND);
    }

    private Optional<Integer> prepare(LaunchPlan plan) {
        Optional<Integer> missing = missing(plan);
        if (missing.isPresent()) {
            return missing;
        }
        if (plan.command().startsAgent()) {
            announce(plan);
            Path configured = EntrypointSettings.from(surroundings.environment(), _ -> {})
                    .dataDirectory()
                    .value();
            forgetReadiness(configured);
            Path data = AgentDataDirectory.of(plan.agentArguments()).orElse(configured);
            DataOwner.mismatch(data, plan.identity()).ifPresent(problem -> log.warn(problem.line()));
            Optional<Integer> stuck = resume(data);
            if (stuck.isPresent()) {
                return stuck;
            }
        }
        Optional<Problem> problem = new Preparer(surroundings.runner(), log::warn).make(plan.steps());
        if (problem.isPresent()) {
            log.error(problem.get().line());
            return Optional.of(1);
        }
        return Optional.empty();
    }

    /// What an earlier launcher knew, which was killed: no health check may take it for true while this one starts.
    private void forgetReadiness(Path data) {
        try {
            new ReadyFile(data, "", surroundings.clock()).set(false);
        } catch (IOException e) {
            log.warn("can't remove what health checks look at, " + data.resolve(ReadyFile.NAME) + ": " + e);
        }
    }

    /// A quorum recovery that a kill cut off is settled before Consul looks at its files.
    private Optional<Integer> resume(Path data) {
        // By name, so that nothing more is loaded where there is nothing to settle.
        // What can't be seen isn't absent.
        if (Files.notExists(data.resolve("launcher/journal"))) {
            return Optional.empty();
        }
        try {
            Resumption.before(new Place(data), log);
            return Optional.empty();
        } catch (IOException e) {
            log.error("a quorum recovery was cut off and can't be settled: " + e
                    + ": see docs/recovery.md before Consul is started with " + data);
            return Optional.of(1);
        }
    }

    /// What an operator needs to know which flags came from where.
    private void announce(LaunchPlan plan) {
        log.info("consul-launcher " + Version.ofLauncher());
        plan.warnings().forEach(log::warn);
        plan.notes().forEach(log::info);
        plan.steps().forEach(step -> log.info(step.describe()));
        List<String> shown = Shown.flags(plan.flags());
        for (int i = 0; i < plan.flags().size(); i++) {
            Flag flag = plan.flags().get(i);
            log.info("flag " + shown.get(i) + "  from " + flag.origin().describe());
        }
        log.info("starting " + Shown.command(plan.program()) + " " + user(plan.privileges())
                + (plan.mode() == EntrypointSettings.Mode.SUPERVISE ? ", supervised" : ", in the launcher's place"));
    }

    private static String user(Privileges privileges) {
        return privileges instanceof Privileges.Dropped dropped
                ? "as " + dropped.uid() + ":" + dropped.gid() + " by "
                        + dropped.prefix().getFirst()
                : "as the current user (" + ((Privileges.Kept) privileges).why() + ")";
    }

    private int refuse(Planned.Refused refused) {
        refused.details().forEach(log::info);
        refused.problems().forEach(log::error);
        return refused.exitCode();
    }
}
