package consul.launcher.agent;

import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.ConsulApiSettings.Address;
import consul.launcher.config.Origin;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Where an agent's HTTP API listens, by its own command line and configuration.
public final class ApiAddress {

    private static final String LOOPBACK = "127.0.0.1";

    private ApiAddress() {}

    /// @param arguments what follows `agent` on its command line
    /// @param configuration what it read, the directories on its command line included
    /// @param requiresTls whether to speak TLS: to the port for HTTPS, or where it has none to that for HTTP, as
    ///     Consul's own client does with `CONSUL_HTTP_SSL`
    /// @return empty if it has no HTTP API at all, or listens at an address that only itself can work out
    public static Optional<Address> of(List<String> arguments, UserConfiguration configuration, boolean requiresTls) {
        Flag none = Flag.of(Origin.argument(), "");
        GivenSettings given = new GivenSettings(
                AgentArguments.parse(arguments),
                new BaseFlags(none, none, Path.of("/"), List.of(), List.of()),
                configuration);
        int http = port(given.find("http-port", "ports.http"), ConsulApiSettings.PORT);
        int https = port(given.find("https-port", "ports.https"), -1);
        if (https > 0 && (requiresTls || http <= 0)) {
            return address(given, "addresses.https", true, https);
        }
        return http > 0 ? address(given, "addresses.http", requiresTls, http) : Optional.empty();
    }

    private static Optional<Address> address(GivenSettings given, String key, boolean https, int port) {
        String listening = given.find("", key)
                .or(() -> given.find("client", "client_addr"))
                .map(Given::value)
                .orElse(LOOPBACK)
                .strip();
        // Consul listens nowhere where the one for all is empty.
        if (listening.isEmpty() || listening.contains("{{")) {
            return Optional.empty();
        }
        int space = listening.indexOf(' ');
        String first = space < 0 ? listening : listening.substring(0, space);
        if (first.startsWith("unix://")) {
            return ConsulApiSettings.parse(first, false);
        }
        String host = switch (first) {
            case "0.0.0.0" -> LOOPBACK;
            case "::", "[::]" -> "::1";
            default -> first.startsWith("[") ? first.substring(1, first.length() - 1) : first;
        };
        return Optional.of(new Address.Tcp(https, host, port));
    }

    private static int port(Optional<Given> given, int otherwise) {
        try {
            return given.isPresent() ? Integer.parseInt(given.get().value().strip()) : otherwise;
        } catch (NumberFormatException e) {
            return otherwise; // Consul refuses it; there is nothing to find
        }
    }
}
