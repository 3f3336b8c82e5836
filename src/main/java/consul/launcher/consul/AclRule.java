package consul.launcher.consul;

import java.util.List;
import java.util.stream.Collectors;

/// A rule of Consul's ACLs that something of the launcher needs.
public enum AclRule {
    AGENT_READ("agent", "read"),
    AGENT_WRITE("agent", "write"),
    NODE_READ("node", "read"),
    OPERATOR_READ("operator", "read");

    private final String resource;
    private final String access;

    AclRule(String resource, String access) {
        this.resource = resource;
        this.access = access;
    }

    /// As in a policy, without a name: `agent = "read"`.
    public String text() {
        return resource + " = \"" + access + "\"";
    }

    /// The body of `/v1/internal/acl/authorize`.
    ///
    /// @param node what rules for agents and nodes are asked of
    static String question(List<AclRule> rules, String node) {
        String segment = node.replace("\\", "\\\\").replace("\"", "\\\"");
        return rules.stream()
                .map(rule -> "{\"Resource\":\"" + rule.resource + "\",\"Access\":\"" + rule.access + "\",\"Segment\":\""
                        + (rule == OPERATOR_READ ? "" : segment) + "\"}")
                .collect(Collectors.joining(",", "[", "]"));
    }
}
