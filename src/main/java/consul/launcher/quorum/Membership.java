package consul.launcher.quorum;

import consul.launcher.config.Log;
import consul.launcher.consul.AgentSelf;
import consul.launcher.consul.ApiAnswer;
import consul.launcher.consul.ConsulApi;
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
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Finds the servers again by their tag, where an agent has no leader or a server sees no other one, and joins those
/// that gossip doesn't know. Consul's own retry-join ends for good with its first success, and joining itself counts as
/// one (hashicorp/consul#2868, #3722, #5516). Silent and idle while all is well.
public final class Membership {

    /// An ordinary election is over by then, and a server that starts has seen the others.
    static final Duration PATIENCE = Duration.ofSeconds(15);

    static final Duration FIRST_PAUSE = Duration.ofSeconds(10);

    /// A fleet that lost its servers asks the EC2 API no more often than that, each agent at another moment.
    static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    /// How often a server with a leader looks whether it is alone.
    static final Duration BETWEEN_LOOKS = Duration.ofSeconds(60);

    /// One living server is enough, as gossip does the rest; several at once, since some may be on their way down.
    private static final int MOST_JOINS = 5;

    /// The quorum is watched by the same thread.
    private static final Duration LONGEST_JOINING = Duration.ofSeconds(8);

    /// What it is made of.
    ///
    /// @param instanceId the own EC2 instance id; empty text if it isn't known
    /// @param agent the own agent
    /// @param servers how many servers the cluster is to have; 0 of a client
    /// @param cloud made when EC2 is first asked
    /// @param opener for the other agents
    /// @param chance a number from 0 to 1
    public record Parts(
            String instanceId,
            LocalAgent agent,
            int servers,
            Supplier<Cloud> cloud,
            Opener opener,
            DoubleSupplier chance) {}

    private final Parts parts;
    private final ConsulApi agent;
    private final InstantSource clock;
    private final Log log;

    private Optional<Instant> next = Optional.empty();
    private Instant nextLook = Instant.MIN;
    private boolean alone;
    private int attempt;
    private String lastSaid = "";

    public Membership(Parts parts, InstantSource clock, Log log) {
        this.parts = parts;
        this.agent = new ConsulApi(parts.agent());
        this.clock = clock;
        this.log = log;
    }

    /// The regular look. Blocks for about a minute at worst, where EC2 and other agents are asked.
    ///
    /// @param leader whether the own agent knows one
    public void look(boolean leader) {
        if (leader && !isAlone()) {
            next = Optional.empty();
            attempt = 0;
            lastSaid = "";
            return;
        }
        Instant now = clock.instant();
        if (next.isEmpty()) {
            next = Optional.of(now.plus(PATIENCE).plus(pause(attempt)));
        }
        if (now.isBefore(next.get())) {
            return;
        }
        attempt++;
        next = Optional.of(now.plus(pause(attempt)));
        discover(leader);
    }

    /// Whether this is a server that is to have others beside it, knows a leader, and sees none: newcomers that were
    /// started while it couldn't be reached may have given up looking for it.
    private boolean isAlone() {
        Instant now = clock.instant();
        if (parts.servers() > 1 && !now.isBefore(nextLook)) {
            nextLook = now.plus(BETWEEN_LOOKS);
            alone = agent.members() instanceof ApiAnswer.Ok<List<consul.launcher.consul.Member>> ok
                    && Raft.members(ok.value()).stream()
                                    .filter(member -> member.server() && member.status() == Member.Status.ALIVE)
                                    .count()
                            <= 1;
        }
        return alone;
    }

    private Duration pause(int after) {
        return pause(after, parts.chance().getAsDouble());
    }

    /// A random time up to 10, 20, 40, … s and at most 5 minutes, but at least half of it.
    static Duration pause(int attempt, double chance) {
        Duration longest = FIRST_PAUSE.multipliedBy(1L << Math.min(attempt, 10));
        Duration most = longest.compareTo(LONGEST_PAUSE) < 0 ? longest : LONGEST_PAUSE;
        return Duration.ofMillis((long) (most.toMillis() * (0.5 + chance / 2)));
    }

