package consul.launcher.quorum;

import com.fasterxml.jackson.databind.JsonNode;
import consul.launcher.config.Log;
import consul.launcher.consul.ApiAnswer;
import consul.launcher.consul.Json;
import consul.launcher.consul.LocalAgent;
import consul.launcher.recovery.Member;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/// Finds the servers again by their tag once there is no leader, and joins those that gossip doesn't know. Consul's own
/// retry-join ends for good with its first success, and joining itself counts as one (hashicorp/consul#2868, #3722,
/// #5516). Silent and idle while there is a leader.
public final class Membership {

    /// An ordinary election is over by then.
    static final Duration PATIENCE = Duration.ofSeconds(15);

    static final Duration FIRST_PAUSE = Duration.ofSeconds(10);

    /// A fleet that lost its servers asks the EC2 API no more often than that, each agent at another moment.
    static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    /// One living server is enough, as gossip does the rest; several at once, since some may be on their way down.
    private static final int MOST_JOINS = 5;

    private final LocalAgent agent;
    private final Supplier<Cloud> cloud;
    private final InstantSource clock;
    private final DoubleSupplier chance;
    private final Log log;

    private Optional<Instant> next = Optional.empty();
    private int attempt;
    private String lastSaid = "";

    /// @param chance a number from 0 to 1
    public Membership(LocalAgent agent, Supplier<Cloud> cloud, InstantSource clock, DoubleSupplier chance, Log log) {
        this.agent = agent;
        this.cloud = cloud;
        this.clock = clock;
        this.chance = chance;
        this.log = log;
    }

    /// The regular look.
    public void look(boolean leader) {
        if (leader) {
            next = Optional.empty();
            attempt = 0;
            lastSaid = "";
            return;
        }
        Instant now = clock.instant();
        if (next.isEmpty()) {
            next = Optional.of(now.plus(PATIENCE).plus(pause(attempt, chance.getAsDouble())));
        }
        if (now.isBefore(next.get())) {
            return;
        }
        attempt++;
        next = Optional.of(now.plus(pause(attempt, chance.getAsDouble())));
        discover();
    }

    /// A random time up to 10, 20, 40, … s and at most 5 minutes, but at least half of it.
    static Duration pause(int attempt, double chance) {
        Duration longest = FIRST_PAUSE.multipliedBy(1L << Math.min(attempt, 10));
        Duration most = longest.compareTo(LONGEST_PAUSE) < 0 ? longest : LONGEST_PAUSE;
        return Duration.ofMillis((long) (most.toMillis() * (0.5 + chance / 2)));
    }

    private void discover() {
        if (!(Json.read(agent.get("/v1/agent/members", "node_prefix \"\" { policy = \"read\" }"))
                instanceof ApiAnswer.Ok<JsonNode>(JsonNode gossip))) {
            return;
        }
        if (!(Json.read(agent.get("/v1/agent/self", Peers.AGENT_READ))
                instanceof ApiAnswer.Ok<JsonNode>(JsonNode self))) {
            return;
        }
        switch (cloud.get().running()) {
            case Cloud.Unseen unseen -> say("no leader, and the servers can't be looked for: " + unseen.why());
            case Cloud.Seen seen ->
                join(strangers(
                        seen.addresses(),
                        Raft.members(gossip),
                        self.path("Member").path("Addr").asText()));
        }
    }

    /// Where those instances are that gossip doesn't know as alive; never the own address.
    static Map<String, String> strangers(Map<String, String> addresses, List<Member> members, String own) {
        Set<String> known = new TreeSet<>(Set.of(own));
        for (Member member : members) {
            if (member.status() == Member.Status.ALIVE) {
                known.add(Raft.host(member.address()));
            }
        }
        Map<String, String> strangers = new TreeMap<>(addresses);
        strangers.values().removeIf(known::contains);
        return strangers;
    }

    private void join(Map<String, String> strangers) {
        List<String> joined = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        for (Map.Entry<String, String> stranger : strangers.entrySet()) {
            if (joined.size() + failed.size() == MOST_JOINS) {
                break;
            }
            ApiAnswer<String> answer = agent.join(stranger.getValue());
            String who = stranger.getKey() + " at " + stranger.getValue();
            if (answer instanceof ApiAnswer.Ok<String>) {
                joined.add(who);
            } else {
                failed.add(who + (answer instanceof ApiAnswer.Denied<String> denied ? ", needs " + denied.rule() : ""));
            }
        }
        if (!joined.isEmpty()) {
            say("no leader: joined " + String.join(", ", joined) + ", found by tag");
        } else if (!failed.isEmpty()) {
            say("no leader: found by tag, but can't join: " + String.join(", ", failed));
        }
    }

    private void say(String what) {
        if (!what.equals(lastSaid)) {
            lastSaid = what;
            log.info(what);
        }
    }
}
