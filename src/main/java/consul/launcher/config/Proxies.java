package consul.launcher.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// By which proxy a URL is asked: the variables `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, or the same in small
/// letters, as programs in Go have them, so that this launcher and Consul's own search by tag go the same way.
/// The AWS SDK reads them too, but only those of its process.
/// <https://pkg.go.dev/golang.org/x/net/http/httpproxy>
///
/// @param http for http URLs
/// @param https for https URLs
/// @param exceptions the entries of `NO_PROXY`, in small letters
public record Proxies(Optional<Server> http, Optional<Server> https, List<String> exceptions) {

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final String PLAIN = "http://";

    /// One proxy.
    ///
    /// @param variable which names it
    /// @param host a name, or an address without brackets
    /// @param login what it wants to know first
    public record Server(String variable, String host, int port, Optional<Login> login) {

        /// For people.
        public String describe() {
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port + " of " + variable;
        }
    }

    public record Login(String user, String password) {

        @Override
        public String toString() {
            return user;
        }
    }

    public Proxies {
        exceptions = List.copyOf(exceptions);
    }

    public static Proxies none() {
        return new Proxies(Optional.empty(), Optional.empty(), List.of());
    }

    /// Reads the variables; what is wrong goes to `problems` and counts as unset.
    public static Proxies from(Environment environment, Consumer<Problem> problems) {
        String exceptions = environment
                .get("NO_PROXY")
                .or(() -> environment.get("no_proxy"))
                .orElse("")
                .toLowerCase(Locale.ROOT);
        return new Proxies(
                server(environment, "HTTP_PROXY", problems),
                server(environment, "HTTPS_PROXY", problems),
                List.of(exceptions.split(",")).stream()
                        .map(String::strip)
                        .filter(entry -> !entry.isEmpty())
                        .toList());
    }

    /// The proxy that the URL is asked by; empty if it is asked itself. So are, whatever the variables say, this
    /// machine and what answers on a link only, such as EC2's metadata service: a proxy would be asked who *it* is.
    public Optional<Server> of(URI url) {
        boolean secure = "https".equalsIgnoreCase(url.getScheme());
        String name = String.valueOf(url.getHost()).toLowerCase(Locale.ROOT);
        String host = unbracketed(name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
        InetAddress address = address(host);
        if (host.equals("localhost")
                || (address != null && (address.isLoopbackAddress() || address.isLinkLocalAddress()))
                || host.equals("fd00:ec2::254")
                || host.equals("fd00:ec2::23")) {
            return Optional.empty();
        }
        int port = url.getPort() >= 0 ? url.getPort() : secure ? HTTPS_PORT : HTTP_PORT;
        if (exceptions.stream().anyMatch(entry -> excepts(entry, host, address, port))) {
            return Optional.empty();
        }
        return secure ? https : http;
    }

    private static boolean excepts(String entry, String host, @Nullable InetAddress address, int port) {
        if (entry.equals("*")) {
            return true;
        }
        int slash = entry.indexOf('/');
        if (slash >= 0) {
            return address != null && isIn(address, entry.substring(0, slash), entry.substring(slash + 1));
        }
        String name = entry;
        int colon = entry.lastIndexOf(':');
        boolean ported = colon >= 0 && address(unbracketed(entry)) == null;
        if (ported) {
            if (!entry.substring(colon + 1).equals(Integer.toString(port))) {
                return false;
            }
            name = entry.substring(0, colon);
        }
        InetAddress literal = address(unbracketed(name));
        if (literal != null) {
            return literal.equals(address);
        }
        // With a dot in front, or `*.`, only what is below the name.
        String suffix = name.startsWith("*.") ? name.substring(1) : name;
        return suffix.startsWith(".") ? host.endsWith(suffix) : host.equals(suffix) || host.endsWith("." + suffix);
    }

    private static boolean isIn(InetAddress address, String network, String length) {
        InetAddress begin = address(unbracketed(network));
        int bits = number(length, 128);
        byte[] own = address.getAddress();
        if (begin == null || bits < 0 || begin.getAddress().length != own.length || bits > own.length * 8) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i % 8);
            if ((own[i / 8] & mask) != (begin.getAddress()[i / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    private static Optional<Server> server(Environment environment, String name, Consumer<Problem> problems) {
        String small = name.toLowerCase(Locale.ROOT);
        String variable = environment.get(name).isPresent() ? name : small;
        String value = environment.get(variable).orElse(null);
        if (value == null) {
            return Optional.empty();
        }
        Server server = parse(variable, value);
        if (server == null) {
            // Its value may hold a password.
            problems.accept(new Problem(
                    variable + " is no proxy that can be used",
                    "set it to http://host:port or http://user:password@host:port, with what is special in the password"
                            + " as %XX, or unset it"));
        }
        return Optional.ofNullable(server);
    }

    /// By hand: to [URI] a name with an underscore, which containers may have, is none.
    private static @Nullable Server parse(String variable, String value) {
        String rest = value.strip();
        if (rest.toLowerCase(Locale.ROOT).startsWith(PLAIN)) {
            rest = rest.substring(PLAIN.length());
        } else if (rest.contains("://")) {
            return null;
        }
        if (rest.endsWith("/")) {
            rest = rest.substring(0, rest.length() - 1);
        }
        int at = rest.lastIndexOf('@');
        Optional<Login> login = Optional.empty();
        if (at >= 0) {
            Login given = login(rest.substring(0, at));
            if (given == null) {
                return null;
            }
            login = Optional.of(given);
        }
        String place = rest.substring(at + 1);
        int colon = place.lastIndexOf(':');
        boolean ported = colon > place.lastIndexOf(']');
        String host = ported ? place.substring(0, colon) : place;
        int port = ported ? number(place.substring(colon + 1), 65_535) : HTTP_PORT;
        return port > 0 && isHost(host) ? new Server(variable, unbracketed(host), port, login) : null;
    }

    private static @Nullable Login login(String text) {
        int colon = text.indexOf(':');
        try {
            return colon < 0
                    ? new Login(decoded(text), "")
                    : new Login(decoded(text.substring(0, colon)), decoded(text.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static boolean isHost(String host) {
        if (host.startsWith("[")) {
            return host.endsWith("]") && address(unbracketed(host)) != null;
        }
        return !host.isEmpty() && host.chars().allMatch(c -> Character.isLetterOrDigit(c) || "-._".indexOf(c) >= 0);
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    /// Null for a name. Nobody is asked for it.
    private static @Nullable InetAddress address(String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// -1 for what is no number up to `most`.
    private static int number(String text, int most) {
        try {
            int number = Integer.parseInt(text);
            return number <= most && Character.isDigit(text.charAt(0)) ? number : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
