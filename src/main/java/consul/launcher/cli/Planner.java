package consul.launcher.cli;

import consul.launcher.agent.AgentCommand;
import consul.launcher.agent.AgentDataDirectory;
import consul.launcher.agent.AgentDraft;
import consul.launcher.agent.BaseFlags;
import consul.launcher.agent.Flag;
import consul.launcher.agent.LocalConfigCheck;
import consul.launcher.agent.Role;
import consul.launcher.agent.UserConfiguration;
import consul.launcher.config.AgentSettings;
import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.Ec2ApiSettings;
import consul.launcher.config.EntrypointSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.MetadataSettings;
import consul.launcher.config.Origin;
import consul.launcher.config.Problem;
import consul.launcher.config.SecretFiles;
import consul.launcher.config.SecretSettings;
import consul.launcher.config.Sourced;
import consul.launcher.config.VariableNames;
import consul.launcher.entrypoint.Accounts;
import consul.launcher.entrypoint.Addresses;
import consul.launcher.entrypoint.Command;
import consul.launcher.entrypoint.Commands;
import consul.launcher.entrypoint.LocalConfig;
import consul.launcher.entrypoint.Preparation;
import consul.launcher.entrypoint.Privileges;
import consul.launcher.entrypoint.SecretsFile;
import consul.launcher.entrypoint.Self;
import consul.launcher.identity.Identity;
import consul.launcher.identity.IdentitySource;
import consul.launcher.process.Execution;
import consul.launcher.recovery.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The flow: arguments and environment → settings → instance identity → agent command → execution. It reads, and asks
/// the metadata service, but changes nothing.
final class Planner {

    /// For an agent that has no configuration directory but those in its arguments.
    private static final Path NO_DIRECTORY = Path.of("/proc/self/no-directory");

    private static final Preparation.Plan NOTHING_TO_PREPARE = new Preparation.Plan(List.of(), Map.of());

    private static final String CONFIG_DIR = "CONSUL_CONFIG_DIR";

    private final Surroundings surroundings;
    private final Environment environment;

    /// Settings that are wrong: exit code 78.
    private final List<Problem> settingsProblems = new ArrayList<>();

    /// What the official script ended with exit code 1 for.
    private final List<Problem> contractProblems = new ArrayList<>();

    /// A source of identity that doesn't answer: exit code 69.
    private final List<Problem> unavailable = new ArrayList<>();

    /// What is wrong with the local configuration of a command that goes on without.
    private final List<String> localConfigWarnings = new ArrayList<>();

    /// What may explain a refusal, such as a file that couldn't be understood.
    private final List<String> details = new ArrayList<>();

    private Optional<Self> self = Optional.empty();

    Planner(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.environment = surroundings.environment();
    }

    Planned plan(List<String> arguments) {
        Command command = Commands.of(arguments, this::help);
        // Rule 1: what is wrong with an agent's settings stops no other command.
        EntrypointSettings settings =
                EntrypointSettings.from(environment, command.startsAgent() ? settingsProblems::add : Planner::ignore);
        if (command instanceof Command.Agent agent) {
            return agent(agent, settings);
        }
        List<String> words = switch (command) {
            case Command.ExplicitAgent explicit -> explicit.words();
            case Command.Consul consul -> consul.words();
            case Command.Other other -> other.words();
            case Command.Agent _ -> throw new IllegalStateException("handled above");
        };
        Privileges privileges = privileges(settings, command);
        Optional<Role> role = role(command);
        EntrypointSettings used = withGoodLocalConfig(
                settings,
                command,
                command.runsConsul() ? words.subList(Math.min(2, words.size()), words.size()) : List.of());
        Preparation.Plan preparation = command.startsAgent() && role.isEmpty()
                ? NOTHING_TO_PREPARE
                : preparation(used, command, privileges, Optional.empty());
        if (hasProblems()) {
            return refused();
        }
        // What stands before the user's own arguments: "consul", where the user didn't write it.
        List<String> added = words.subList(0, Math.max(0, words.size() - arguments.size()));
        boolean bare = words.size() == 1 && arguments.size() == 1 && !words.equals(arguments);
        List<String> program = bare ? words : added;
        List<String> tail = bare ? List.of() : arguments;
        return new Planned.Ready(new LaunchPlan(
                command,
                command.startsAgent() ? settings.mode() : EntrypointSettings.Mode.EXEC,
                settings.stopTimeout(),
                words,
                List.of(),
                privileges,
                preparation.steps(),
                execution(privileges, program, tail),
                role,
                Identity.unknown(),
                List.of(),
                warnings(command, settings, privileges)));
    }

