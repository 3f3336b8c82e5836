package consul.launcher.agent;

import java.nio.file.Path;
import java.util.List;

/// The flags that the official script puts before the user's (contract, rules 2-7 and 12). They are passed whatever
/// else is given, but for a directory that can't be used and isn't needed; where the user gives the same flag, the
/// user's stands later and wins in Consul.
///
/// @param dataDir `-data-dir=…`
/// @param configDir `-config-dir=…`
/// @param configDirectory the directory that `configDir` names
/// @param bind the words of `CONSUL_BIND` or `CONSUL_BIND_INTERFACE`; empty if neither is set
/// @param client the words of `CONSUL_CLIENT` or `CONSUL_CLIENT_INTERFACE`; empty if neither is set
public record BaseFlags(Flag dataDir, Flag configDir, Path configDirectory, List<Flag> bind, List<Flag> client) {

    public BaseFlags {
        bind = List.copyOf(bind);
        client = List.copyOf(client);
    }
}
