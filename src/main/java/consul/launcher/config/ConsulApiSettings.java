package consul.launcher.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/// Where the local agent's HTTP API is, and how to speak to it: the variables that every Consul tool honours
/// (https://developer.hashicorp.com/consul/commands#environment-variables).
///
/// @param address `CONSUL_HTTP_ADDR` with `CONSUL_HTTP_SSL`; empty if the variable is unset, and the agent's own
///     configuration decides
/// @param requiresTls `CONSUL_HTTP_SSL`: plain HTTP is never used, whatever the address says
/// @param tls how to trust and to be trusted
/// @param token `CONSUL_HTTP_TOKEN`, else the content of `CONSUL_HTTP_TOKEN_FILE`
public record ConsulApiSettings(Optional<Address> address, boolean requiresTls, Tls tls, Optional<String> token) {

    /// Where the agent's API is, for every Consul tool.
    public static final String ADDRESS = "CONSUL_HTTP_ADDR";

    private static final String TOKEN = "CONSUL_HTTP_TOKEN";
    private static final String TOKEN_FILE = "CONSUL_HTTP_TOKEN_FILE";

    /// Consul's port for plain HTTP.
    public static final int PORT = 8500;

    /// An address of the API.
    public sealed interface Address {

        /// @param host name or IP address, IPv6 without brackets
        /// @param path what stands before every request's path, such as a reverse proxy's; empty, or with a
        ///     slash at its beginning and none at its end
        record Tcp(boolean https, String host, int port, String path) implements Address {

            public Tcp(boolean https, String host, int port) {
                this(https, host, port, "");
            }

            @Override
            public String toString() {
                String literal = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
                return (https ? "https://" : "http://") + literal + ":" + port + path;
            }
        }

        record Unix(Path socket) implements Address {
            @Override
            public String toString() {
                return "unix://" + socket;
            }
        }
    }

    /// @param authority `CONSUL_CACERT`, a PEM file
    /// @param authorities `CONSUL_CAPATH`, a directory of PEM files
    /// @param certificate `CONSUL_CLIENT_CERT`, a PEM file
    /// @param key `CONSUL_CLIENT_KEY`, a PEM file
    /// @param serverName `CONSUL_TLS_SERVER_NAME`
    /// @param verifies `CONSUL_HTTP_SSL_VERIFY`
    public record Tls(
            Optional<Path> authority,
            Optional<Path> authorities,
            Optional<Path> certificate,
            Optional<Path> key,
            Optional<String> serverName,
            boolean verifies) {}

    /// Whether there is anything for [#check].
    public static boolean areGiven(Environment environment) {
        return environment.get(ADDRESS).isPresent()
                || environment.get("CONSUL_HTTP_SSL").isPresent()
                || environment.get("CONSUL_HTTP_SSL_VERIFY").isPresent()
                || environment.get(TOKEN).isPresent()
                || environment.get(TOKEN_FILE).isPresent();
    }

    /// What is wrong with the variables themselves. The files that they name may come later: a token is often made by
    /// help of the agent that is to start.
    public static void check(Environment environment, Consumer<Problem> problems) {
        truth(environment, "CONSUL_HTTP_SSL_VERIFY", true, problems);
        address(environment, truth(environment, "CONSUL_HTTP_SSL", false, problems), problems);
        Optional<Path> tokenFile = environment.get(TOKEN_FILE).map(Path::of).filter(ConsulApiSettings::hasContent);
        if (environment.get(TOKEN).isPresent() || tokenFile.isPresent()) {
            token(environment, new SecretFiles(), problems);
        }
    }

