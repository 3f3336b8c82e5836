package consul.launcher.quorum;

import consul.launcher.consul.AgentSelf;
import consul.launcher.consul.RaftConfiguration;
import consul.launcher.consul.RaftStats;
import consul.launcher.recovery.LogWatch;
import consul.launcher.recovery.Member;
import consul.launcher.recovery.RaftServer;
import consul.launcher.recovery.RaftState;
import java.util.List;

/// What Consul's API says about raft and gossip, in the planner's terms. Pure.
final class Raft {

    private Raft() {}

    static RaftState state(RaftStats stats, RaftConfiguration configuration) {
        List<RaftServer> servers = configuration.servers().stream()
                .map(server -> new RaftServer(server.id(), server.address(), server.node(), server.voter()))
                .toList();
        // Consul 1.8 always answers 0, which is no index: then any entry may be the configuration's.
        long index = configuration.index() == 0 ? stats.lastIndex() : configuration.index();
        return new RaftState(servers, index, stats.lastTerm(), stats.lastIndex(), stats.commitIndex());
    }

    /// Where a log ends.
    static LogWatch.End end(RaftStats stats) {
        return new LogWatch.End(stats.lastTerm(), stats.lastIndex());
    }

    static List<Member> members(List<consul.launcher.consul.Member> members) {
        return members.stream().map(Raft::member).toList();
    }

    private static Member member(consul.launcher.consul.Member member) {
        Member.Status status = switch (member.status()) {
            case ALIVE -> Member.Status.ALIVE;
            case LEAVING -> Member.Status.LEAVING;
            case LEFT -> Member.Status.LEFT;
            case FAILED, NONE -> Member.Status.FAILED;
        };
        return new Member(member.name(), member.id().orElse(""), address(member), status, member.isServer());
    }

    /// `ip:port` of a server's raft.
    static String address(AgentSelf self) {
        return address(self.member());
    }

    /// The member's address and its tag `port`; of a client without a port.
    private static String address(consul.launcher.consul.Member member) {
        return bracketed(member.address()) + ":" + member.tags().getOrDefault("port", "");
    }

    static String hostAndPort(String host, int port) {
        return bracketed(host) + ":" + port;
    }

    private static String bracketed(String host) {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }

    /// Without the port.
    static String host(String address) {
        int colon = address.lastIndexOf(':');
        String host = colon < 0 ? address : address.substring(0, colon);
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
