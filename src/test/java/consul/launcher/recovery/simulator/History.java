package consul.launcher.recovery.simulator;

import consul.launcher.recovery.DataDirectory.PeersFile;
import consul.launcher.recovery.InstanceState;
import consul.launcher.recovery.Mode;
import consul.launcher.recovery.Settings;
import consul.launcher.recovery.simulator.Config.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/// One history of a cluster, from its seed: a quiet start, a [Story] of trouble, and an end in which everything
/// that can come back comes back, so that an old quorum shows itself if there is one.
final class History {

    static final int STEP = 2;
    private static final int HEALS = 480;
    private static final int ENDS = 570;

    private final SplittableRandom random;
    private final Weakness weakness;
    private final Settings settings;
    final Cloud cloud;
    final Oracle oracle;
    private final Raft raft;
    private final Observer observer;
    private final Map<Server, Launcher> launchers = new HashMap<>();
    private final Story story;
    private final List<Server> ups = new ArrayList<>();
    private long now;
    private long shift;
    private boolean changed = true;

    History(long seed, Weakness weakness) {
        this(seed, weakness, new SplittableRandom(seed));
    }

    private History(long seed, Weakness weakness, SplittableRandom random) {
        this(seed, weakness, random, random.nextInt(3) < 2 ? 3 : 5, settings(random), Optional.empty());
    }

    private static Settings settings(SplittableRandom random) {
        Duration confirmation = Duration.ofSeconds(random.nextInt(3) == 0 ? 60 : 10);
        Duration most = switch (random.nextInt(3)) {
            case 0 -> Settings.DEFAULT_MAX_LOSS;
            case 1 -> Duration.ofMinutes(10);
            default -> Settings.ANY_LOSS;
        };
        Mode mode = random.nextInt(4) == 0 ? Mode.ADVISE : Mode.AUTO;
        return new Settings(mode, confirmation, most, Optional.of("consul=test"));
    }

    /// Without a guard the launcher goes by something else than the operator wants.
    private static Settings settings(Settings wanted, Weakness weakness) {
        Duration confirmation = weakness == Weakness.HASTY ? Settings.LEAST_CONFIRMATION : wanted.confirmation();
        Duration most = weakness == Weakness.ANY_LOSS ? Settings.ANY_LOSS : wanted.maxLoss();
        return new Settings(wanted.mode(), confirmation, most, wanted.tag());
    }

    /// The drill and nothing else.
    static History drill(long seed, int apart) {
        Settings settings =
                new Settings(Mode.AUTO, Duration.ofSeconds(10), Settings.ANY_LOSS, Optional.of("consul=test"));
        SplittableRandom random = new SplittableRandom(seed);
        return new History(seed, Weakness.NONE, random, 3, settings, Optional.of(Story.drill(apart)));
    }

    /// @param only what happens, instead of what chance brings
    private History(
            long seed, Weakness weakness, SplittableRandom random, int size, Settings settings, Optional<Story> only) {
        this.random = random;
        this.weakness = weakness;
        this.cloud = new Cloud(random);
        this.oracle = new Oracle(seed, cloud.servers, settings);
        this.raft = new Raft(random, oracle, size);
        this.observer = new Observer(cloud);
        this.settings = settings(settings, weakness);
        this.story = only.orElseGet(() -> Story.byChance(random, size));
        begin(size);
    }

    private void begin(int size) {
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Server server = launch(cloud.newDisk(), 0);
            server.boots = 0;
            slots.add(new Slot(server.disk.raftId, server.address, true));
        }
        Entry first = new Entry(1, new Config(slots));
        for (Server server : cloud.servers) {
            server.disk.term = 1;
            server.disk.append(first);
        }
    }

    Server launch(Disk disk, int group) {
        Server server = cloud.launch(disk, now, group);
        launchers.put(server, new Launcher(server, settings, weakness, cloud, oracle, observer));
        return server;
    }

    Oracle run() {
        while (now - shift < ENDS && oracle.violation().isEmpty()) {
            step();
        }
        return oracle;
    }

    void step() {
        now += STEP;
        long second = now - shift;
        if (second < HEALS) {
            story.happen(this, second);
        } else if (second < HEALS + STEP) {
            heal();
        }
        cloud.tick(now);
        processes();
        if (changed) {
            topology();
        }
        raft.tick(ups, now);
        for (Server server : List.copyOf(cloud.servers)) {
            Launcher launcher = launcher(server);
            boolean up = server.up;
            launcher.tick(now);
            changed |= up != server.up;
        }
        if (changed) {
            topology();
        }
    }

    /// Machines boot and die, killed launchers are started again.
    private void processes() {
        for (Server server : cloud.servers) {
            Launcher launcher = launcher(server);
            if (launcher.alive && server.isOff(now)) {
                launcher.kill(now, Long.MAX_VALUE);
                changed = true;
            } else if (!launcher.alive && !server.isOff(now) && now >= server.boots && now >= launcher.restartAt) {
                launcher.start(now);
                changed = true;
            }
        }
    }

    /// Gossip notices who can be reached.
    private void topology() {
        changed = false;
        ups.clear();
        for (Server server : cloud.servers) {
            if (server.up) {
                ups.add(server);
            }
        }
        for (Server server : ups) {
            server.gossip.replaceAll((name, known) -> known.alive() && !server.reaches(cloud.server(name))
                    ? new Server.Known(known.raftId(), known.address(), false, now)
                    : known);
            for (Server other : ups) {
                if (server.reaches(other)) {
                    server.gossip.put(other.id, new Server.Known(other.disk.raftId, other.address, true, now));
                }
            }
            launcher(server).gossip();
        }
    }

    Launcher launcher(Server server) {
        Launcher launcher = launchers.get(server);
        if (launcher == null) {
            throw new IllegalStateException(server.id);
        }
        return launcher;
    }

    void heal() {
        cloud.troubles.clear();
        for (Server server : cloud.servers) {
            server.group = 0;
            server.deniesAcl = false;
            if (server.disk.peersFile == PeersFile.STRAY) {
                server.disk.peersFile = PeersFile.ABSENT;
            }
            startInstance(server);
        }
        changed = true;
    }

    // What a story can do.

    long now() {
        return now;
    }

    SplittableRandom random() {
        return random;
    }

    void touch() {
        changed = true;
    }

    void replace(int group) {
        launch(cloud.newDisk(), group);
    }

    void stopInstance(Server server) {
        if (server.state == InstanceState.RUNNING) {
            server.change(InstanceState.STOPPING, now);
            server.dies = now + random.nextInt(6);
            server.terminates = now + 6 + random.nextInt(30);
            server.boots = Long.MAX_VALUE;
        }
    }

    void startInstance(Server server) {
        if (server.state == InstanceState.STOPPED) {
            server.change(InstanceState.RUNNING, now);
            server.dies = Long.MAX_VALUE;
            server.boots = now + Cloud.BOOT;
            if (random.nextBoolean()) {
                cloud.newAddress(server);
            }
        }
    }

    void kill(Server server) {
        if (launcher(server).alive) {
            launcher(server).kill(now, now + 1 + random.nextInt(15));
            changed = true;
        }
    }

    void operate(Server server) {
        if (launcher(server).alive) {
            launcher(server).order(now);
        }
    }

    /// Everybody sleeps for over an hour, in which EC2 forgets the terminated.
    void sleep() {
        now += 4000;
        shift += 4000;
    }
}