    private Planned agent(Command.Agent command, EntrypointSettings settings) {
        AgentSettings agentSettings = AgentSettings.from(environment);
        details.addAll(VariableNames.warnings(environment));
        checkBytes(command);
        Addresses addresses =
                Addresses.of(settings, surroundings.interfaces(), contractProblems::add, settingsProblems::add);
        Privileges privileges = privileges(settings, command);
        withGoodLocalConfig(settings, command, command.arguments());
        UserConfiguration configuration = configuration(settings, command);
        BaseFlags base = base(settings, addresses);
        AgentDraft draft = AgentDraft.of(agentSettings, command.arguments(), configuration, base);
        settingsProblems.addAll(draft.problems());
        details.addAll(draft.warnings());
        // Settings that nobody will use stop nothing.
        int before = settingsProblems.size();
        MetadataSettings metadataSettings =
                MetadataSettings.from(environment, draft.wanted().isEmpty() ? Planner::ignore : settingsProblems::add);
        boolean canAsk = settingsProblems.size() == before;
        if (settings.mode() == EntrypointSettings.Mode.SUPERVISE && !draft.isPlain()) {
            checkLaterSettings(agentSettings);
        }
        SecretSettings secrets =
                SecretSettings.from(environment, new SecretFiles(), draft::passesSecret, settingsProblems::add);
        Optional<SecretsFile> secretsFile =
                draft.secrets(secrets).map(passed -> new SecretsFile(passed.json(), passed.origins()));
        Preparation.Plan preparation =
                draft.asksForHelp() ? NOTHING_TO_PREPARE : preparation(settings, command, privileges, secretsFile);
        if (!canAsk) {
            return refused();
        }
        // Also where something else is wrong already: all problems come at once.
        IdentitySource.Result result =
                surroundings.metadata().apply(metadataSettings).find(draft.wanted());
        if (result instanceof IdentitySource.NotFound none) {
            unavailable.add(new Problem("can't find out who this instance is", String.join("; ", none.remedies())));
            details.addAll(none.attempts());
        }
        return hasProblems() || !unavailable.isEmpty()
                ? refused()
                : ready(command, settings, privileges, preparation, draft, addresses, (IdentitySource.Found) result);
    }

    private Planned ready(
            Command.Agent command,
            EntrypointSettings settings,
            Privileges privileges,
            Preparation.Plan preparation,
            AgentDraft draft,
            Addresses addresses,
            IdentitySource.Found found) {
        Path data = AgentDataDirectory.explicit(command.arguments())
                .orElse(settings.dataDirectory().value());
        // What can't be seen isn't absent.
        AgentDraft.Host host =
                new AgentDraft.Host(surroundings.interfaces()::has, !Files.notExists(data.resolve("node-id")));
        AgentCommand agent = draft.complete(found.identity(), host, preparation.withheld());
        List<String> program = List.of("consul", "agent");
        List<String> leading = new ArrayList<>(program);
        List<String> words = agent.arguments();
        leading.addAll(words.subList(0, words.size() - command.arguments().size()));
        List<String> notes = new ArrayList<>(addresses.notices());
        notes.addAll(agent.notes());
        List<String> warnings = warnings(command, settings, privileges);
        warnings.addAll(agent.warnings());
        draft.refusalToRejoin(
                        settings.dataDirectory().value(), surroundings.clock().instant())
                .ifPresent(warnings::add);
        return new Planned.Ready(new LaunchPlan(
                command,
                settings.mode(),
                settings.stopTimeout(),
                program,
                agent.flags(),
                privileges,
                preparation.steps(),
                execution(privileges, leading, command.arguments()),
                draft.asksForHelp() ? Optional.empty() : Optional.of(draft.role()),
                found.identity(),
                notes,
                warnings));
    }

    /// What is to be said of a command apart from the flags that are derived for it.
    private List<String> warnings(Command command, EntrypointSettings settings, Privileges privileges) {
        List<String> warnings = new ArrayList<>(localConfigWarnings);
        if (!command.startsAgent()) {
            return warnings;
        }
        if (privileges instanceof Privileges.Kept kept && kept.warning().isPresent()) {
            warnings.add(kept.warning().get());
        }
        if (settings.mode() == EntrypointSettings.Mode.SUPERVISE
                && privileges instanceof Privileges.Dropped dropped
                && dropped.uid() != 0
                && !self().canSignalOthers()) {
            warnings.add("no signal will reach Consul, which runs as uid " + dropped.uid()
                    + ": the capability KILL is missing, so a stop of the container kills it without a leave; add KILL, or"
                    + " start the container as that user");
        }
        warnings.addAll(VariableNames.warnings(environment));
        if (command instanceof Command.ExplicitAgent explicit) {
            warnIfNotPassed(explicit, warnings);
            // Without a directory of its own Consul refuses to start.
            draft(explicit)
                    .refusalToRejoin(NO_DIRECTORY, surroundings.clock().instant())
                    .ifPresent(warnings::add);
        }
        return warnings;
    }

