package consul.launcher.consul;

/// Whether an agent can be used, in one answer.
public sealed interface Readiness {

    record Ready() implements Readiness {}

    /// @param why one line
    record NotReady(String why) implements Readiness {}

    /// The agent answers and knows a leader.
    static Readiness of(LocalAgent agent) {
        ApiAnswer<String> leader = agent.leader();
        if (!(leader instanceof ApiAnswer.Ok<String> ok)) {
            return new NotReady(leader.describe());
        }
        return ok.value().isEmpty()
                ? new NotReady("the agent at " + agent.address() + " knows no leader")
                : new Ready();
    }

    /// And this server is a healthy voter, in the eyes of autopilot. Needs the rules `agent = "read"` and
    /// `operator = "read"`.
    static Readiness ofVoter(LocalAgent agent) {
        Readiness readiness = of(agent);
        if (readiness instanceof NotReady) {
            return readiness;
        }
        ConsulApi api = new ConsulApi(agent);
        ApiAnswer<String> self = api.nodeId();
        if (!(self instanceof ApiAnswer.Ok<String>(String id))) {
            return new NotReady(self.describe());
        }
        ApiAnswer<AutopilotHealth> health = api.autopilotHealth();
        if (!(health instanceof ApiAnswer.Ok<AutopilotHealth>(AutopilotHealth known))) {
            return new NotReady(health.describe());
        }
        if (known.servers().isEmpty()) {
            return new NotReady("autopilot has no health yet, as in the first seconds after an election");
        }
        for (AutopilotHealth.Server server : known.servers()) {
            if (server.id().equals(id)) {
                return voter(server);
            }
        }
        return new NotReady("this agent is no server of the raft configuration");
    }

    private static Readiness voter(AutopilotHealth.Server server) {
        if (!server.voter()) {
            return new NotReady("this server is not a voter yet");
        }
        return server.healthy()
                ? new Ready()
                : new NotReady("this server is a voter, but not healthy: serf status " + server.serfStatus());
    }
}
