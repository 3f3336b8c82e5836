package consul.launcher.consul;

import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.ConsulApiSettings.Address;
import consul.launcher.config.Environment;
import consul.launcher.config.Problem;
import consul.launcher.http.Endpoint;
import consul.launcher.http.HttpException;
import consul.launcher.http.Reply;
import consul.launcher.http.Request;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// An agent, by its HTTP API. Every call is bounded in time and size and made once; who asks again decides when. Keeps
/// no connection but those of [#pulse].
public final class LocalAgent implements AutoCloseable {

    static final int LONGEST_BODY = 4 * 1024 * 1024;
    static final String LEADER = "/v1/status/leader";

    private static final int LONGEST_ERROR = 200;
    private static final String SERVER = "\"role\":\"consul\"";
    private static final String STATUS = "\"Status\":";

    private final Address address;
    private final Supplier<Optional<ConsulApiSettings>> changed;
    private final @Nullable Supplier<OwnNode> own;

    /// What `own` told.
    private volatile @Nullable OwnNode known;

    private final Duration timeout;

    /// What calls are made with; null before the first one.
    private @Nullable Session session;

    /// Settings that no session was made of yet; null if there are none.
    private @Nullable ConsulApiSettings latest;

    private record Session(Transport transport, List<String> fields) {}

    /// Where the API is plain, made when it is first asked for.
    private final Optional<Endpoint> plain;

    private @Nullable PulseTaker pulse;

    /// Any agent, with settings that stay.
    ///
    /// @param address where the API is
    /// @param timeout for a whole call; where the API is plain for connecting, and again for the reply
    /// @throws TlsException if the settings' certificates or keys can't be used
    public LocalAgent(Address address, ConsulApiSettings settings, Duration timeout) throws TlsException {
        this(address, Optional::empty, null, timeout);
        this.latest = settings;
        session();
    }

    private LocalAgent(
            Address address,
            Supplier<Optional<ConsulApiSettings>> changed,
            @Nullable Supplier<OwnNode> own,
            Duration timeout) {
        this.address = address;
        this.changed = changed;
        this.own = own;
        this.timeout = timeout;
        this.plain = plain(address);
    }

    /// The agent that this launcher started, for as long as it runs: files that the settings name are read when they
    /// change, and one that can't be used makes the calls unanswered until it can.
    ///
    /// @param own how the agent is known, asked for when it must be; [ConsulApi] tells no other one to do anything
    /// @param problems gets what is wrong with the settings, once per change
    public static LocalAgent own(
            Address address,
            Environment environment,
            Supplier<OwnNode> own,
            Duration timeout,
            Consumer<Problem> problems) {
        LiveSettings settings = new LiveSettings(environment, problems);
        return new LocalAgent(address, settings::changed, own, timeout);
    }

    private synchronized Session session() throws TlsException {
        Optional<ConsulApiSettings> news = changed.get();
        if (news.isPresent()) {
            latest = news.get();
        }
        Session made = session;
        if (latest != null) {
            try {
                Session renewed = session(latest);
                if (made != null) {
                    made.transport().close();
                }
                made = renewed;
                session = renewed;
                latest = null;
            } catch (TlsException e) {
                // In the middle of a rotation the old certificates are still good.
                if (made == null) {
                    throw e;
                }
            }
        }
        return Objects.requireNonNull(made);
    }

    private Session session(ConsulApiSettings settings) throws TlsException {
        List<String> fields = settings.token()
                .map(token -> List.of("X-Consul-Token: " + token))
                .orElse(List.of());
        return new Session(
                plain.isPresent()
                        ? new PlainTransport(plain.get())
                        : new TlsTransport((Address.Tcp) address, settings.tls()),
                fields);
    }

    /// Whether only the launcher's own agent may be told to do something.
    boolean mustBeOwn() {
        return own != null;
    }

    /// Why the agent that has this node id isn't the launcher's own; empty if it is, or needn't be.
    Optional<String> foreign(String nodeId) {
        if (own == null) {
            return Optional.empty();
        }
        OwnNode node = known;
        if (node == null) {
            node = own.get();
            known = node;
        }
        return node.differs(nodeId)
                .map(why -> "the agent at " + address + " is not the one that this launcher started: " + why);
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
            Request question = Request.get(prefix(address) + PulseTaker.CONTACT, List.of());
            return PulseTaker.contact(session().transport().call(question, timeout));
        } catch (IOException | TlsException e) {
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

    /// What its list of members shows of servers.
    public enum Servers {
        /// One that is alive.
        SEEN,
        /// There is none.
        NONE,
        /// ACLs hide all members, of whom an agent is one itself.
        HIDDEN,
        /// There is no such list.
        UNKNOWN
    }

    /// Whether gossip shows a server. Looks into the text only, since no JSON is read beside an idle agent: Consul
    /// writes a member's tags before its status, in which 1 is alive.
    public Servers servers() {
        if (!(get("/v1/agent/members", "none") instanceof ApiAnswer.Ok<String>(String text)) || !text.startsWith("[")) {
            return Servers.UNKNOWN;
        }
        for (int at = text.indexOf(SERVER); at >= 0; at = text.indexOf(SERVER, at + 1)) {
            int status = text.indexOf(STATUS, at);
            if (status < 0 || text.startsWith("1", status + STATUS.length())) {
                return Servers.SEEN;
            }
        }
        return text.startsWith("[]") ? Servers.HIDDEN : Servers.NONE;
    }

    /// Asks for a document.
    ///
    /// @param path with its query, such as `/v1/operator/raft/configuration?stale`
    /// @param rule the ACL rule it needs, for the answer `Denied`
    public ApiAnswer<String> get(String path, String rule) {
        return call(path, "GET", "", rule, timeout, 200);
    }

    /// Autopilot's view of the servers. It comes with status 429 while a server is unhealthy.
    public ApiAnswer<String> autopilotHealth() {
        return call("/v1/operator/autopilot/health", "GET", "", "operator = \"read\"", timeout, 429);
    }

    /// Whether the token has rules. It comes with status 401 where ACLs are off.
    ///
    /// @param question in JSON
    ApiAnswer<String> authorize(String question) {
        return call("/v1/internal/acl/authorize", "POST", question, "none", timeout, 401);
    }

    /// Makes the agent do something, within the timeout.
    public ApiAnswer<String> post(String path, String rule) {
        return call(path, "POST", "", rule, timeout, 200);
    }

    /// Makes the agent do something that takes a time of its own.
    ///
    /// @param patience instead of the timeout
    public ApiAnswer<String> put(String path, String rule, Duration patience) {
        return call(path, "PUT", "", rule, patience, 200);
    }

    @Override
    public void close() {
        if (pulse != null) {
            pulse.close();
        }
        synchronized (this) {
            if (session != null) {
                session.transport().close();
            }
        }
    }

    /// @param alsoFine a status that comes with the document too
    private ApiAnswer<String> call(
            String path, String method, String body, String rule, Duration patience, int alsoFine) {
        try {
            Session used = session();
            Request request = new Request(method, prefix(address) + path, used.fields(), body);
            return answer(used.transport().call(request, patience), alsoFine, rule);
        } catch (IOException | TlsException e) {
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

    static ApiAnswer<String> unreachable(Address address, Exception e) {
        String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new ApiAnswer.Unreachable<>("no answer from " + address + ": " + reason, isSent(e));
    }

    private static boolean isSent(Exception e) {
        // Of okhttp: the end of its patience.
        return e instanceof HttpException http
                ? http.kind() == HttpException.Kind.SILENT || http.status() > 0
                : e instanceof InterruptedIOException;
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