    /// Rule 15: what the variables would add to `agent …` isn't added to `consul agent …`.
    private void warnIfNotPassed(Command.ExplicitAgent command, List<String> warnings) {
        List<String> names = new ArrayList<>(EntrypointSettings.addressNames(environment));
        names.addAll(AgentSettings.from(environment).names());
        names.addAll(SecretSettings.names(environment));
        if (!names.isEmpty() && !draft(command).isPlain()) {
            warnings.add("a command that begins with 'consul agent' gets no flag from variables; not passed to Consul: "
                    + String.join(", ", names) + "; begin it with 'agent' to have them passed");
        }
    }

    /// Of an agent whose command line is the user's alone: no variable counts.
    private static Optional<Role> role(Command command) {
        if (!(command instanceof Command.ExplicitAgent agent)) {
            return Optional.empty();
        }
        AgentDraft draft = draft(agent);
        return draft.asksForHelp() ? Optional.empty() : Optional.of(draft.role());
    }

    private static AgentDraft draft(Command.ExplicitAgent agent) {
        List<String> arguments = agent.words().subList(2, agent.words().size());
        return draft(
                AgentSettings.from(new Environment(Map.of())),
                arguments,
                UserConfiguration.readWithoutLocalJson(NO_DIRECTORY, arguments, _ -> {}));
    }

    /// @param arguments what follows `agent`
    static Role role(AgentSettings settings, List<String> arguments, UserConfiguration configuration) {
        return draft(settings, arguments, configuration).role();
    }

    private static AgentDraft draft(AgentSettings settings, List<String> arguments, UserConfiguration configuration) {
        Flag none = new Flag(List.of(), Origin.argument());
        BaseFlags base = new BaseFlags(none, none, NO_DIRECTORY, List.of(), List.of());
        return AgentDraft.of(settings, arguments, configuration, base);
    }

    private static Execution execution(Privileges privileges, List<String> leading, List<String> tail) {
        if (!(privileges instanceof Privileges.Dropped dropped)) {
            return new Execution(leading, tail, Map.of());
        }
        List<String> words = new ArrayList<>(dropped.prefix());
        words.addAll(leading);
        return new Execution(words, tail, Map.of("HOME", dropped.home()));
    }

    private static BaseFlags base(EntrypointSettings settings, Addresses addresses) {
        return new BaseFlags(
                directory("-data-dir=", settings.dataDirectory()),
                directory("-config-dir=", settings.configDirectory()),
                settings.configDirectory().value(),
                flags(addresses.bind()),
                flags(addresses.client()));
    }

    private static Flag directory(String flag, Sourced<Path> directory) {
        return new Flag(List.of(flag + directory.value()), directory.origin());
    }

    private static List<Flag> flags(Optional<Sourced<List<String>>> words) {
        return words.isEmpty()
                ? List.of()
                : List.of(new Flag(words.get().value(), words.get().origin()));
    }

    private Privileges privileges(EntrypointSettings settings, Command command) {
        return privileges(settings, command, contractProblems::add);
    }

    private Privileges privileges(EntrypointSettings settings, Command command, Consumer<Problem> problems) {
        if (!command.runsConsul() || !settings.managesPermissions()) {
            // No look at /proc or /etc for a command that stays the current user's.
            return Privileges.decide(settings, command, new Self(-1, 0), Accounts.none(), environment, problems);
        }
        Self self = self();
        Accounts accounts = self.isRoot() ? Accounts.read(surroundings.etc()) : Accounts.none();
        return Privileges.decide(settings, command, self, accounts, environment, problems);
    }

    /// Read once; where that fails, a problem.
    private Self self() {
        if (self.isEmpty()) {
            try {
                self = Optional.of(Self.read(surroundings.self()));
            } catch (UncheckedIOException e) {
                contractProblems.add(new Problem(String.valueOf(e.getMessage()), "mount /proc in the container"));
                self = Optional.of(new Self(-1, 0));
            }
        }
        return self.get();
    }

    private Preparation.Plan preparation(
            EntrypointSettings settings, Command command, Privileges privileges, Optional<SecretsFile> secrets) {
        if (!command.runsConsul() && settings.localConfig().isEmpty()) {
            return new Preparation.Plan(List.of(), Map.of());
        }
        return Preparation.plan(
                settings,
                command,
                command.runsConsul() ? self() : new Self(-1, 0),
                command.runsConsul() ? privileges : laterPrivileges(settings),
                dataDirectory(command),
                secrets,
                environment,
                contractProblems::add);
    }

