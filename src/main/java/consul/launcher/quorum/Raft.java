package consul.launcher.quorum;

import com.fasterxml.jackson.databind.JsonNode;
import consul.launcher.recovery.LogWatch;
import consul.launcher.recovery.Member;
import consul.launcher.recovery.RaftServer;
import consul.launcher.recovery.RaftState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads what Consul's API says about raft and gossip. Pure.
final class Raft {

    private Raft() {}

    /// @param self `/v1/agent/self`
    /// @param configuration `/v1/operator/raft/configuration?stale`
    static RaftState state(JsonNode self, JsonNode configuration) {
        JsonNode stats = self.path("Stats").path("raft");
        List<RaftServer> servers = new ArrayList<>();
        for (JsonNode server : configuration.path("Servers")) {
            servers.add(new RaftServer(
                    server.path("ID").asText(),
                    server.path("Address").asText(),
                    server.path("Node").asText(),
                    server.path("Voter").asBoolean()));
        }
        LogWatch.End end = end(self);
        long index = configuration.path("Index").asLong();
        return new RaftState(
                servers,
                // Consul 1.8 always answers 0, which is no index: then any entry may be the configuration's.
                index == 0 ? end.index() : index,
                end.term(),
                end.index(),
                number(stats, "commit_index"));
    }

    /// Whether a server's own statistics say that it holds nothing. Asked for its raft configuration, one that never
    /// had
    /// a leader waits for one and then refuses (seen with Consul 1.8.7).
    static boolean isBlank(JsonNode self) {
        JsonNode stats = self.path("Stats").path("raft");
        return stats.path("latest_configuration").asText().equals("[]")
                && stats.path("last_log_index").asText().equals("0")
                && stats.path("last_snapshot_index").asText().equals("0");
    }

    static long applied(JsonNode self) {
        return number(self.path("Stats").path("raft"), "applied_index");
    }

    private static long number(JsonNode stats, String name) {
        return stats.path(name).asLong();
    }

    /// Where its log ends.
    static LogWatch.End end(JsonNode self) {
        JsonNode stats = self.path("Stats").path("raft");
        long logIndex = number(stats, "last_log_index");
        long snapshotIndex = number(stats, "last_snapshot_index");
        return snapshotIndex > logIndex
                ? new LogWatch.End(number(stats, "last_snapshot_term"), snapshotIndex)
                : new LogWatch.End(number(stats, "last_log_term"), logIndex);
    }

    static boolean isLeader(JsonNode self) {
        return self.path("Stats").path("raft").path("state").asText().equals("Leader");
    }

    /// When it last heard from the leader; a leader has "0", and a server that never heard from one "never".
    static Optional<Instant> contact(JsonNode self, Instant at) {
        return duration(self.path("Stats").path("raft").path("last_contact").asText())
                .map(at::minus);
    }

    /// Go's form of a duration, `1m2.5s` or `23.4ms`; empty for anything else, `never` for example.
    static Optional<Duration> duration(String text) {
        if (text.equals("0")) {
            return Optional.of(Duration.ZERO);
        }
        double nanos = 0;
        int at = 0;
        while (at < text.length()) {
            int unit = at;
            while (unit < text.length() && (Character.isDigit(text.charAt(unit)) || text.charAt(unit) == '.')) {
                unit++;
            }
            int end = unit;
            while (end < text.length() && !Character.isDigit(text.charAt(end)) && text.charAt(end) != '.') {
                end++;
            }
            double factor = nanosOf(text.substring(unit, end));
            if (unit == at || factor == 0) {
                return Optional.empty();
            }
            try {
                nanos += Double.parseDouble(text.substring(at, unit)) * factor;
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
            at = end;
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(Duration.ofNanos((long) nanos));
    }

    private static double nanosOf(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "µs", "μs", "us" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "m" -> 60e9;
            case "h" -> 3600e9;
            default -> 0;
        };
    }

    /// @param members `/v1/agent/members`
    static List<Member> members(JsonNode members) {
        List<Member> all = new ArrayList<>();
        for (JsonNode member : members) {
            JsonNode tags = member.path("Tags");
            all.add(new Member(
                    member.path("Name").asText(),
                    tags.path("id").asText(),
                    address(member),
                    status(member.path("Status").asInt()),
                    tags.path("role").asText().equals("consul")));
        }
        return all;
    }

    /// Where raft is: the member's address and its tag `port`.
    static String address(JsonNode member) {
        return hostAndPort(
                member.path("Addr").asText(), member.path("Tags").path("port").asText());
    }

    private static String hostAndPort(String host, String port) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    /// Without the port.
    static String host(String address) {
        int colon = address.lastIndexOf(':');
        String host = colon < 0 ? address : address.substring(0, colon);
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /// As serf numbers them: none, alive, leaving, left, failed.
    private static Member.Status status(int number) {
        return switch (number) {
            case 1 -> Member.Status.ALIVE;
            case 2 -> Member.Status.LEAVING;
            case 3 -> Member.Status.LEFT;
            default -> Member.Status.FAILED;
        };
    }
}
