package consul.launcher.entrypoint;

import consul.launcher.config.EntrypointSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.Problem;
import consul.launcher.entrypoint.Step.Owner;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Plans what must change in the file system before Consul starts (rules 7-10, 20, 21, 23). Only looks, never touches.
public final class Preparation {

    private final EntrypointSettings settings;
    private final Command command;
    private final Self self;
    private final Optional<Owner> consul;
    private final Consumer<Problem> problems;
    private final List<Step> steps = new ArrayList<>();

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

    /// The steps in the order in which they must be made; what can't work goes to `problems`.
    ///
    /// @param usesDataDirectory whether the agent will use the data directory of the settings
    /// @param secrets what is to be written for Consul's eyes only
    public static List<Step> plan(
            EntrypointSettings settings,
            Command command,
            Self self,
            Privileges privileges,
            boolean usesDataDirectory,
            Optional<SecretsFile> secrets,
            Environment environment,
            Consumer<Problem> problems) {
        Preparation preparation = new Preparation(settings, command, self, privileges, problems);
        preparation.directories(usesDataDirectory, secrets.isPresent());
        if (command.startsAgent()) {
            preparation.localConfig();
        }
        if (command instanceof Command.Agent) {
            preparation.secrets(secrets);
        }
        preparation.privilegedPorts(environment);
        return List.copyOf(preparation.steps);
    }

    private void directories(boolean usesDataDirectory, boolean writesSecrets) {
        boolean agent = command instanceof Command.Agent;
        boolean writesConfig = writesSecrets
                || (command.startsAgent() && settings.localConfig().isPresent());
        directory(settings.dataDirectory().value(), agent && usesDataDirectory, true);
        directory(settings.configDirectory().value(), agent || writesConfig, writesConfig);
    }

    /// @param needed whether the command can't do without it
    /// @param written whether somebody must write into it
    private void directory(Path path, boolean needed, boolean written) {
        if (Files.isDirectory(path)) {
            owner(path, needed && written);
            if (needed && consul.isEmpty()) {
                accessible(path, written);
            } else if (needed && written && !Files.isWritable(path) && isReadOnly(path)) {
                problems.accept(new Problem(
                        path + " (" + Owners.describe(path) + ") is on a read-only file system, but must be written to",
                        wayOut(path)));
            }
            return;
        }
        if (!needed) {
            return;
        }
        if (Files.exists(path)) {
            problems.accept(new Problem(path + " is not a directory (" + Owners.describe(path) + ")", wayOut(path)));
            return;
        }
        Path parent = existingParent(path);
        if (!Files.isDirectory(parent) || !Files.isWritable(parent)) {
            problems.accept(new Problem(
                    path + " doesn't exist and uid " + self.uid() + " can't create it: " + parent + " has "
                            + Owners.describe(parent),
                    wayOut(path)));
            return;
        }
        steps.add(new Step.CreateDirectory(path, consul, true));
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
    private void owner(Path path, boolean needed) {
        if (consul.isEmpty()) {
            return;
        }
        try {
            if (Owners.of(path).uid() == consul.get().uid()) {
                return;
            }
        } catch (IOException e) {
            problems.accept(new Problem("can't read the owner of " + path + ": " + e.getMessage(), wayOut(path)));
            return;
        }
        if (needed && !self.canChangeOwners()) {
            problems.accept(new Problem(
                    path + " belongs to somebody else (" + Owners.describe(path) + ") than uid "
                            + consul.get().uid()
                            + " that needs it, and the capability CHOWN is missing",
                    wayOut(path)));
            return;
        }
        steps.add(new Step.ChangeOwner(path, consul.get(), needed));
    }

    private void accessible(Path path, boolean written) {
        boolean fine = Files.isReadable(path) && Files.isExecutable(path) && (!written || Files.isWritable(path));
        if (!fine) {
            problems.accept(new Problem(
                    path + " (" + Owners.describe(path) + ") is not " + (written ? "writable" : "readable")
                            + " for uid " + self.uid() + " that needs it",
                    wayOut(path)));
        }
    }

    private void localConfig() {
        Path file = settings.configDirectory().value().resolve(LocalConfig.NAME);
        if (settings.localConfig().isPresent()) {
            steps.add(new Step.WriteLocalConfig(file, settings.localConfig().get(), consul));
        } else if (Files.exists(file) && LocalConfig.isOwn(file)) {
            steps.add(new Step.RemoveLocalConfig(file));
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
        if (!settings.allowsPrivilegedPorts() || !command.runsConsul() || !settings.managesPermissions()) {
            return;
        }
        if (!self.isRoot()) {
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
        return settings.localConfig().isEmpty()
                ? mount + "CONSUL_CONFIG_DIR"
                : mount + "CONSUL_CONFIG_DIR, or put the configuration there as a file instead of CONSUL_LOCAL_CONFIG";
    }
}
