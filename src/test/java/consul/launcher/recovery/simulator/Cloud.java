package consul.launcher.recovery.simulator;

import consul.launcher.recovery.Ec2Answer;
import consul.launcher.recovery.Ec2Round;
import consul.launcher.recovery.InstanceState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/// EC2: instances and what the API says about them, which is late, sometimes wrong and sometimes nothing.
final class Cloud {

    /// The API's answers lag behind by up to that; a machine needs longer to boot.
    static final int LAG = 9;

    static final int BOOT = 20;

    /// What is wrong with the API for a while.
    enum Trouble {
        DENIED(Ec2Answer.Kind.DENIED),
        THROTTLED(Ec2Answer.Kind.THROTTLED),
        UNREACHABLE(Ec2Answer.Kind.UNREACHABLE),
        WRONG_REGION(Ec2Answer.Kind.WRONG_REGION),
        INCOMPLETE(Ec2Answer.Kind.INCOMPLETE),
        /// The API of another account answers: it doesn't know this one's instances, or calls their namesakes
        /// terminated.
        FOREIGN(),
        /// One bad moment in which a living instance, or every one but the own, reads terminated.
        GLITCH();

        final Optional<Ec2Answer.Kind> kind;

        Trouble(Ec2Answer.Kind kind) {
            this.kind = Optional.of(kind);
        }

        Trouble() {
            this.kind = Optional.empty();
        }
    }

    /// @param victim of a glitch: an instance id, or `*`
    record Troubled(Trouble trouble, long from, long to, String victim) {}

    final List<Server> servers = new ArrayList<>();
    final List<Troubled> troubles = new ArrayList<>();
    private final Map<String, Server> byId = new HashMap<>();
    private final List<String> freeAddresses = new ArrayList<>();
    private final SplittableRandom random;
    private int next = 10;

    Cloud(SplittableRandom random) {
        this.random = random;
    }

    static Instant time(long second) {
        return Instant.ofEpochSecond(1_800_000_000L + second);
    }

    /// A new instance with a new disk, or with one that belonged to another.
    Server launch(Disk disk, long now, int group) {
        Server server = new Server("i-" + (10_000_000 + next), address(), disk, now);
        next++;
        server.group = group;
        server.boots = now + BOOT + random.nextInt(40);
        servers.add(server);
        byId.put(server.id, server);
        return server;
    }

    Disk newDisk() {
        return new Disk("raft-" + (100 + next), "i-" + (10_000_000 + next));
    }

    /// As often as not the address that a dead one had.
    private String address() {
        if (!freeAddresses.isEmpty() && random.nextInt(10) < 7) {
            return freeAddresses.remove(random.nextInt(freeAddresses.size()));
        }
        return "10.0.0." + (100 + servers.size()) + ":8300";
    }

    void newAddress(Server server) {
        String old = server.address;
        server.address = address();
        freeAddresses.add(old);
    }

    void terminate(Server server, long now) {
        if (server.state == InstanceState.SHUTTING_DOWN || server.isGone()) {
            return;
        }
        server.change(InstanceState.SHUTTING_DOWN, now);
        // The system goes down at some time while it is shutting-down; until then Consul may well run.
        int takes = random.nextInt(3) == 0 ? 1 + random.nextInt(60) : 1 + random.nextInt(12);
        server.terminates = now + takes;
        server.dies = now + random.nextInt(takes);
        server.boots = Long.MAX_VALUE;
    }

    void tick(long now) {
        for (Server server : servers) {
            if (server.state == InstanceState.SHUTTING_DOWN && now >= server.terminates) {
                server.change(InstanceState.TERMINATED, now);
                freeAddresses.add(server.address);
            } else if (server.state == InstanceState.STOPPING && now >= server.terminates) {
                server.change(InstanceState.STOPPED, now);
            } else if (server.state == InstanceState.PENDING && now >= server.launched + 3) {
                server.change(InstanceState.RUNNING, now);
            }
        }
    }

    Ec2Round round(Server asker, long now) {
        Optional<Troubled> troubled = troubles.stream()
                .filter(one -> now >= one.from() && now < one.to())
                .findFirst();
        Optional<Ec2Answer.Kind> failure = troubled.flatMap(one -> one.trouble().kind);
        if (failure.isPresent()) {
            Ec2Answer failed = new Ec2Answer.Failed(failure.get(), "trouble");
            return new Ec2Round(time(now), failed, failed);
        }
        boolean foreign =
                troubled.filter(one -> one.trouble() == Trouble.FOREIGN).isPresent();
        boolean empty = foreign && random.nextBoolean();
        String victim = troubled.map(Troubled::victim).orElse("");
        Map<String, InstanceState> states = new HashMap<>();
        Map<String, InstanceState> tagged = new HashMap<>();
        for (Server server : servers) {
            InstanceState seen = server.seen(now, random.nextInt(LAG + 1));
            if (seen == InstanceState.UNKNOWN || empty || (foreign && server == asker)) {
                continue;
            }
            boolean wrong = foreign || server.id.equals(victim) || (victim.equals("*") && server != asker);
            InstanceState told = wrong ? InstanceState.TERMINATED : seen;
            states.put(server.id, told);
            if (server.tagged) {
                tagged.put(server.id, told);
            }
        }
        return new Ec2Round(time(now), new Ec2Answer.Listed(states), new Ec2Answer.Listed(tagged));
    }

    Server server(String id) {
        Server server = byId.get(id);
        if (server == null) {
            throw new IllegalArgumentException(id);
        }
        return server;
    }
}
