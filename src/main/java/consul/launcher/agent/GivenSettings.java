package consul.launcher.agent;

import consul.launcher.config.Origin;
import consul.launcher.config.Sourced;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the user set explicitly, by the rank that Consul gives it: `-hcl` fragments, then arguments, then the flags in
/// `CONSUL_BIND` and `CONSUL_CLIENT`, then files.
final class GivenSettings {

    private final List<Layer> layers;
    private final UserConfiguration configuration;

    /// @param by for messages; empty for the user's arguments
    private record Layer(AgentArguments arguments, Origin origin, String by) {}

    GivenSettings(AgentArguments arguments, BaseFlags base, UserConfiguration configuration) {
        this.layers = List.of(new Layer(arguments, Origin.argument(), ""), layer(base.client()), layer(base.bind()));
        this.configuration = configuration;
    }

    private static Layer layer(List<Flag> flags) {
        List<String> words = new ArrayList<>();
        for (Flag flag : flags) {
            words.addAll(flag.words());
        }
        Origin origin = flags.isEmpty() ? Origin.argument() : flags.getFirst().origin();
        return new Layer(AgentArguments.parse(words), origin, origin.detail());
    }

    /// A flag with one value, or any of the configuration keys that mean the same. An empty argument counts, because
    /// Consul lets it replace what stands before it; an empty string in a file is as good as none.
    Optional<Given> find(String flag, String... keys) {
        for (String key : keys) {
            Optional<Sourced<String>> fragment = configuration.fragments().value(key);
            if (fragment.isPresent()) {
                return Optional.of(byKey(fragment.get(), key));
            }
        }
        Optional<Given> byFlag = findFlag(flag);
        if (byFlag.isPresent()) {
            return byFlag;
        }
        for (String key : keys) {
            Optional<Sourced<String>> file = configuration.files().value(key);
            if (file.isPresent() && !file.get().value().isEmpty()) {
                return Optional.of(byKey(file.get(), key));
            }
        }
        return Optional.empty();
    }

    /// A flag that can be repeated, or the list of the same meaning: who gave the first of it.
    Optional<Given> findAny(String flag, String key) {
        Optional<Given> byFlag = findFlag(flag);
        if (byFlag.isPresent()) {
            return byFlag;
        }
        List<Sourced<String>> list = configuration.list(key);
        return list.isEmpty() ? Optional.empty() : Optional.of(byKey(list.getFirst(), key));
    }

    /// A node metadata key, by `-node-meta=key:value` or in a file.
    Optional<Given> findNodeMeta(String key) {
        for (Layer layer : layers) {
            if (hasNodeMeta(layer.arguments(), key)) {
                return Optional.of(given("", "node-meta", layer));
            }
        }
        String path = ConfigurationValues.path("node_meta", key);
        Optional<Sourced<String>> value = configuration.value(path);
        return value.isPresent() ? Optional.of(byKey(value.get(), path)) : Optional.empty();
    }

    private Optional<Given> findFlag(String flag) {
        for (Layer layer : layers) {
            Optional<String> value = layer.arguments().last(flag);
            if (value.isPresent()) {
                return Optional.of(given(value.get(), flag, layer));
            }
        }
        return Optional.empty();
    }

    private static Given given(String value, String flag, Layer layer) {
        return new Given(
                value,
                layer.origin(),
                layer.by().isEmpty() ? "the argument -" + flag : "-" + flag + " in " + layer.by());
    }

    private static Given byKey(Sourced<String> value, String key) {
        String detail = value.origin().detail();
        String file =
                detail.endsWith(" (" + key + ")") ? detail.substring(0, detail.length() - key.length() - 3) : detail;
        return new Given(value.value(), value.origin(), key + " in " + file);
    }

    private static boolean hasNodeMeta(AgentArguments arguments, String key) {
        for (String pair : arguments.all("node-meta")) {
            int colon = pair.indexOf(':');
            if (key.equals(colon < 0 ? pair : pair.substring(0, colon))) {
                return true;
            }
        }
        return false;
    }
}
