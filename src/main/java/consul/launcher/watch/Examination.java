package consul.launcher.watch;

import consul.launcher.config.Log;
import consul.launcher.consul.AclRule;
import consul.launcher.consul.AgentSelf;
import consul.launcher.consul.ApiAnswer;
import consul.launcher.consul.ConsulApi;
import consul.launcher.consul.LocalAgent;
import java.util.Set;

/// Looks in the first moments whether the launcher may do to the agent what it is there for: whether the agent is its
/// own, and whether its token has the rules. While something is wrong it looks again, ever more seldom, since each
/// refusal is a line in Consul's log.
final class Examination {

    /// A child that has just started may not have written its node id yet.
    private static final int LOOKS_TO_START = 3;

    private static final int FIRST_PAUSE = 12;
    private static final int LONGEST_PAUSE = 60;

    private final Set<Feature> features;
    private final Log log;

    /// How many looks to leave out, now and after the next trouble.
    private int skip;

    private int pause = FIRST_PAUSE;

    private int foreignLooks;
    private boolean foreign;

    /// Whether only the rules are left to look at.
    private boolean proven;

    private boolean done;
    private String said = "";

    Examination(Set<Feature> features, Log log) {
        this.features = features;
        this.log = log;
    }

    /// Whether another agent answers.
    boolean isForeign() {
        return foreign;
    }

    /// @param leader whether the agent knows one, without whom tokens may not be known
    void look(LocalAgent local, boolean leader) {
        if (done || skip > 0 || (proven && !leader)) {
            skip = Math.max(0, skip - 1);
            return;
        }
        ConsulApi agent = new ConsulApi(local);
        ApiAnswer<AgentSelf> self = agent.self();
        foreign = self instanceof ApiAnswer.Foreign<AgentSelf>;
        proven = !foreign;
        if (foreign && ++foreignLooks < LOOKS_TO_START) {
            return;
        }
        String trouble = "";
        if (foreign) {
            trouble = self.describe() + ": nothing is done to it, no leave, no join, no recovery: correct or unset"
                    + " CONSUL_HTTP_ADDR";
        } else if (leader) {
            trouble = rules(agent, self instanceof ApiAnswer.Ok<AgentSelf>(AgentSelf me) ? me.nodeName() : "");
            done = trouble.isEmpty();
        }
        if (!trouble.isEmpty()) {
            skip = pause;
            pause = Math.min(LONGEST_PAUSE, pause * 2);
        }
        if (!trouble.equals(said) && !(trouble.isEmpty() && !leader)) {
            if (trouble.isEmpty()) {
                log.info("the agent is this launcher's own, and its token has the rules that are needed");
            } else {
                log.warn(trouble);
            }
            said = trouble;
        }
    }

    private String rules(ConsulApi agent, String node) {
        ApiAnswer<Set<AclRule>> lacking = agent.lacking(Feature.rules(features), node);
        if (lacking instanceof ApiAnswer.Denied<Set<AclRule>>) {
            return Feature.withUnknownToken(features) + ": " + Feature.REMEDY;
        }
        // Anything else tells nothing about rules.
        return lacking instanceof ApiAnswer.Ok<Set<AclRule>>(Set<AclRule> rules) && !rules.isEmpty()
                ? Feature.withoutRules(features, rules) + ": " + Feature.REMEDY
                : "";
    }
}
