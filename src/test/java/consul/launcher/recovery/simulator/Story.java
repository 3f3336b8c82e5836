package consul.launcher.recovery.simulator;

import consul.launcher.recovery.DataDirectory.PeersFile;
import consul.launcher.recovery.InstanceState;
import consul.launcher.recovery.simulator.Cloud.Trouble;
import consul.launcher.recovery.simulator.Cloud.Troubled;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// What happens to a cluster, and when.
final class Story {

    private record Happening(long second, Consumer<History> what) {}

    private final List<Happening> happenings = new ArrayList<>();
    private int told;
    private int moves = 1;

    /// The drill and nothing else: a majority of three is terminated and replaced.
    static Story drill(int apart) {
        Story story = new Story();
        story.at(60, history -> story.terminate(history, history.cloud.servers.get(0)));
        story.at(60 + apart, history -> story.terminate(history, history.cloud.servers.get(1)));
        story.at(100, history -> history.replace(0));
        story.at(110 + apart, history -> history.replace(0));
        return story.sorted();
    }

    static Story byChance(SplittableRandom random, int size) {
        Story story = new Story();
        int majority = size / 2 + 1;
        long start = 30L + random.nextInt(100);
        int many = majority + (random.nextInt(4) == 0 ? random.nextInt(size - majority + 1) : 0);
        switch (random.nextInt(10)) {
            case 0 -> story.loss(random, start, many, 2);
            case 1 -> story.loss(random, start, many, 40);
            case 2 -> story.loss(random, start, many, 150);
            case 3 -> {
                story.at(start, story::partition);
                story.loss(random, start + random.nextInt(60), many, 60);
            }
            case 4 -> {
                for (int i = 0; i < many; i++) {
                    story.at(start + random.nextInt(40), story::stopOne);
                }
                story.at(start + 100 + random.nextInt(200), story::startOne);
            }
            case 5 -> {
                story.at(start, story::partition);
                story.at(start + 20 + random.nextInt(40), random.nextBoolean() ? story::glitch : story::foreign);
                story.at(start + 100 + random.nextInt(300), story::join);
            }
            case 6 -> story.loss(random, start, size, 60);
            case 7 -> story.back(random, start, majority);
            case 8 -> story.reuse(random, start);
            default -> {}
        }
        int noise = random.nextInt(8);
        for (int i = 0; i < noise; i++) {
            story.noise(random, 10 + random.nextInt(430));
        }
        // Operators look in now and then.
        for (long second = start + 60; second < 470; second += 20 + random.nextInt(80)) {
            story.at(second, story::operate);
        }
        return story.sorted();
    }

    private void loss(SplittableRandom random, long start, int many, int within) {
        for (int i = 0; i < many; i++) {
            long second = start + random.nextInt(within);
            at(second, this::terminateOne);
            at(second + 15 + random.nextInt(60), this::replaceOne);
        }
    }

    /// One that was away is just back when the others go.
    private void back(SplittableRandom random, long start, int majority) {
        int away = random.nextInt(majority);
        at(start, history -> {
            history.cloud.servers.get(away).group = 1;
            history.touch();
        });
        long joins = start + 20 + random.nextInt(60);
        at(joins, this::join);
        for (int i = 0; i <= majority; i++) {
            int goes = i;
            at(joins + random.nextInt(10), history -> {
                if (goes != away && goes < history.cloud.servers.size()) {
                    terminate(history, history.cloud.servers.get(goes));
                }
            });
            at(joins + 30 + random.nextInt(60), this::replaceOne);
        }
    }

    /// A living voter, without the tag and out of sight, whose old address went to an instance that is
    /// terminated.
    private void reuse(SplittableRandom random, long start) {
        at(start, history -> {
            history.cloud.servers.get(1).tagged = false;
            history.stopInstance(history.cloud.servers.get(1));
        });
        at(start + 60, history -> {
            history.cloud.servers.get(1).group = 1;
            history.startInstance(history.cloud.servers.get(1));
            history.cloud.newAddress(history.cloud.servers.get(1));
            history.replace(0);
        });
        at(start + 70 + random.nextInt(40), history -> terminate(history, history.cloud.servers.get(0)));
        at(start + 150 + random.nextInt(40), history -> terminate(history, history.cloud.servers.getLast()));
    }

