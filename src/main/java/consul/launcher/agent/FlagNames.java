package consul.launcher.agent;

import consul.launcher.config.Spelling;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The flags of `consul agent`, of 1.8 to the newest release, by whether they take a value. Sources: `consul agent
/// -help` of 1.8.7 and agent/config/flags.go since (auto-reload-config, grpc-tls-port, read-replica came later).
final class FlagNames {

    /// Never take the next word.
    static final Set<String> BOOLEAN = Set.of(
            "auto-reload-config",
            "bootstrap",
            "dev",
            "disable-host-node-id",
            "disable-keyring-file",
            "enable-local-script-checks",
            "enable-script-checks",
            "log-json",
            "non-voting-server",
            "read-replica",
            "rejoin",
            "server",
            "syslog",
            "ui");

    /// Always take the next word, even one that looks like a flag.
    static final Set<String> VALUED = Set.of(
            "advertise",
            "advertise-wan",
            "allow-write-http-from",
            "alt-domain",
            "bind",
            "bootstrap-expect",
            "check_output_max_size",
            "client",
            "config-dir",
            "config-file",
            "config-format",
            "data-dir",
            "datacenter",
            "default-query-time",
            "dns-port",
            "domain",
            "encrypt",
            "grpc-port",
            "grpc-tls-port",
            "hcl",
            "http-port",
            "https-port",
            "join",
            "join-wan",
            "log-file",
            "log-level",
            "log-rotate-bytes",
            "log-rotate-duration",
            "log-rotate-max-files",
            "max-query-time",
            "node",
            "node-id",
            "node-meta",
            "pid-file",
            "primary-gateway",
            "protocol",
            "raft-protocol",
            "recursor",
            "retry-interval",
            "retry-interval-wan",
            "retry-join",
            "retry-join-wan",
            "retry-max",
            "retry-max-wan",
            "segment",
            "serf-lan-allowed-cidrs",
            "serf-lan-bind",
            "serf-lan-port",
            "serf-wan-allowed-cidrs",
            "serf-wan-bind",
            "serf-wan-port",
            "server-port",
            "ui-content-path",
            "ui-dir");

    private FlagNames() {}

    /// The flag that was probably meant by a name that no known Consul has; empty for one that is known, and for one
    /// that may be a newer Consul's.
    static Optional<String> meant(String name) {
        if (BOOLEAN.contains(name) || VALUED.contains(name)) {
            return Optional.empty();
        }
        Set<String> all = new TreeSet<>(BOOLEAN);
        all.addAll(VALUED);
        return Spelling.closest(name, all, 0);
    }
}
