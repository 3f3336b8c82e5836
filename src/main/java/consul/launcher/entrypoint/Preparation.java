package consul.launcher.entrypoint;

import consul.launcher.config.EntrypointSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.Origin;
import consul.launcher.config.Problem;
import consul.launcher.entrypoint.Step.Owner;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Plans what must change in the file system before Consul starts (rules 7-10, 20, 21, 23). Only looks, never touches.
public final class Preparation {

    /// An agent's data directory, by its arguments.
    ///
    /// @param explicit the one that they name instead of the settings'
    /// @param needed whether the agent can't do without one
    public record DataDirectory(Optional<Path> explicit, boolean needed) {}

    /// What came of it.
    ///
    /// @param steps in the order in which they must be made
    /// @param withheld which of `-data-dir` and `-config-dir` the agent isn't given since the settings' directory
    ///     can't be used and the agent can do without, and why it can't be used
    public record Plan(List<Step> steps, Map<String, String> withheld) {
        public Plan {
            steps = List.copyOf(steps);
            withheld = Map.copyOf(withheld);
        }
    }

    private static final String DATA_DIR = "-data-dir";

    private final EntrypointSettings settings;
    private final Command command;
    private final Self self;
    private final Optional<Owner> consul;
    private final Consumer<Problem> problems;
    private final List<Step> steps = new ArrayList<>();
    private final Map<String, String> withheld = new HashMap<>();

    private Preparation(
            EntrypointSettings settings,
            Command command,
            Self self,
            Privileges privileges,
            Consumer<Problem> problems) {
        this.settings = settings;
        this.command = command;
        this.self = self;
        this.consul = privileges instanceof Privileges.Dropped dropped
                ? Optional.of(new Owner(dropped.uid(), dropped.gid()))
                : Optional.empty();
        this.problems = problems;
    }

    /// Plans; what can't work goes to `problems`.
    ///
    /// @param data used by `agent …` only
    /// @param secrets what is to be written for Consul's eyes only
    public static Plan plan(
            EntrypointSettings settings,
            Command command,
            Self self,
            Privileges privileges,
            DataDirectory data,
            Optional<SecretsFile> secrets,
            Environment environment,
            Consumer<Problem> problems) {
        Preparation preparation = new Preparation(settings, command, self, privileges, problems);
        if (command.runsConsul()) {
            preparation.dataDirectory(data);
            preparation.configDirectory(secrets.isPresent());
        }
        preparation.localConfig();
        // With -dev they are not this agent's, and may be those of one that runs beside it.
        if (command instanceof Command.Agent && data.needed()) {
            preparation.secrets(secrets);
        }
        preparation.privilegedPorts(environment);
        return new Plan(preparation.steps, preparation.withheld);
    }

    private void dataDirectory(DataDirectory data) {
        Path own = settings.dataDirectory().value();
        boolean agent = command instanceof Command.Agent;
        boolean elsewhere =
                data.explicit().isPresent() && !data.explicit().get().equals(own);
        Optional<Problem> problem = directory(own, agent && !elsewhere, true, true);
        if (problem.isPresent() && !data.needed()) {
            withheld.put(DATA_DIR, problem.get().what());
        } else {
            problem.ifPresent(problems);
        }
        // An empty one is Consul's to refuse.
        if (agent && elsewhere && !data.explicit().get().toString().isEmpty()) {
            directory(data.explicit().get(), true, true, false).ifPresent(problems);
        }
    }

    private void configDirectory(boolean writesSecrets) {
        Path path = settings.configDirectory().value();
        boolean written = writesSecrets
                || (command.startsAgent() && settings.localConfig().isPresent());
        Optional<Problem> problem = directory(path, command instanceof Command.Agent || written, written, true);
        boolean byDefault = settings.configDirectory().origin().kind() == Origin.Kind.DEFAULT;
        if (problem.isPresent() && byDefault && !written && !Files.exists(path)) {
            withheld.put("-config-dir", problem.get().what());
        } else {
            problem.ifPresent(problems);
        }
    }

    /// Adds the steps that make a directory usable.
    ///
    /// @param needed whether the command can't do without it
    /// @param written whether somebody must write into it
    /// @param settings whether it is one of the settings', which Consul's user gets (rule 20)
    /// @return why it can't be used
    private Optional<Problem> directory(Path path, boolean needed, boolean written, boolean settings) {
        if (Files.isDirectory(path)) {
            Optional<Problem> foreign = settings ? owner(path, needed && written) : Optional.empty();
            if (foreign.isPresent() || !needed) {
                return foreign;
            }
            if (consul.isEmpty()) {
                return accessible(path, written);
            }
            return written && !Files.isWritable(path) && isReadOnly(path)
                    ? Optional.of(new Problem(
                            path + " (" + Owners.describe(path)
                                    + ") is on a read-only file system, but must be written to",
                            wayOut(path)))
                    : Optional.empty();
        }
        if (!needed) {
            return Optional.empty();
        }
        if (Files.exists(path)) {
            return Optional.of(new Problem(path + " is not a directory (" + Owners.describe(path) + ")", wayOut(path)));
        }
        Path parent = existingParent(path);
        if (!Files.isDirectory(parent) || !Files.isWritable(parent)) {
            return Optional.of(new Problem(
                    path + " doesn't exist and uid " + self.uid() + " can't create it: " + parent + " has "
                            + Owners.describe(parent),
                    wayOut(path)));
        }
        steps.add(new Step.CreateDirectory(path, consul, true));
        return Optional.empty();
    }