    static Preparation.DataDirectory dataDirectory(Command command) {
        return command instanceof Command.Agent agent
                ? new Preparation.DataDirectory(
                        AgentDataDirectory.explicit(agent.arguments()), AgentDataDirectory.isNeeded(agent.arguments()))
                : new Preparation.DataDirectory(Optional.empty(), false);
    }

    /// Those of the agent that a wrapper may start: the local configuration is to be readable for it.
    private Privileges laterPrivileges(EntrypointSettings settings) {
        try {
            if (Self.read(surroundings.self()).canChangeOwners()) {
                return privileges(settings, new Command.Consul(List.of()), Planner::ignore);
            }
        } catch (UncheckedIOException e) {
            // Without /proc nothing is known: the file stays the current user's.
        }
        return privileges(settings, new Command.Other(List.of()));
    }

    private UserConfiguration configuration(EntrypointSettings settings, Command.Agent command) {
        Path directory = settings.configDirectory().value();
        boolean goes = settings.localConfig().isEmpty() && LocalConfig.isOwn(directory.resolve(LocalConfig.NAME));
        return goes
                ? UserConfiguration.readWithoutLocalJson(directory, command.arguments(), settingsProblems::add)
                : UserConfiguration.read(settings.localConfig(), directory, command.arguments(), settingsProblems::add);
    }

    /// Words of these variables go to Consul as Java has read them.
    private void checkBytes(Command.Agent command) {
        List<String> names = new ArrayList<>(List.of("CONSUL_BIND", "CONSUL_CLIENT", CONFIG_DIR));
        if (AgentDataDirectory.explicit(command.arguments()).isEmpty()) {
            names.add("CONSUL_DATA_DIR");
        }
        for (String name : names) {
            environment.unreadable(name).ifPresent(settingsProblems::add);
        }
    }

    /// What is read again on the watch thread; here only to say at once what is wrong with it. The EC2 API is asked for
    /// instances by tag only.
    private void checkLaterSettings(AgentSettings agentSettings) {
        if (Settings.areGiven(environment)) {
            Settings.from(environment, settingsProblems::add);
        }
        if (agentSettings.tag().isPresent() && Ec2ApiSettings.areGiven(environment)) {
            Ec2ApiSettings.from(environment, settingsProblems::add, Planner::ignore);
        }
        if (ConsulApiSettings.areGiven(environment)) {
            ConsulApiSettings.check(environment, settingsProblems::add);
        }
    }

    /// Rules 1 and 9: a local configuration that Consul can't read ends the start of an agent before anything is
    /// written; any other command goes on without it. The launcher's own commands write none.
    ///
    /// @param flags the command's own
    private EntrypointSettings withGoodLocalConfig(EntrypointSettings settings, Command command, List<String> flags) {
        if (settings.localConfig().isEmpty()) {
            return settings;
        }
        if (command instanceof Command.Other other && other.isLauncher()) {
            return settings.withoutLocalConfig();
        }
        String text = settings.localConfig().get();
        if (command.startsAgent()) {
            LocalConfigCheck.forAgent(text, flags).ifPresent(contractProblems::add);
            if (command instanceof Command.ExplicitAgent) {
                environment.unreadable(CONFIG_DIR).ifPresent(contractProblems::add);
            }
            return settings;
        }
        Optional<Problem> problem = LocalConfigCheck.forOther(text, flags).or(() -> environment.unreadable(CONFIG_DIR));
        problem.ifPresent(
                it -> localConfigWarnings.add(it.what() + ", so CONSUL_LOCAL_CONFIG isn't written; " + it.remedy()));
        return problem.isEmpty() ? settings : settings.withoutLocalConfig();
    }

    private static void ignore(Problem problem) {}

    private String help(String word) {
        try {
            return surroundings.runner().run(List.of("consul", "--help", word)).output();
        } catch (IOException e) {
            return "";
        }
    }

    private boolean hasProblems() {
        return !settingsProblems.isEmpty() || !contractProblems.isEmpty();
    }

    private Planned refused() {
        List<String> lines = new ArrayList<>();
        contractProblems.forEach(problem -> lines.add(problem.line()));
        settingsProblems.forEach(problem -> lines.add(problem.line()));
        unavailable.forEach(problem -> lines.add(problem.line()));
        int code = !contractProblems.isEmpty()
                ? 1
                : settingsProblems.isEmpty() ? CommandLine.UNAVAILABLE : CommandLine.CONFIGURATION;
        return new Planned.Refused(code, List.copyOf(lines), List.copyOf(details));
    }
}
