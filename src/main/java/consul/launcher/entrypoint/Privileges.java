package consul.launcher.entrypoint;

import consul.launcher.config.EntrypointSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// As whom the command runs (rules 16, 19, 22, 23).
public sealed interface Privileges {

    /// As the current user.
    ///
    /// @param why for plan and log
    record Kept(String why) implements Privileges {}

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

    /// Where the user can't be changed as it should be, that goes to `problems`, and what is returned isn't to be
    /// used.
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
        return dropped(uid.get(), gid.get(), accounts.home(uid.get()), environment, problems);
    }

    private static Privileges dropped(
            int uid, int gid, String home, Environment environment, Consumer<Problem> problems) {
        String both = uid + ":" + gid;
        for (String tool : List.of("su-exec", "gosu")) {
            if (Executables.find(environment, tool).isPresent()) {
                return new Dropped(uid, gid, home, List.of(tool, both));
            }
        }
        if (Executables.find(environment, "setpriv")
                .filter(Privileges::isUtilLinux)
                .isPresent()) {
            return new Dropped(
                    uid, gid, home, List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--groups=" + gid, "--"));
        }
        problems.accept(new Problem(
                "No program to run Consul as " + both + ": neither su-exec, gosu nor util-linux setpriv is on the PATH",
                "install one, or start the container as that user, or set CONSUL_DISABLE_PERM_MGMT"));
        return new Kept("no program to change the user");
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
