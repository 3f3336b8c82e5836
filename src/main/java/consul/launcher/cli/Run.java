package consul.launcher.cli;

import consul.launcher.agent.AgentDataDirectory;
import consul.launcher.agent.Flag;
import consul.launcher.config.EntrypointSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.FileTrouble;
import consul.launcher.config.Log;
import consul.launcher.config.Problem;
import consul.launcher.entrypoint.DataLock;
import consul.launcher.entrypoint.Executables;
import consul.launcher.entrypoint.Preparer;
import consul.launcher.entrypoint.Privileges;
import consul.launcher.entrypoint.Step;
import consul.launcher.process.Companion;
import consul.launcher.process.ExecScript;
import consul.launcher.process.Execution;
import consul.launcher.process.RunningAgents;
import consul.launcher.process.Supervisor;
import consul.launcher.quorum.Place;
import consul.launcher.quorum.Resumption;
import consul.launcher.watch.ReadyFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
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

    private static final Path PROC = Path.of("/proc");

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
            try (Locks locks = new Locks()) {
                Optional<Integer> failed = mangled(plan).or(() -> prepare(plan, locks));
                return failed.isPresent() ? failed.get() : start(plan, locks, watched);
            }
        });
    }

    /// Writes what the starter is to become and returns 0, or an exit code and nothing.
    int decide(List<String> arguments) {
        // Consul that takes the launcher's place holds no lock: a second launcher sees it among the processes that run.
        return planned(arguments, plan -> {
            try (Locks locks = new Locks()) {
                Optional<Integer> failed = prepare(plan, locks);
                return failed.isPresent()
                        ? failed.get()
                        : new Starter(surroundings.decision(), log)
                                .tell(ExecScript.of(plan.execution(), arguments.size()));
            }
        });
    }

    private int planned(List<String> arguments, ToIntFunction<LaunchPlan> action) {
        Planned planned = new Planner(surroundings).plan(arguments);
        // No switch over types on the way to Consul, here and elsewhere: for each, the JDK writes a class.
        return planned instanceof Planned.Refused refused
                ? refuse(refused)
                : action.applyAsInt(((Planned.Ready) planned).plan());
    }

    private int start(LaunchPlan plan, Locks locks, boolean watched) {
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
                plan.role().isPresent() ? Watching.of(plan, locks.keepReadiness, surroundings, log) : Companion.none();
        return new Supervisor(
                        log,
                        new Supervisor.Manner(plan.stopTimeout(), ownSession, usr2IsQuit),
                        watched ? companion : Companion.none())
                .run(execution.words(), changes, removals);
    }

    /// Rule 18: an argument that Java has read wrongly is refused, since a child would get another one.
    private Optional<Integer> mangled(LaunchPlan plan) {
        for (String word : plan.execution().tail()) {
            if (word.indexOf(Environment.UNREADABLE) >= 0) {
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
        if (program.indexOf(Environment.UNREADABLE) >= 0
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

    private Optional<Integer> prepare(LaunchPlan plan, Locks locks) {
        Optional<Integer> missing = missing(plan);
        if (missing.isPresent()) {
            return missing;
        }
        if (plan.command().startsAgent()) {
            announce(plan);
        } else {
            plan.warnings().forEach(log::warn);
        }
        // A directory that isn't there yet is nobody's.
        Optional<Integer> failed = make(plan, true);
        if (failed.isEmpty() && plan.keepsData()) {
            failed = takeOver(plan, locks);
        }
        return failed.isPresent() ? failed : make(plan, false);
    }

    /// @param creations whether to create the directories, or to do all the rest
    private Optional<Integer> make(LaunchPlan plan, boolean creations) {
        List<Step> steps = new ArrayList<>();
        for (Step step : plan.steps()) {
            if (step instanceof Step.CreateDirectory == creations) {
                steps.add(step);
            }
        }
        Optional<Problem> problem = new Preparer(surroundings.runner(), log::warn).make(steps);
        if (problem.isPresent()) {
            log.error(problem.get().line());
            return Optional.of(1);
        }
        return Optional.empty();
    }

    /// What is held until the end of the launcher, or until Consul has taken its place.
    private static final class Locks implements AutoCloseable {

        private final List<DataLock> taken = new ArrayList<>();

        /// Whether what health checks look at is this launcher's to write.
        private boolean keepReadiness;

        @Override
        public void close() {
            for (DataLock lock : taken) {
                lock.close();
            }
        }
    }

    /// From now on the data directory is this launcher's. What an earlier one left there is settled.
    private Optional<Integer> takeOver(LaunchPlan plan, Locks locks) {
        Path configured = EntrypointSettings.from(surroundings.environment(), _ -> {})
                .dataDirectory()
                .value();
        Path data = AgentDataDirectory.of(plan.agentArguments()).orElse(configured);
        Optional<String> holder = lock(data, locks, true).or(() -> runningAgent(data));
        if (holder.isPresent()) {
            log.error("the data directory " + data + " is in use by " + holder.get()
                    + ": stop that one, or give this agent another data directory (CONSUL_DATA_DIR)");
            return Optional.of(1);
        }
        // Health checks look into the configured directory, wherever Consul has its data.
        locks.keepReadiness = isSame(data, configured)
                || (Files.isDirectory(configured)
                        && lock(configured, locks, false).isEmpty());
        if (locks.keepReadiness) {
            forgetReadiness(configured);
        }
        DataOwner.mismatch(data, plan.identity()).ifPresent(problem -> log.warn(problem.line()));
        return resume(data);
    }

    private static boolean isSame(Path one, Path other) {
        try {
            return Files.isSameFile(one, other);
        } catch (IOException e) {
            return false;
        }
    }

    /// @param needed whether it matters that it can't be locked
    /// @return who holds it already
    private Optional<String> lock(Path data, Locks locks, boolean needed) {
        DataLock.Attempt attempt = DataLock.take(data, surroundings.clock().instant());
        if (attempt instanceof DataLock.Held held) {
            return Optional.of("another launcher" + (held.by().isEmpty() ? "" : " (" + held.by() + ")"));
        }
        if (attempt instanceof DataLock.Taken taken) {
            locks.taken.add(taken.lock());
        } else if (needed && Files.isDirectory(data)) {
            log.warn("the data directory " + data + " can't be locked ("
                    + FileTrouble.describe(((DataLock.Impossible) attempt).why()) + " for " + DataLock.NAME
                    + "): going on without; make sure that no other agent uses it");
        }
        return Optional.empty();
    }

    /// An agent that nobody holds the lock for: started in exec mode, or by somebody else, or left by a launcher that
    /// was killed. Looked for only where there is a node's id, which an agent writes first.
    private static Optional<String> runningAgent(Path data) {
        if (Files.notExists(data.resolve("node-id"))) {
            return Optional.empty();
        }
        for (RunningAgents.Agent agent : RunningAgents.all(PROC)) {
            Optional<Path> its = AgentDataDirectory.of(agent.arguments());
            if (its.isPresent() && agent.means(its.get(), data)) {
                return Optional.of(
                        "an agent that runs here (process " + agent.process().getFileName() + ")");
            }
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
            log.error("a quorum recovery was cut off and can't be settled: "
                    + (e instanceof FileSystemException ? e.toString() : e.getMessage())
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