    private void discover(boolean leader) {
        String why = leader ? "no other server in sight" : "no leader";
        ApiAnswer<List<consul.launcher.consul.Member>> gossip = agent.members();
        ApiAnswer<AgentSelf> self = agent.self();
        if (!(gossip instanceof ApiAnswer.Ok<List<consul.launcher.consul.Member>> all)
                || !(self instanceof ApiAnswer.Ok<AgentSelf> me)) {
            String refusal = gossip instanceof ApiAnswer.Ok<?> ? self.describe() : gossip.describe();
            say(why + ", and the own agent can't be asked whom it knows: " + refusal);
            return;
        }
        switch (parts.cloud().get().running()) {
            case Cloud.Unseen unseen -> say(why + ", and the servers can't be looked for: " + unseen.why());
            case Cloud.Seen seen -> {
                consul.launcher.consul.Member member = me.value().member();
                Map<String, String> others = new TreeMap<>(seen.addresses());
                others.remove(parts.instanceId());
                Map<String, String> strangers = strangers(others, Raft.members(all.value()), member.address());
                boolean blank =
                        me.value().raft().filter(raft -> !raft.isBlank()).isEmpty();
                join(
                        why,
                        strangers,
                        address -> blank || isOfThisCluster(address, Raft.address(me.value())),
                        member.port());
            }
        }
    }

    /// Where those instances are that gossip doesn't know as alive, by address or by name: EC2 shows the first of an
    /// instance's addresses, which needn't be the one that its agent advertises. Never the own address.
    static Map<String, String> strangers(Map<String, String> addresses, List<Member> members, String own) {
        Set<String> known = new TreeSet<>(Set.of(own));
        Map<String, String> strangers = new TreeMap<>(addresses);
        for (Member member : members) {
            if (member.status() == Member.Status.ALIVE) {
                known.add(Raft.host(member.address()));
                strangers.remove(member.name());
            }
        }
        strangers.values().removeIf(known::contains);
        return strangers;
    }

    /// Whether a server that holds raft state may be joined with the one at an address. The leader of another
    /// cluster would make it a follower and overwrite its log, so only with one that counts this one among its
    /// peers, or that is blank: no peers, and no leader. Needs no token.
    private boolean isOfThisCluster(String address, String ownRaft) {
        Optional<LocalAgent> opened = parts.opener().open(address);
        if (opened.isEmpty()) {
            return false;
        }
        try (LocalAgent other = opened.get()) {
            ApiAnswer<String> leader = new ConsulApi(other).leader();
            ApiAnswer<List<String>> peers = new ConsulApi(other).peers();
            if (!(leader instanceof ApiAnswer.Ok<String> known) || !(peers instanceof ApiAnswer.Ok<List<String>> its)) {
                return false;
            }
            return its.value().contains(ownRaft)
                    || (its.value().isEmpty() && known.value().isEmpty());
        }
    }

    /// @param port of gossip, which is taken to be the same in the whole cluster
    private void join(String why, Map<String, String> strangers, Predicate<String> may, int port) {
        List<String> joined = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        Instant end = clock.instant().plus(LONGEST_JOINING);
        for (Map.Entry<String, String> stranger : strangers.entrySet()) {
            if (joined.size() + failed.size() == MOST_JOINS || clock.instant().isAfter(end)) {
                break;
            }
            String who = stranger.getKey() + " at " + stranger.getValue();
            if (!may.test(stranger.getValue())) {
                failed.add(who + ", is of another cluster or doesn't say");
                continue;
            }
            ApiAnswer<String> answer = agent.join(Raft.hostAndPort(stranger.getValue(), port));
            if (answer instanceof ApiAnswer.Ok<String>) {
                joined.add(who);
                nextLook = Instant.MIN;
            } else {
                failed.add(who + (answer instanceof ApiAnswer.Denied<String> denied ? ", needs " + denied.rule() : ""));
            }
        }
        if (!joined.isEmpty()) {
            say(why + ": joined " + String.join(", ", joined) + ", found by tag");
        } else if (!failed.isEmpty()) {
            say(why + ": found by tag, but can't join: " + String.join("; ", failed));
        }
    }

    private void say(String what) {
        if (!what.equals(lastSaid)) {
            lastSaid = what;
            log.info(what);
        }
    }
}