    private static boolean hasContent(Path file) {
        try {
            return Files.isRegularFile(file) && Files.isReadable(file) && Files.size(file) > 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static Optional<String> token(Environment environment, SecretFiles files, Consumer<Problem> problems) {
        Optional<String> token = SecretFiles.value(environment, TOKEN, problems)
                .or(() -> environment
                        .get(TOKEN_FILE)
                        .filter(_ -> environment.get(TOKEN).isEmpty())
                        .flatMap(file -> files.read(TOKEN_FILE, Path.of(file), problems)));
        if (token.isPresent() && !token.get().chars().allMatch(c -> c < 0x7f)) {
            String variable = environment.get(TOKEN).isPresent() ? TOKEN : TOKEN_FILE;
            problems.accept(new Problem(
                    variable + " has a character that no HTTP header can have", "give the secret ID of a token"));
            return Optional.empty();
        }
        return token;
    }

    /// Reads the variables; what is wrong goes to `problems`.
    ///
    /// @param files reads a secret's file: `CONSUL_HTTP_TOKEN_FILE`
    public static ConsulApiSettings from(Environment environment, SecretFiles files, Consumer<Problem> problems) {
        boolean https = truth(environment, "CONSUL_HTTP_SSL", false, problems);
        Tls tls = new Tls(
                environment.get("CONSUL_CACERT").map(Path::of),
                environment.get("CONSUL_CAPATH").map(Path::of),
                environment.get("CONSUL_CLIENT_CERT").map(Path::of),
                environment.get("CONSUL_CLIENT_KEY").map(Path::of),
                environment.get("CONSUL_TLS_SERVER_NAME"),
                truth(environment, "CONSUL_HTTP_SSL_VERIFY", true, problems));
        return new ConsulApiSettings(
                address(environment, https, problems), https, tls, token(environment, files, problems));
    }

    private static Optional<Address> address(Environment environment, boolean https, Consumer<Problem> problems) {
        String value = environment.get(ADDRESS).orElse(null);
        if (value == null) {
            return Optional.empty();
        }
        Optional<Address> address = parse(value, https);
        if (address.isEmpty()) {
            problems.accept(new Problem(
                    "CONSUL_HTTP_ADDR is '" + MaskedUrl.of(value) + "'",
                    "give host:port, http://host:port, https://host:port or unix:///path/of/socket"));
        }
        return address;
    }

    /// Reads an address as Consul's own tools do.
    ///
    /// @param requiresTls whether it is HTTPS even where the text says `http://`
    public static Optional<Address> parse(String text, boolean requiresTls) {
        if (text.startsWith("unix://")) {
            String path = text.substring("unix://".length());
            return path.isEmpty() ? Optional.empty() : Optional.of(new Address.Unix(Path.of(path)));
        }
        boolean secure = requiresTls || text.startsWith("https://");
        String rest = text.contains("://") ? text.substring(text.indexOf("://") + 3) : text;
        if (text.contains("://") && !text.startsWith("http://") && !text.startsWith("https://")) {
            return Optional.empty();
        }
        int slash = rest.indexOf('/');
        String path = slash < 0 ? "" : rest.substring(slash);
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return isPath(path) ? tcp(secure, slash < 0 ? rest : rest.substring(0, slash), path) : Optional.empty();
    }

    private static Optional<Address> tcp(boolean https, String authority, String path) {
        int colon = authority.lastIndexOf(':');
        boolean bracketed = authority.startsWith("[");
        int close = authority.indexOf(']');
        if (bracketed && close < 0) {
            return Optional.empty();
        }
        boolean hasPort = bracketed ? colon > close : colon >= 0 && authority.indexOf(':') == colon;
        String host = hasPort ? authority.substring(0, colon) : authority;
        if (bracketed) {
            host = host.substring(1, close);
        }
        if (host.isEmpty()) {
            host = "127.0.0.1";
        }
        if (!isHost(host)) {
            return Optional.empty();
        }
        if (!hasPort) {
            return Optional.of(new Address.Tcp(https, host, https ? 443 : 80, path));
        }
        try {
            int port = Integer.parseInt(authority.substring(colon + 1));
            return port > 0 && port < 65536 ? Optional.of(new Address.Tcp(https, host, port, path)) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /// A name or an address: no user, no query.
    private static boolean isHost(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isLetterOrDigit(text.charAt(i)) && "-._:%".indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    /// What can stand in a request's first line as it is, without a query.
    private static boolean isPath(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c > '~' || c == '?' || c == '#' || c == '@') {
                return false;
            }
        }
        return true;
    }

    private static boolean truth(Environment environment, String name, boolean otherwise, Consumer<Problem> problems) {
        String value = environment.get(name).orElse(null);
        if (value == null) {
            return otherwise;
        }
        Optional<Boolean> truth = Truth.ofGo(value);
        if (truth.isEmpty()) {
            problems.accept(Truth.problem(name, value));
        }
        return truth.orElse(otherwise);
    }
}
