package consul.launcher.consul;

import java.util.Map;
import java.util.Optional;

/// A member of the gossip pool, as this agent sees it: `/v1/agent/members`.
///
/// @param name the node's name
/// @param address its gossip address, which its other ports are at too
/// @param port the port of gossip
/// @param tags serf's, among them `role`, `id`, `dc`, `port`, `raft_vsn`, `expect`, `vsn`
public record Member(String name, String address, int port, Status status, Map<String, String> tags) {

    public Member {
        tags = Map.copyOf(tags);
    }

    /// Serf's numbers for a member's status.
    public enum Status {
        NONE,
        ALIVE,
        LEAVING,
        LEFT,
        FAILED;

        static Status of(int number) {
            return number >= 0 && number < values().length ? values()[number] : NONE;
        }
    }

    /// Whether it is a server.
    public boolean isServer() {
        return "consul".equals(tags.get("role"));
    }

    /// The node's id, which is a server's raft id.
    public Optional<String> id() {
        return Optional.ofNullable(tags.get("id")).filter(id -> !id.isEmpty());
    }
}
