package consul.launcher.recovery.simulator;

import consul.launcher.recovery.DataDirectory.PeersFile;
import consul.launcher.recovery.Ec2Round;
import consul.launcher.recovery.Effect;
import consul.launcher.recovery.Event;
import consul.launcher.recovery.Journal;
import consul.launcher.recovery.LedgerText;
import consul.launcher.recovery.LogWatch;
import consul.launcher.recovery.Machine;
import consul.launcher.recovery.Phase;
import consul.launcher.recovery.Phase.Order;
import consul.launcher.recovery.Plan;
import consul.launcher.recovery.ProofLedger;
import consul.launcher.recovery.Resume;
import consul.launcher.recovery.Settings;
import consul.launcher.recovery.Step;
import consul.launcher.recovery.simulator.Config.Slot;
import java.util.Optional;

/// The launcher on one server: the real planner and machine, with actors that take a step of time for each
/// thing they do, so that it can be killed before and after each.
final class Launcher {

    private enum Task {
        NONE,
        COLLECT,
        STOP,
        COPY,
        WRITE,
        START,
        VERIFY
    }

    final Server server;
    final Settings settings;
    private final Weakness weakness;
    private final Lies lies;
    private final Cloud cloud;
    private final Oracle oracle;
    private final Observer observer;

    boolean alive;
    long restartAt;
    Machine machine;
    ProofLedger ledger = ProofLedger.empty();
    Optional<Ec2Round> round = Optional.empty();
    long watchedSince;
    long leaderSeenAt = Server.NEVER;
    private LogWatch watch = LogWatch.start();
    private long contact = Server.NEVER;
    private Task task = Task.NONE;
    private Optional<Plan> plan = Optional.empty();
    private Order order = Order.LAUNCHER;
    private long deadline;
    private String lastLog = "";
    private boolean unproven;

    Launcher(Server server, Settings settings, Weakness weakness, Cloud cloud, Oracle oracle, Observer observer) {
        this.server = server;
        this.settings = settings;
        this.weakness = weakness;
        this.lies = new Lies(weakness);
        this.cloud = cloud;
        this.oracle = oracle;
        this.observer = observer;
        this.machine = Machine.start(settings);
    }

    /// The container starts.
    void start(long now) {
        alive = true;
        machine = Machine.start(settings);
        ledger = reread(server.disk.ledger);
        round = Optional.empty();
        watchedSince = now;
        leaderSeenAt = Server.NEVER;
        watch = LogWatch.start();
        contact = Server.NEVER;
        task = Task.NONE;
        lastLog = "";
        if (Resume.after(server.disk.journal, server.disk.peersFile) == Resume.TAKE_BACK) {
            server.disk.peersFile = PeersFile.ABSENT;
            server.disk.plan = Optional.empty();
        }
        server.disk.journal = Optional.empty();
        startConsul(now);
    }

    private static ProofLedger reread(ProofLedger kept) {
        return switch (LedgerText.read(LedgerText.write(kept))) {
            case LedgerText.Read read -> read.ledger();
            case LedgerText.Unreadable unreadable -> throw new IllegalStateException(unreadable.why());
        };
    }

    /// A kill -9, which takes Consul along; or the end of the machine.
    void kill(long now, long restart) {
        alive = false;
        restartAt = restart;
        server.down(now);
    }

    private void startConsul(long now) {
        Disk disk = server.disk;
        if (disk.peersFile == PeersFile.OURS && disk.plan.isPresent()) {
            oracle.recovers(server, disk.plan.get(), order, now);
            disk.ingest(config(disk.plan.get()));
        }
        server.up = true;
        server.heard = now;
        server.electedAt = now;
    }

    private static Config config(Plan plan) {
        Config config = Config.NONE;
        for (String line : plan.peersJson().split("\n")) {
            String[] parts = line.split("\"");
            if (parts.length > 8) {
                config = config.with(new Slot(parts[3], parts[7], line.contains("\"non_voter\": false")));
            }
        }
        return config;
    }

    /// Gossip has changed.
    void gossip() {
        ledger = ledger.learn(Observer.members(server));
        lookForUnproven();
        save();
    }

    private void lookForUnproven() {
        unproven = false;
        server.gossip.forEach(
                (name, known) -> unproven |= !known.alive() && !ledger.proofs().containsKey(name));
    }

    private void save() {
        watch.completeAt().ifPresent(at -> ledger = ledger.complete(at));
        if (weakness == Weakness.CONTACT_ONLY && contact != Server.NEVER) {
            ledger = ledger.complete(Cloud.time(contact));
        }
        server.disk.ledger = ledger;
    }

    void tick(long now) {
        if (!alive) {
            return;
        }
        watchLog();
        if (server.knowsLeader(now)) {
            leaderSeenAt = now;
        }
        work(now);
        boolean leader = leaderKnown(now);
        if (leader && !unproven && machine.phase() instanceof Phase.Run) {
            // Nothing would come of it.
            return;
        }
        handle(new Event.Polled(Cloud.time(now), leader, unproven), now);
        if (weakness == Weakness.NOT_ALONE && machine.phase() instanceof Phase.Planned) {
            order(now);
        }
    }