    /// A root without the capability DAC_OVERRIDE may not write into other users' directories, but Consul may. Not by
    /// the file store's own answer, which is that of another mount where a directory was bound from the same
    /// device.
    private static boolean isReadOnly(Path path) {
        try {
            path.getFileSystem().provider().checkAccess(path, AccessMode.WRITE);
            return false;
        } catch (AccessDeniedException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /// Rule 20: only where the owner differs, and never recursively.
    private Optional<Problem> owner(Path path, boolean needed) {
        if (consul.isEmpty()) {
            return Optional.empty();
        }
        try {
            if (Owners.of(path).uid() == consul.get().uid()) {
                return Optional.empty();
            }
        } catch (IOException e) {
            return Optional.of(new Problem("can't read the owner of " + path + ": " + e.getMessage(), wayOut(path)));
        }
        if (needed && !self.canChangeOwners()) {
            return Optional.of(new Problem(
                    path + " belongs to somebody else (" + Owners.describe(path) + ") than uid "
                            + consul.get().uid()
                            + " that needs it, and the capability CHOWN is missing",
                    wayOut(path)));
        }
        steps.add(new Step.ChangeOwner(path, consul.get(), needed));
        return Optional.empty();
    }

    private Optional<Problem> accessible(Path path, boolean written) {
        boolean fine = Files.isReadable(path) && Files.isExecutable(path) && (!written || Files.isWritable(path));
        return fine
                ? Optional.empty()
                : Optional.of(new Problem(
                        path + " (" + Owners.describe(path) + ") is not " + (written ? "writable" : "readable")
                                + " for uid " + self.uid() + " that needs it",
                        wayOut(path)));
    }

    /// Rule 9. For a command that starts no agent, as far as the launcher can tell, nothing is written again that is
    /// there already, and nothing is removed, since an agent may run with it.
    private void localConfig() {
        Path file = settings.configDirectory().value().resolve(LocalConfig.NAME);
        Path marker = LocalConfig.marker(file);
        boolean agent = command.startsAgent();
        Optional<String> content = settings.localConfig();
        if (content.isPresent() && (agent || Files.exists(marker) || !LocalConfig.holds(file, content.get()))) {
            steps.add(new Step.WriteLocalConfig(file, content.get(), consul, agent));
        } else if (content.isEmpty() && agent && Files.exists(file) && LocalConfig.isOwn(file)) {
            steps.add(new Step.RemoveLocalConfig(file));
        }
        if ((agent || content.isPresent()) && Files.exists(marker)) {
            steps.add(new Step.RemoveOldMarker(marker));
        }
    }

    private void secrets(Optional<SecretsFile> secrets) {
        Path file = settings.configDirectory().value().resolve(SecretsFile.NAME);
        if (secrets.isPresent()) {
            steps.add(new Step.WriteSecrets(file, secrets.get(), consul));
        } else if (Files.exists(file)) {
            steps.add(new Step.RemoveSecrets(file));
        }
    }

    private void privilegedPorts(Environment environment) {
        if (!settings.allowsPrivilegedPorts() || !command.runsConsul() || consul.isEmpty()) {
            return;
        }
        Optional<Path> binary = Executables.find(environment, "consul");
        if (binary.isEmpty()) {
            return; // starting it will say so, with the shell's exit code
        }
        if (Executables.find(environment, "setcap").isEmpty()) {
            problems.accept(new Problem(
                    "CONSUL_ALLOW_PRIVILEGED_PORTS is set, but setcap is not on the PATH",
                    "install it (package libcap), or unset the variable and use ports above 1023"));
            return;
        }
        steps.add(new Step.AllowPrivilegedPorts(List.of("setcap", "cap_net_bind_service=+ep", real(binary.get()))));
    }

    /// setcap refuses symbolic links.
    private static String real(Path binary) {
        try {
            return binary.toRealPath().toString();
        } catch (IOException e) {
            return binary.toString();
        }
    }

    private static Path existingParent(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        while (parent != null && !Files.exists(parent)) {
            parent = parent.getParent();
        }
        return parent == null ? Path.of("/") : parent;
    }

    private String wayOut(Path path) {
        int uid = consul.isPresent() ? consul.get().uid() : self.uid();
        String mount = "mount a directory that uid " + uid + " owns, or set ";
        if (path.equals(settings.dataDirectory().value())) {
            return mount + "CONSUL_DATA_DIR";
        }
        if (!path.equals(settings.configDirectory().value())) {
            return "mount a directory that uid " + uid + " owns, or give another " + DATA_DIR;
        }
        return settings.localConfig().isEmpty()
                ? mount + "CONSUL_CONFIG_DIR"
                : mount + "CONSUL_CONFIG_DIR, or put the configuration there as a file instead of CONSUL_LOCAL_CONFIG";
    }
}
