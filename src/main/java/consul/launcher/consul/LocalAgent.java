package consul.launcher.consul;

import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.ConsulApiSettings.Address;
import consul.launcher.http.Endpoint;
import consul.launcher.http.Reply;
import consul.launcher.http.Request;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The agent on this host, by its HTTP API. Every call is bounded in time and size and made once; who asks again
/// decides when. Keeps no connection but those of [#pulse].
public final class LocalAgent implements AutoCloseable {

    static final int LONGEST_BODY = 4 * 1024 * 1024;
    static final String LEADER = "/v1/status/leader";

    private static final int LONGEST_ERROR = 200;

    private final Transport transport;
    private final Address address;
    private final List<String> fields;
    private final Duration timeout;

    /// Where the API is plain, made when it is first asked for.
    private final Optional<Endpoint> plain;

    private @Nullable PulseTaker pulse;

    /// @param address where the API is
    /// @param timeout for a whole call; where the API is plain for connecting, and again for the reply
    /// @throws TlsException if the settings' certificates or keys can't be used
    public LocalAgent(Address address, ConsulApiSettings settings, Duration timeout) throws TlsException {
        this.address = address;
        this.timeout = timeout;
        this.fields = settings.token()
                .map(token -> List.of("X-Consul-Token: " + token))
                .orElse(List.of());
        this.plain = plain(address);
        this.transport = plain.isPresent()
                ? new PlainTransport(plain.get())
                : new TlsTransport((Address.Tcp) address, settings.tls());
    }

    private static Optional<Endpoint> plain(Address address) {
        if (address instanceof Address.Tcp tcp) {
            return tcp.https() ? Optional.empty() : Optional.of(new Endpoint.Tcp(tcp.host(), tcp.port()));
        }
        return Optional.of(new Endpoint.Unix(((Address.Unix) address).socket()));
    }

    /// What stands before every request's path.
    static String prefix(Address address) {
        return address instanceof Address.Tcp tcp ? tcp.path() : "";
    }

    public Address address() {
        return address;
    }

    /// A look that is taken again and again: over a connection that is kept where the API is plain. Blocks until both
    /// questions are answered, for no longer than the timeout allows each. For one thread.
    ///
    /// @param contact whether to ask when the agent, a server, last heard from the leader
    public Pulse pulse(boolean contact) {
        if (plain.isEmpty()) {
            long asked = System.nanoTime();
            return new Pulse(leader(), contact ? contact() : Optional.empty(), asked);
        }
        return taker(plain.get()).take(contact);
    }

    /// Sends what the next [#pulse] asks, where the API is plain, so that its answers arrive meanwhile. Doesn't
    /// wait but for connections.
    public void sendPulse(boolean contact) {
        plain.ifPresent(endpoint -> taker(endpoint).send(contact));
    }

    private PulseTaker taker(Endpoint endpoint) {
        PulseTaker taker = pulse;
        if (taker == null) {
            taker = new PulseTaker(address, endpoint, timeout);
            pulse = taker;
        }
        return taker;
    }

    private Optional<Duration> contact() {
        try {
            return PulseTaker.contact(
                    transport.call(Request.get(prefix(address) + PulseTaker.CONTACT, List.of()), timeout));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// The leader's raft address, empty if this agent knows none. Answered without a token.
    public ApiAnswer<String> leader() {
        return leader(get(LEADER, "none"));
    }

    static ApiAnswer<String> leader(ApiAnswer<String> answer) {
        // No switch over types in what an idle launcher does: the JDK would write a class for it, with 100 of its own.
        if (answer instanceof ApiAnswer.Ok<String> ok) {
            return new ApiAnswer.Ok<>(unquoted(ok.value()));
        }
        // What a client says that knows no server: an answer, and no leader.
        return answer instanceof ApiAnswer.Refused<String> refused && refused.status() == 500
                ? new ApiAnswer.Ok<>("")
                : answer;
    }

    /// Asks for a document.
    ///
    /// @param path with its query, such as `/v1/operator/raft/configuration?stale`
    /// @param rule the ACL rule it needs, for the answer `Denied`
    public ApiAnswer<String> get(String path, String rule) {
        return call("GET", path, rule, timeout, 200);
    }

    /// Autopilot's view of the servers. It comes with status 429 while a server is unhealthy.
    public ApiAnswer<String> autopilotHealth() {
        return call("GET", "/v1/operator/autopilot/health", "operator = \"read\"", timeout, 429);
    }

    /// Makes the agent do something, within the timeout.
    public ApiAnswer<String> post(String path, String rule) {
        return call("POST", path, rule, timeout, 200);
    }

    /// Makes the agent do something that takes a time of its own.
    ///
    /// @param patience instead of the timeout
    public ApiAnswer<String> put(String path, String rule, Duration patience) {
        return call("PUT", path, rule, patience, 200);
    }

    @Override
    public void close() {
        if (pulse != null) {
            pulse.close();
        }
        transport.close();
    }

    /// @param alsoFine a status that comes with the document too
    private ApiAnswer<String> call(String method, String path, String rule, Duration patience, int alsoFine) {
        try {
            return answer(
                    transport.call(new Request(method, prefix(address) + path, fields), patience), alsoFine, rule);
        } catch (IOException e) {
            return unreachable(address, e);
        }
    }

    static ApiAnswer<String> answer(Reply reply, int alsoFine, String rule) {
        if (reply.status() == 200 || reply.status() == alsoFine) {
            return new ApiAnswer.Ok<>(reply.body());
        }
        return switch (reply.status()) {
            case 401, 403 -> new ApiAnswer.Denied<>(rule);
            default -> new ApiAnswer.Refused<>(reply.status(), beginning(reply.body()));
        };
    }

    static ApiAnswer<String> unreachable(Address address, IOException e) {
        String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new ApiAnswer.Unreachable<>("no answer from " + address + ": " + reason);
    }

    private static String beginning(String body) {
        String text = body.strip();
        return text.length() <= LONGEST_ERROR ? text : text.substring(0, LONGEST_ERROR) + "…";
    }

    /// A JSON string that is an address or empty; nothing in it is ever escaped.
    private static String unquoted(String json) {
        String text = json.strip();
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : "";
    }
}
