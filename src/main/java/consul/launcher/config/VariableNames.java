package consul.launcher.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The names of the variables that the launcher reads, and what is doubtful about an environment's: names
/// that are probably misspelt, and values in quotes. Those
/// of the AWS SDKs and of proxies are left to their owners.
public final class VariableNames {

    private static final String PREFIX = "CONSUL_";

    /// As the README lists them, without `CONSUL_`.
    private static final List<String> CONSULS = List.of(
            "ACL_AGENT_TOKEN",
            "ACL_AGENT_TOKEN_FILE",
            "ACL_DEFAULT_TOKEN",
            "ACL_DEFAULT_TOKEN_FILE",
            "ACL_REPLICATION_TOKEN",
            "ACL_REPLICATION_TOKEN_FILE",
            "ALLOW_PRIVILEGED_PORTS",
            "BIND",
            "BIND_INTERFACE",
            "CACERT",
            "CAPATH",
            "CLIENT",
            "CLIENT_CERT",
            "CLIENT_INTERFACE",
            "CLIENT_KEY",
            "CONFIG_DIR",
            "DATA_DIR",
            "DISABLE_PERM_MGMT",
            "ENCRYPT",
            "ENCRYPT_FILE",
            "GID",
            "HTTP_ADDR",
            "HTTP_SSL",
            "HTTP_SSL_VERIFY",
            "HTTP_TOKEN",
            "HTTP_TOKEN_FILE",
            "LAUNCHER_MODE",
            "LEAVE",
            "LOCAL_CONFIG",
            "METADATA",
            "QUORUM_RECOVERY",
            "QUORUM_RECOVERY_CONFIRM",
            "QUORUM_RECOVERY_MAX_LOSS",
            "RETRY_JOIN",
            "SERVER",
            "STOP_TIMEOUT",
            "TLS_SERVER_NAME",
            "UI",
            "UID");

    private static final List<String> OTHERS = List.of("BOOTSTRAP_EXPECT", "TAG_KEY", "TAG_VALUE");

    /// Consul's own and widespread ones that the launcher doesn't read, as far as they are close to those above, and
    /// what the launcher's own script reads. Without `CONSUL_` too.
    private static final Set<String> FOREIGN = Set.of("CLIENTS", "GRPC_ADDR", "HTTP_AUTH", "LAUNCHER_HOME", "SERVERS");

    /// Those whose quotes are understood, or are JSON's.
    private static final Set<String> QUOTABLE = Set.of("BIND", "CLIENT", "LOCAL_CONFIG", "RETRY_JOIN");

    private VariableNames() {}

    /// All names that the launcher reads.
    static List<String> known() {
        List<String> known = new ArrayList<>(OTHERS);
        for (String name : CONSULS) {
            known.add(PREFIX + name);
        }
        return known;
    }

    /// A warning for each variable whose name is close to one of the launcher's that isn't set, and for each of the
    /// launcher's whose value has quotes around it, as a file for Docker's `--env-file` passes them on.
    public static List<String> warnings(Environment environment) {
        List<String> warnings = new ArrayList<>();
        List<String> known = known();
        for (String name : environment.variables().keySet()) {
            String bare = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
            if (known.contains(name)) {
                boolean taken = OTHERS.contains(name) || QUOTABLE.contains(bare);
                if (!taken && isQuoted(environment.get(name).orElse(""))) {
                    warnings.add(name + " is in quotes, which count as a part of its value: remove them");
                }
            } else if (!FOREIGN.contains(bare) && !isOfPlatform(name)) {
                Optional<String> meant = meant(name);
                if (meant.isPresent() && !environment.isSet(meant.get())) {
                    warnings.add(name + " is no variable that the launcher knows: did you mean " + meant.get() + "?");
                }
            }
        }
        warnings.sort(null);
        return warnings;
    }

    /// Whether all of it, and not nothing, is in quotes.
    static boolean isQuoted(String value) {
        int last = value.length() - 1;
        return last > 1
                && (value.charAt(0) == '"' || value.charAt(0) == '\'')
                && value.indexOf(value.charAt(0), 1) == last;
    }

    private static Optional<String> meant(String name) {
        String upper = name.toUpperCase(Locale.ROOT).replace('-', '_');
        String bare = upper.startsWith(PREFIX) ? upper.substring(PREFIX.length()) : upper;
        if (OTHERS.contains(bare)) {
            return Optional.of(bare);
        }
        if (bare.length() != upper.length()) {
            return CONSULS.contains(bare)
                    ? Optional.of(PREFIX + bare)
                    : Spelling.closest(bare, CONSULS, 0).map(PREFIX::concat);
        }
        if (upper.startsWith("CON")) {
            List<String> whole = known();
            whole.removeAll(OTHERS);
            return Spelling.closest(upper, whole, PREFIX.length());
        }
        return Spelling.closest(upper, OTHERS, 0);
    }

    /// What Kubernetes and Docker's links set for a service or container whose name begins with `consul`.
    private static boolean isOfPlatform(String name) {
        return name.endsWith("_PORT")
                || name.endsWith("_NAME")
                || name.contains("_PORT_")
                || name.contains("_SERVICE_")
                || name.contains("_ENV_");
    }
}
