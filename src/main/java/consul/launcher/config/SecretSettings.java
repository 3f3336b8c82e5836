package consul.launcher.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Secrets of the agent's configuration that come by variables, or by files that variables name, as ECS and Docker
/// mount them. They reach Consul by a file that only its user can read, never on its command line.
public record SecretSettings(List<Secret> secrets) {

    /// @param key the path in Consul's configuration, such as `acl.tokens.agent`
    /// @param value never printed
    /// @param variable where it came from
    public record Secret(String key, String value, String variable) {
        @Override
        public String toString() {
            return key + " from " + variable;
        }
    }

    /// What they are passed to Consul in, in the configuration directory.
    public static final String FILE = "launcher-secrets.json";

    private static final String ENCRYPT = "CONSUL_ENCRYPT";

    /// The variables and what they set, in Consul's configuration.
    private static final List<String[]> KEYS = List.of(
            new String[] {ENCRYPT, "encrypt"},
            new String[] {"CONSUL_ACL_AGENT_TOKEN", "acl.tokens.agent"},
            new String[] {"CONSUL_ACL_DEFAULT_TOKEN", "acl.tokens.default"},
            new String[] {"CONSUL_ACL_REPLICATION_TOKEN", "acl.tokens.replication"});

    public SecretSettings {
        secrets = List.copyOf(secrets);
    }

    /// The variables that are set and not empty.
    public static List<String> names(Environment environment) {
        List<String> names = new ArrayList<>();
        for (String[] pair : KEYS) {
            for (String name : List.of(pair[0], pair[0] + "_FILE")) {
                if (environment.get(name).isPresent()) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    /// Reads the variables; what is wrong goes to `problems`, without a piece of the secret.
    ///
    /// @param isPassed whether the secret of a key will reach Consul; one that won't isn't read, and has no value
    public static SecretSettings from(
            Environment environment, SecretFiles files, Predicate<String> isPassed, Consumer<Problem> problems) {
        List<Secret> secrets = new ArrayList<>();
        for (String[] pair : KEYS) {
            String variable = pair[0];
            String fileVariable = variable + "_FILE";
            Optional<String> value = environment.get(variable);
            Optional<String> file = environment.get(fileVariable);
            if (!isPassed.test(pair[1])) {
                value.map(_ -> variable)
                        .or(() -> file.map(_ -> fileVariable))
                        .ifPresent(name -> secrets.add(new Secret(pair[1], "", name)));
            } else if (value.isPresent() && file.isPresent()) {
                problems.accept(new Problem(variable + " and " + fileVariable + " are both set", "unset one of them"));
            } else if (file.isPresent()) {
                add(secrets, pair[1], files.read(fileVariable, Path.of(file.get()), problems), fileVariable, problems);
            } else {
                add(secrets, pair[1], SecretFiles.value(environment, variable, problems), variable, problems);
            }
        }
        return new SecretSettings(secrets);
    }

    private static void add(
            List<Secret> secrets, String key, Optional<String> value, String variable, Consumer<Problem> problems) {
        if (value.isEmpty()) {
            return;
        }
        if (key.equals("encrypt") && !isGossipKey(value.get())) {
            problems.accept(new Problem(
                    variable + " holds no gossip key, which is 16, 24 or 32 bytes in Base64",
                    "make one by: consul keygen"));
            return;
        }
        secrets.add(new Secret(key, value.get(), variable));
    }

    private static boolean isGossipKey(String text) {
        try {
            int length = Base64.getDecoder().decode(text).length;
            return length == 16 || length == 24 || length == 32;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
