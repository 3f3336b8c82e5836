package consul.launcher.watch;

import consul.launcher.consul.AgentSelf;
import consul.launcher.consul.ApiAnswer;
import consul.launcher.consul.AutopilotHealth;
import consul.launcher.consul.ConsulApi;
import consul.launcher.watch.LeavePolicy.Health;
import java.util.List;

/// What the servers look like from here. Needs the ACL rules `agent = "read"` and `operator = "read"`.
final class ServerHealth {

    private ServerHealth() {}

    static Health of(ConsulApi agent) {
        ApiAnswer<String> leader = agent.leader();
        if (!(leader instanceof ApiAnswer.Ok<String>(String address))) {
            return new Health.Unknown(leader.describe());
        }
        ApiAnswer<String> self = agent.nodeId();
        if (!(self instanceof ApiAnswer.Ok<String>(String ownId))) {
            return new Health.Unknown(self.describe());
        }
        if (address.isEmpty()) {
            return new Health.Known(false, 0, 0, false);
        }
        ApiAnswer<AutopilotHealth> health = agent.autopilotHealth();
        return health instanceof ApiAnswer.Ok<AutopilotHealth>(AutopilotHealth known)
                ? count(known.servers(), ownId)
                : new Health.Unknown(health.describe());
    }

    /// Whether this server is the leader. One that isn't has no leadership to hand over: Consul would take it from
    /// whoever has it.
    static boolean leads(ConsulApi agent) {
        return agent.self() instanceof ApiAnswer.Ok<AgentSelf>(AgentSelf me)
                && me.raft().filter(raft -> raft.state().equals("Leader")).isPresent();
    }

    private static Health count(List<AutopilotHealth.Server> servers, String ownId) {
        int voters = 0;
        int healthyOthers = 0;
        boolean isVoter = false;
        for (AutopilotHealth.Server server : servers) {
            if (!server.voter()) {
                continue;
            }
            voters++;
            if (server.id().equals(ownId)) {
                isVoter = true;
            } else if (server.healthy()) {
                healthyOthers++;
            }
        }
        // A leader that has just been elected lists none until it has looked for the first time.
        return servers.isEmpty()
                ? new Health.Unknown("the leader's autopilot lists no server")
                : new Health.Known(true, voters, healthyOthers, isVoter);
    }
}
