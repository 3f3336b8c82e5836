package consul.launcher.entrypoint;

import consul.launcher.config.EntrypointSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// As whom the command runs (rules 16, 19, 22, 23, 27).
public sealed interface Privileges {

    /// As the current user.
    ///
    /// @param why for plan and log
    /// @param warning where that is root, and not because it was asked for
    record Kept(String why, Optional<String> warning) implements Privileges {
        private Kept(String why) {
            this(why, Optional.empty());
        }
    }

    /// As uid:gid, with no other group.
    ///
    /// @param home the uid's home directory
    /// @param prefix the words that go before the command: the tool that changes the user and its arguments
    record Dropped(int uid, int gid, String home, List<String> prefix) implements Privileges {
        public Dropped {
            prefix = List.copyOf(prefix);
        }
    }

    /// The user and group of the official image.
    String CONSUL = "consul";

    /// That of util-linux.
    String SETPRIV = "setpriv";

    /// Where the user can't be changed as it should be, that goes to `problems`, and what is returned isn't to be
    /// used. Without any program that changes the user, as in the UBI variant of the official image, the command
    /// runs as the user that the container is started as.
    ///
    /// @param self what the launcher may do; isn't looked at where the command stays the current user's
    /// @param environment for its PATH, on which a tool is looked for
    static Privileges decide(
            EntrypointSettings settings,
            Command command,
            Self self,
            Accounts accounts,
            Environment environment,
            Consumer<Problem> problems) {
        if (!command.runsConsul()) {
            return new Kept("not a Consul command");
        }
        if (!settings.managesPermissions()) {
            return new Kept("CONSUL_DISABLE_PERM_MGMT is set");
        }
        if (!self.isRoot()) {
            return new Kept("not started as root but as uid " + self.uid());
        }
        Optional<String> tool = tool(environment);
        if (tool.isEmpty()) {
            return new Kept(
                    "root, and no program to change the user",
                    Optional.of("Consul runs as root: none of su-exec, gosu and util-linux setpriv is on the PATH, by"
                            + " which its user could be changed; start the container as another user, or install one of"
                            + " them, or set CONSUL_DISABLE_PERM_MGMT if root is meant"));
        }
        Optional<Integer> uid =
                settings.user().isPresent() ? accounts.uid(settings.user().get()) : accounts.uid(CONSUL);
        if (uid.isEmpty()) {
            problems.accept(unknown("user", "CONSUL_UID", settings.user()));
        }
        Optional<Integer> gid = settings.group().isPresent()
                ? accounts.gid(settings.group().get())
                : accounts.gid(CONSUL).or(() -> accounts.primaryGroup(CONSUL));
        if (gid.isEmpty()) {
            problems.accept(unknown("group", "CONSUL_GID", settings.group()));
        }
        if (uid.isEmpty() || gid.isEmpty()) {
            return new Kept("no user to change to");
        }
        if (!self.canChangeUser()) {
            problems.accept(new Problem(
                    "Started as root without the capabilities SETUID and SETGID, so Consul can't run as " + uid.get()
                            + ":" + gid.get(),
                    "add the two capabilities, or start the container as that user, or set CONSUL_DISABLE_PERM_MGMT"));
        }
        String home = accounts.home(uid.get());
        if (home.indexOf(Environment.UNREADABLE) >= 0) {
            problems.accept(new Problem(
                    "The home directory of uid " + uid.get() + " in /etc/passwd has bytes that are not UTF-8",
                    "write it in UTF-8, or set CONSUL_UID to another user"));
        }
        return new Dropped(uid.get(), gid.get(), home, prefix(tool.get(), uid.get(), gid.get()));
    }

    private static Optional<String> tool(Environment environment) {
        for (String tool : List.of("su-exec", "gosu")) {
            if (Executables.find(environment, tool).isPresent()) {
                return Optional.of(tool);
            }
        }
        return Executables.find(environment, SETPRIV)
                .filter(Privileges::isUtilLinux)
                .map(_ -> SETPRIV);
    }

    private static List<String> prefix(String tool, int uid, int gid) {
        return tool.equals(SETPRIV)
                ? List.of(SETPRIV, "--reuid=" + uid, "--regid=" + gid, "--groups=" + gid, "--")
                : List.of(tool, uid + ":" + gid);
    }

    /// Busybox has a setpriv without `--reuid`; there it is a link to busybox.
    private static boolean isUtilLinux(Path setpriv) {
        try {
            return !setpriv.toRealPath().getFileName().toString().equals("busybox");
        } catch (java.io.IOException e) {
            return false;
        }
    }

    private static Problem unknown(String what, String variable, Optional<String> value) {
        return value.isPresent()
                ? new Problem(
                        variable + " names the " + what + " '" + value.get() + "', which doesn't exist here",
                        "give a number, or a " + what + " of the image")
                : new Problem(
                        "The " + what + " 'consul' doesn't exist here, and Consul isn't to run as root",
                        "set " + variable + ", or set CONSUL_DISABLE_PERM_MGMT to run Consul as the current user");
    }
}
