package consul.launcher.watch;

import consul.launcher.consul.ApiAnswer;
import consul.launcher.consul.Json;
import consul.launcher.consul.LocalAgent;
import consul.launcher.json.JsonNode;
import consul.launcher.watch.LeavePolicy.Health;

/// What the servers look like from here. Needs the ACL rules `agent = "read"` and `operator = "read"`.
final class ServerHealth {

    private ServerHealth() {}

    static Health of(LocalAgent agent) {
        ApiAnswer<String> leader = agent.leader();
        if (!(leader instanceof ApiAnswer.Ok<String> known)) {
            return new Health.Unknown(leader.describe());
        }
        ApiAnswer<JsonNode> self = Json.read(agent.get("/v1/agent/self", "agent = \"read\""));
        if (!(self instanceof ApiAnswer.Ok<JsonNode> me)) {
            return new Health.Unknown(self.describe());
        }
        if (known.value().isEmpty()) {
            return new Health.Known(false, 0, 0, false);
        }
        ApiAnswer<JsonNode> health = Json.read(agent.autopilotHealth());
        return health instanceof ApiAnswer.Ok<JsonNode> servers
                ? count(
                        servers.value(),
                        me.value().path("Config").path("NodeID").asText())
                : new Health.Unknown(health.describe());
    }

    /// Whether this server is the leader. One that isn't has no leadership to hand over: Consul would take it from
    /// whoever has it.
    static boolean leads(LocalAgent agent) {
        return Json.read(agent.get("/v1/agent/self", "agent = \"read\"")) instanceof ApiAnswer.Ok<JsonNode> me
                && me.value()
                        .path("Stats")
                        .path("consul")
                        .path("leader")
                        .asText()
                        .equals("true");
    }

    private static Health count(JsonNode health, String ownId) {
        int listed = 0;
        int voters = 0;
        int healthyOthers = 0;
        boolean isVoter = false;
        for (JsonNode server : health.path("Servers")) {
            listed++;
            if (!server.path("Voter").asBoolean()) {
                continue;
            }
            voters++;
            if (server.path("ID").asText().equals(ownId)) {
                isVoter = true;
            } else if (server.path("Healthy").asBoolean()) {
                healthyOthers++;
            }
        }
        // A leader that has just been elected lists none until it has looked for the first time.
        return listed == 0
                ? new Health.Unknown("the leader's autopilot lists no server")
                : new Health.Known(true, voters, healthyOthers, isVoter);
    }
}
