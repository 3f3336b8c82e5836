package consul.launcher.consul;

import consul.launcher.json.JsonNode;

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
        ApiAnswer<JsonNode> self = Json.read(agent.get("/v1/agent/self", "agent = \"read\""));
        if (!(self instanceof ApiAnswer.Ok<JsonNode> me)) {
            return new NotReady(self.describe());
        }
        String id = me.value().path("Config").path("NodeID").asText();
        ApiAnswer<JsonNode> health = Json.read(agent.autopilotHealth());
        if (!(health instanceof ApiAnswer.Ok<JsonNode> servers)) {
            return new NotReady(health.describe());
        }
        for (JsonNode server : servers.value().path("Servers")) {
            if (server.path("ID").asText().equals(id)) {
                return voter(server);
            }
        }
        return new NotReady("this agent is no server of the raft configuration");
    }

    private static Readiness voter(JsonNode server) {
        if (!server.path("Voter").asBoolean()) {
            return new NotReady("this server is not a voter yet");
        }
        return server.path("Healthy").asBoolean()
                ? new Ready()
                : new NotReady("this server is a voter, but not healthy: serf status "
                        + server.path("SerfStatus").asText());
    }
}
