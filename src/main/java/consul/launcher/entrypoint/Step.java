package consul.launcher.entrypoint;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// One change to make before Consul starts. Planned first, so that `plan` can show it; made only when nothing is wrong.
public sealed interface Step {

    /// uid and gid of a file.
    record Owner(int uid, int gid) {
        @Override
        public String toString() {
            return uid + ":" + gid;
        }
    }

    /// For people, in the imperative.
    String describe();

    /// @param owner who gets it; empty: who creates it
    /// @param needed whether the start fails without it
    record CreateDirectory(Path path, Optional<Owner> owner, boolean needed) implements Step {
        @Override
        public String describe() {
            return "create directory " + path + ofOwner(owner);
        }
    }

    /// @param needed whether the start fails without it
    record ChangeOwner(Path path, Owner owner, boolean needed) implements Step {
        @Override
        public String describe() {
            return "change owner of " + path + " to " + owner;
        }
    }

    /// @param content may hold secrets, so it is never printed
    /// @param needed whether the start fails without it; if not, its directory may be missing
    record WriteLocalConfig(Path file, String content, Optional<Owner> owner, boolean needed) implements Step {
        @Override
        public String describe() {
            return "write " + file + " from CONSUL_LOCAL_CONFIG, mode 0640" + ofOwner(owner);
        }

        @Override
        public String toString() {
            return describe();
        }
    }

    /// @param file a local.json that the launcher wrote when the variable was still there
    record RemoveLocalConfig(Path file) implements Step {
        @Override
        public String describe() {
            return "remove " + file + ", written by the launcher from a CONSUL_LOCAL_CONFIG that is no longer set";
        }
    }

    /// @param file the marker of an earlier launcher, which Consul reads where -config-format is given
    record RemoveOldMarker(Path file) implements Step {
        @Override
        public String describe() {
            return "remove " + file + ", kept by an earlier launcher";
        }
    }

    /// @param secrets what is to be in it
    record WriteSecrets(Path file, SecretsFile secrets, Optional<Owner> owner) implements Step {
        @Override
        public String describe() {
            return "write " + file + " (" + secrets + "), mode 0600" + ofOwner(owner);
        }
    }

    /// @param file secrets that the launcher wrote when their variables were still there
    record RemoveSecrets(Path file) implements Step {
        @Override
        public String describe() {
            return "remove " + file + ", whose variables are no longer set";
        }
    }

    /// @param command the command that gives the Consul binary its capability
    record AllowPrivilegedPorts(List<String> command) implements Step {
        public AllowPrivilegedPorts {
            command = List.copyOf(command);
        }

        @Override
        public String describe() {
            return "run " + String.join(" ", command);
        }
    }

    private static String ofOwner(Optional<Owner> owner) {
        return owner.isPresent() ? ", owner " + owner.get() : "";
    }
}
