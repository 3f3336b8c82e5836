package consul.launcher.agent;

import consul.launcher.config.Origin;
import consul.launcher.config.Sourced;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What configuration files say, for the keys that matter here, merged as Consul merges them: a later single value
/// replaces an earlier one, lists are appended. Other keys are dropped at once, because some are secret; of the secrets
/// that the launcher passes on itself it is kept that they are set, and not to what.
final class ConfigurationValues {

    private static final Set<String> KEPT = Set.of(
            "acl",
            "acl_agent_token",
            "acl_replication_token",
            "acl_token",
            "addresses",
            "advertise_addr",
            "bind_addr",
            "bootstrap",
            "bootstrap_expect",
            "client_addr",
            "data_dir",
            "disable_host_node_id",
            "encrypt",
            "leave_on_terminate",
            "node_id",
            "node_meta",
            "node_name",
            "ports",
            "retry_join",
            "server",
            "server_rejoin_age_max",
            "start_join",
            "ui",
            "ui_config",
            "ui_dir");

    private static final String HIDDEN = "***";

    private final Map<String, Sourced<String>> single = new HashMap<>();
    private final Map<String, List<Sourced<String>>> lists = new HashMap<>();

    /// The path of a key inside an object: `ports.http`. Consul ignores the case of its own keys, not of node metadata.
    ///
    /// @param parent the object's path, empty for the whole file
    static String path(String parent, String key) {
        if (parent.isEmpty()) {
            return key.toLowerCase(Locale.ROOT);
        }
        return parent + "." + (parent.equals("node_meta") ? key : key.toLowerCase(Locale.ROOT));
    }

    /// Whether values under this path are of use; only the first key decides.
    static boolean keeps(String path) {
        int dot = path.indexOf('.');
        return KEPT.contains(dot < 0 ? path : path.substring(0, dot));
    }

    /// @param source the file, or what stands for one
    void put(String path, String value, String source) {
        if (keeps(path)) {
            String kept = isSecret(path) && !value.isEmpty() ? HIDDEN : value;
            single.put(path, new Sourced<>(kept, Origin.configuration(source, path)));
        }
    }

    private static boolean isSecret(String path) {
        return path.equals("encrypt") || path.startsWith("acl");
    }

    /// @param source the file, or what stands for one
    void append(String path, String value, String source) {
        if (keeps(path) && !isSecret(path)) {
            lists.computeIfAbsent(path, _ -> new ArrayList<>())
                    .add(new Sourced<>(value, Origin.configuration(source, path)));
        }
    }

    void merge(ConfigurationValues later) {
        single.putAll(later.single);
        for (Map.Entry<String, List<Sourced<String>>> list : later.lists.entrySet()) {
            lists.computeIfAbsent(list.getKey(), _ -> new ArrayList<>()).addAll(list.getValue());
        }
    }

    Optional<Sourced<String>> value(String path) {
        return Optional.ofNullable(single.get(path));
    }

    List<Sourced<String>> list(String path) {
        List<Sourced<String>> list = lists.get(path);
        return list == null ? List.of() : List.copyOf(list);
    }
}
