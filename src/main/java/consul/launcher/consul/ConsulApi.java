package consul.launcher.consul;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/// What can be asked of an agent and told to it, as values: a document that isn't what Consul answers is a refusal.
/// Blocks for as long as the agent's timeout allows each call. Loads JSON, so nothing before the start of Consul may
/// touch it. Written for Consul 1.8 and later.
public final class ConsulApi {

    private static final String SELF = "/v1/agent/self";
    private static final String NO_RULE = "none";
    private static final String AGENT_READ = "agent = \"read\"";
    private static final String AGENT_WRITE = "agent = \"write\"";
    private static final String NODE_READ = "node = \"read\"";
    private static final String OPERATOR_READ = "operator = \"read\"";
    private static final String OPERATOR_WRITE = "operator = \"write\"";

    /// Serf gives up on an address after 10 s, and a name can have several.
    private static final Duration JOINING = Duration.ofSeconds(25);

    private final LocalAgent agent;
    private final Documents documents = new Documents();

    /// @param agent whom to ask; its timeout counts for each question
    public ConsulApi(LocalAgent agent) {
        this.agent = agent;
    }

    /// The leader's raft address, empty if this agent knows none. Needs no token.
    public ApiAnswer<String> leader() {
        return agent.leader();
    }

    /// The raft addresses of the configuration's servers. Needs no token. A client agent asks a server for them.
    public ApiAnswer<List<String>> peers() {
        return documents.read(agent.get("/v1/status/peers", NO_RULE), documents::peers);
    }

    /// The agent's own node id. Looks at nothing else that the agent says of itself: whether a server is ready must not
    /// depend on how its version prints its raft statistics.
    public ApiAnswer<String> nodeId() {
        return own(documents.read(agent.get(SELF, AGENT_READ), documents::nodeId), id -> id);
    }

    /// What the agent says of itself; of a server with its raft statistics. Asks no other agent.
    public ApiAnswer<AgentSelf> self() {
        return own(documents.read(agent.get(SELF, AGENT_READ), documents::self), AgentSelf::nodeId);
    }

    /// Takes nothing for the own agent's that another one says of itself.
    private <T> ApiAnswer<T> own(ApiAnswer<T> answer, Function<T, String> nodeId) {
        if (!(answer instanceof ApiAnswer.Ok<T>(T value))) {
            return answer;
        }
        return agent.foreign(nodeId.apply(value))
                .<ApiAnswer<T>>map(ApiAnswer.Foreign::new)
                .orElse(answer);
    }

    /// Tells the agent to do something, if it is the one that this launcher started: the address may lead to another.
    private <T> ApiAnswer<T> tell(Supplier<ApiAnswer<T>> order) {
        if (!agent.mustBeOwn()) {
            return order.get();
        }
        ApiAnswer<String> proof = nodeId();
        return proof instanceof ApiAnswer.Ok<String> ? order.get() : proof.withoutValue();
    }

    /// Which of these rules the token lacks; none where ACLs are off. A token that Consul doesn't know is `Denied`.
    /// Asked of the endpoint that Consul's own UI uses, which checks rules without any effect and logs nothing.
    ///
    /// @param node the agent's node name; empty text if it isn't known
    public ApiAnswer<Set<AclRule>> lacking(Set<AclRule> rules, String node) {
        List<AclRule> asked = List.copyOf(rules);
        return documents.read(agent.authorize(AclRule.question(asked, node)), text -> documents.lacking(text, asked));
    }

    /// The gossip pool of the datacenter. Consul leaves out what a token may not see instead of refusing. An agent
    /// is always a member itself, so nobody at all is a refusal; who sees only some gets those.
    public ApiAnswer<List<Member>> members() {
        ApiAnswer<List<Member>> answer = documents.read(agent.get("/v1/agent/members", NODE_READ), documents::members);
        return answer instanceof ApiAnswer.Ok<List<Member>> ok && ok.value().isEmpty()
                ? new ApiAnswer.Denied<>(NODE_READ)
                : answer;
    }

    /// The raft configuration as this server has it, with or without a leader. A server that has heard of no leader
    /// since its start refuses even a stale read; then it comes from the server's statistics, which need the rule
    /// `agent = "read"` too.
    public ApiAnswer<RaftConfiguration> raftConfiguration() {
        ApiAnswer<RaftConfiguration> answer = documents.read(
                agent.get("/v1/operator/raft/configuration?stale", OPERATOR_READ), documents::raftConfiguration);
        if (!(answer instanceof ApiAnswer.Refused<RaftConfiguration> refused) || !refused.isNoLeader()) {
            return answer;
        }
        ApiAnswer<AgentSelf> self = self();
        return self instanceof ApiAnswer.Ok<AgentSelf>(AgentSelf me)
                ? me.raft()
                        .<ApiAnswer<RaftConfiguration>>map(
                                raft -> new ApiAnswer.Ok<>(new RaftConfiguration(raft.configuration(), 0)))
                        .orElse(refused)
                : self.withoutValue();
    }

    /// The same of a server whose statistics are known. One that has heard of no leader since its start lets a
    /// question wait for one, 7 s by default, before it refuses it, so it isn't asked.
    public ApiAnswer<RaftConfiguration> raftConfiguration(RaftStats stats) {
        boolean waits = stats.lastContact().isEmpty() && !stats.state().equals("Leader");
        return waits ? new ApiAnswer.Ok<>(new RaftConfiguration(stats.configuration(), 0)) : raftConfiguration();
    }

    /// The leader's view of the servers; without a leader it is refused.
    public ApiAnswer<AutopilotHealth> autopilotHealth() {
        return documents.read(agent.autopilotHealth(), documents::autopilotHealth);
    }

    /// Joins the agent to another, which may take 25 s. Never give it its own address: that counts as a success.
    ///
    /// @param address a name or an address, with or without the port of gossip
    /// @return what the agent said, which is nothing
    public ApiAnswer<String> join(String address) {
        // Of the two ways to write a blank only %20 is good in a path.
        String segment = URLEncoder.encode(address, StandardCharsets.UTF_8).replace("+", "%20");
        return tell(() -> agent.put("/v1/agent/join/" + segment, AGENT_WRITE, JOINING));
    }

    /// Lets the agent leave the cluster and end. It answers when it has left, which takes a server some seconds
    /// (`leave_drain_time`, 5 s by default). It may end before it has answered: then nobody is there to answer, and
    /// only the end of its process tells.
    ///
    /// @param timeout instead of the agent's
    public ApiAnswer<String> leave(Duration timeout) {
        return tell(() -> agent.put("/v1/agent/leave", AGENT_WRITE, timeout));
    }

    /// Lets the leader hand over to another voter, of its choice. Consul has this since 1.15; an older one refuses it
    /// with 404 or 405.
    ///
    /// @return whether it did
    public ApiAnswer<Boolean> transferLeader() {
        return tell(() ->
                documents.read(agent.post("/v1/operator/raft/transfer-leader", OPERATOR_WRITE), documents::success));
    }
}