    private void noise(SplittableRandom random, long second) {
        switch (random.nextInt(16)) {
            case 0 -> at(second, this::terminateOne);
            case 1 -> at(second, this::replaceOne);
            case 2 -> at(second, this::stopOne);
            case 3 -> at(second, this::startOne);
            case 4, 5 -> at(second, this::partition);
            case 6 -> at(second, this::join);
            case 7, 8 -> at(second, this::trouble);
            case 9, 10 -> at(second, history -> history.kill(any(history)));
            case 11 -> at(second, this::stray);
            case 12 -> at(second, this::acl);
            case 13 -> at(second, this::reap);
            case 14 -> at(second, this::glitch);
            default -> at(second, random.nextInt(3) == 0 ? History::sleep : this::startOne);
        }
    }

    private void at(long second, Consumer<History> what) {
        happenings.add(new Happening(second, what));
    }

    private Story sorted() {
        happenings.sort(Comparator.comparingLong(Happening::second));
        return this;
    }

    void happen(History history, long second) {
        while (told < happenings.size() && happenings.get(told).second() <= second) {
            happenings.get(told++).what().accept(history);
        }
    }

    private static Server any(History history) {
        return any(history, history.cloud.servers);
    }

    private static Server any(History history, List<Server> of) {
        return of.get(history.random().nextInt(of.size()));
    }

    private static List<Server> in(History history, InstanceState state) {
        return history.cloud.servers.stream()
                .filter(server -> server.state == state)
                .toList();
    }

    private void terminate(History history, Server server) {
        history.cloud.terminate(server, history.now());
    }

    private void terminateOne(History history) {
        List<Server> running = in(history, InstanceState.RUNNING);
        List<Server> holders =
                running.stream().filter(server -> !server.disk.isBlank()).toList();
        if (!running.isEmpty()) {
            terminate(history, any(history, holders.isEmpty() ? running : holders));
        }
    }

    /// A new instance, mostly with a new disk; once in a while with the disk of one that is terminated.
    private void replaceOne(History history) {
        int group = history.cloud.servers.get(history.random().nextInt(history.cloud.servers.size())).group;
        List<Server> gone = in(history, InstanceState.TERMINATED).stream()
                .filter(server -> !server.disk.isBlank())
                .toList();
        if (moves > 0 && !gone.isEmpty() && history.random().nextInt(6) == 0) {
            // One only: two disks of the old majority that come back after its death was proven can outvote anybody.
            moves--;
            Server old = any(history, gone);
            Disk moved = old.disk;
            old.disk = history.cloud.newDisk();
            history.launch(moved, group);
        } else {
            history.replace(group);
        }
    }

    private void stopOne(History history) {
        List<Server> running = in(history, InstanceState.RUNNING);
        if (!running.isEmpty()) {
            history.stopInstance(any(history, running));
        }
    }

    private void startOne(History history) {
        List<Server> stopped = in(history, InstanceState.STOPPED);
        if (!stopped.isEmpty()) {
            history.startInstance(any(history, stopped));
        }
    }

    private void partition(History history) {
        if (history.random().nextInt(3) == 0) {
            any(history).group = 1;
        } else {
            history.cloud.servers.forEach(
                    server -> server.group = history.random().nextInt(2));
        }
        history.touch();
    }

    private void join(History history) {
        history.cloud.servers.forEach(server -> server.group = 0);
        history.touch();
    }

    private void trouble(History history) {
        Trouble[] kinds = Trouble.values();
        trouble(history, kinds[history.random().nextInt(kinds.length - 1)]);
    }

    private void foreign(History history) {
        trouble(history, Trouble.FOREIGN);
    }

    private void trouble(History history, Trouble kind) {
        long until = history.now() + 10 + history.random().nextInt(200);
        history.cloud.troubles.add(new Troubled(kind, history.now(), until, ""));
    }

    private void glitch(History history) {
        if (history.cloud.troubles.stream().anyMatch(one -> one.trouble() == Trouble.GLITCH)) {
            // Two answers prove a death; two bad moments of the API that name the same instance would prove it wrongly.
            return;
        }
        long until = history.now() + 12;
        String victim = history.random().nextBoolean() ? any(history).id : "*";
        history.cloud.troubles.add(new Troubled(Trouble.GLITCH, history.now(), until, victim));
    }

    private void stray(History history) {
        Disk disk = any(history).disk;
        if (disk.peersFile == PeersFile.ABSENT) {
            disk.peersFile = PeersFile.STRAY;
        }
    }

    private void acl(History history) {
        any(history).deniesAcl = true;
    }

    private void reap(History history) {
        Server server = any(history);
        server.gossip.values().removeIf(known -> !known.alive());
    }

    private void operate(History history) {
        history.operate(any(history));
    }
}