    private void watchLog() {
        if (server.contact <= contact) {
            return;
        }
        contact = server.contact;
        Optional<LogWatch.End> leaders = Optional.empty();
        if (watch.isDoubtful()) {
            for (Server other : cloud.servers) {
                if (other.leader
                        && other.address.equals(server.leaderAddress)
                        && (other == server || server.reaches(other))) {
                    leaders = Optional.of(end(other));
                }
            }
        }
        watch = watch.on(Cloud.time(contact), server.leaderAddress, end(server), leaders);
    }

    private static LogWatch.End end(Server server) {
        return new LogWatch.End(server.disk.lastTerm(), server.disk.log.size());
    }

    private boolean leaderKnown(long now) {
        if (server.up) {
            return server.knowsLeader(now);
        }
        for (Server other : cloud.servers) {
            if (other.group == server.group && other.knowsLeader(now)) {
                return true;
            }
        }
        return false;
    }

    /// An operator applies what is advised.
    void order(long now) {
        if (machine.phase() instanceof Phase.Planned planned) {
            handle(new Event.Ordered(Cloud.time(now), planned.plan().hash()), now);
        }
    }

    private void work(long now) {
        Disk disk = server.disk;
        switch (task) {
            case NONE -> {}
            case COLLECT -> {
                task = Task.NONE;
                ask(now);
                handle(new Event.Collected(lies.facts(observer.facts(this, now))), now);
            }
            case STOP -> {
                task = Task.NONE;
                server.down(now);
                handle(new Event.Done(Cloud.time(now)), now);
            }
            case COPY -> {
                disk.journal = Optional.of(new Journal(plan.orElseThrow().hash(), Journal.Step.COPY));
                task = Task.WRITE;
            }
            case WRITE -> {
                if (disk.peersFile == PeersFile.STRAY && weakness != Weakness.ANY_PEERS_JSON) {
                    // Written so that it never replaces: somebody was quicker.
                    task = Task.NONE;
                    disk.journal = Optional.empty();
                    handle(new Event.Failed(Cloud.time(now), "there is a peers.json of somebody else"), now);
                    return;
                }
                if (disk.peersFile == PeersFile.STRAY) {
                    oracle.report(Violation.Kind.STRAY_OVERWRITTEN, now, server.id);
                }
                disk.journal = Optional.of(new Journal(plan.orElseThrow().hash(), Journal.Step.WRITE));
                disk.peersFile = PeersFile.OURS;
                disk.plan = plan;
                task = Task.START;
            }
            case START -> {
                disk.journal = Optional.of(new Journal(plan.orElseThrow().hash(), Journal.Step.START));
                task = Task.NONE;
                startConsul(now);
                handle(new Event.Done(Cloud.time(now)), now);
            }
            case VERIFY -> {
                if (server.knowsLeader(now)) {
                    task = Task.NONE;
                    disk.journal = Optional.empty();
                    handle(new Event.Done(Cloud.time(now)), now);
                } else if (now > deadline) {
                    task = Task.NONE;
                    disk.journal = Optional.empty();
                    handle(new Event.Failed(Cloud.time(now), "no leader"), now);
                }
            }
        }
    }

    private void handle(Event event, long now) {
        Step step = machine.on(event);
        machine = step.machine();
        for (Effect effect : step.effects()) {
            switch (effect) {
                case Effect.Log log -> log(log.text(), now);
                case Effect.Look ask -> ask(now);
                case Effect.Collect collect -> task = Task.COLLECT;
                case Effect.StopConsul stop -> {
                    task = Task.STOP;
                    boolean person = machine.phase() instanceof Phase.Stop asked && asked.order() == Order.OPERATOR;
                    order = person && weakness != Weakness.NOT_ALONE ? Order.OPERATOR : Order.LAUNCHER;
                }
                case Effect.StartConsul start -> {
                    task = Task.NONE;
                    startConsul(now);
                }
                case Effect.Apply apply -> {
                    task = Task.COPY;
                    plan = Optional.of(apply.plan());
                }
                case Effect.Verify verify -> {
                    task = Task.VERIFY;
                    deadline = now + 30;
                }
            }
        }
    }

    private void ask(long now) {
        for (Server other : cloud.servers) {
            if (server.reaches(other) && other.knowsLeader(now)) {
                leaderSeenAt = now;
            }
        }
        Ec2Round answer = lies.round(cloud.round(server, now), server, ledger);
        ledger = lies.observe(ledger, answer, server);
        round = Optional.of(answer);
        lookForUnproven();
        save();
    }

    private void log(String text, long now) {
        if (text.equals(lastLog)) {
            oracle.report(Violation.Kind.REPEATED_LOG, now, text);
        }
        lastLog = text;
    }
}
