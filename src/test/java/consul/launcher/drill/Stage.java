package consul.launcher.drill;

import consul.launcher.testkit.LocalAgent;
import consul.launcher.testkit.LocalCluster;
import consul.launcher.testkit.RealConsul;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// One scenario's servers, on addresses 127.0.4.11 and up, and what happened to them when.
final class Stage implements AutoCloseable {

    /// What a scenario was to show did not come true.
    static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failed(String message) {
            super(message);
        }
    }

    /// How the launchers are set.
    ///
    /// @param recovery whether the launchers do what they can
    /// @param defaults whether Consul elects and the launcher confirms as slowly as they do by default
    record Settings(boolean recovery, boolean defaults) {}

    private static final int FIRST = 11;
    private static final int LAST = 29;

    /// Nobody is told to join there.
    private static final int CLIENT = 41;

    private final Settings settings;
    private final LocalCluster cluster;
    private final PrintStream out;
    private final Instant start = Instant.now();
    private final Map<String, LocalAgent> living = new HashMap<>();
    private final List<LocalAgent> servers = new ArrayList<>();
    private final Path directory;
    private int next = FIRST;
    private boolean closed;
    private Optional<Writes> writes = Optional.empty();

    Stage(Path launcher, RealConsul consul, Path directory, Settings settings, int expect, PrintStream out) {
        this.settings = settings;
        this.directory = directory;
        this.out = out;
        List<String> join = new ArrayList<>();
        for (int i = 0; i < expect; i++) {
            join.add(address(FIRST + i));
        }
        this.cluster = new LocalCluster(launcher, consul, directory, join);
    }

    private static String address(int number) {
        return "127.0.4." + number;
    }

    LocalCluster cluster() {
        return cluster;
    }

    /// A line of the timeline.
    void note(String text) {
        double seconds = Duration.between(start, Instant.now()).toMillis() / 1000.0;
        out.println(String.format("    %7.1f s  %s", seconds, text));
        out.flush();
    }

    /// Launches an instance and starts a server on it.
    LocalAgent server() {
        int number = next++;
        LocalAgent agent =
                start(LocalAgent.Spec.server(String.format("i-0dd000000000000%02d", number), address(number)));
        synchronized (servers) {
            servers.add(agent);
        }
        return agent;
    }

    /// Launches an instance without the servers' tag and starts a client on it.
    LocalAgent client() {
        int number = CLIENT;
        LocalAgent.Spec spec = LocalAgent.Spec.client(String.format("i-0dd000000000000%02d", number), address(number));
        cluster.ec2().command("launch", "id=" + spec.id() + ",address=" + spec.address() + ",tag:Role=client");
        return start(spec);
    }

    private LocalAgent start(LocalAgent.Spec spec) {
        LocalAgent agent = cluster.start(spec, environment());
        living.put(spec.id(), agent);
        return agent;
    }

    private Map<String, String> environment() {
        List<String> all = new ArrayList<>();
        for (int number = FIRST; number <= LAST; number++) {
            all.add("\"" + address(number) + "\"");
        }
        String performance = settings.defaults() ? "" : "\"performance\": {\"raft_multiplier\": 1}, ";
        return Map.ofEntries(
                // By address, since this Consul can't be told where the EC2 API is.
                Map.entry(
                        "CONSUL_LOCAL_CONFIG",
                        "{" + performance + "\"retry_interval\": \"1s\", \"retry_join\": [" + String.join(", ", all)
                                + "]}"),
                Map.entry("CONSUL_RETRY_JOIN", ""),
                // Without a tag nobody is looked for.
                Map.entry("TAG_KEY", settings.recovery() ? "Role" : ""),
                Map.entry("TAG_VALUE", settings.recovery() ? "consul" : ""),
                Map.entry("AWS_REGION", "eu-central-1"),
                Map.entry("AWS_ACCESS_KEY_ID", "drill"),
                Map.entry("AWS_SECRET_ACCESS_KEY", "drill"),
                Map.entry("AWS_ENDPOINT_URL_EC2", cluster.ec2().endpoint("127.0.0.1")),
                Map.entry("CONSUL_QUORUM_RECOVERY", settings.recovery() ? "auto" : "off"),
                Map.entry("CONSUL_QUORUM_RECOVERY_CONFIRM", settings.defaults() ? "60s" : "10s"));
    }

    Settings settings() {
        return settings;
    }

    void form(int count) {
        for (int i = 0; i < count; i++) {
            server();
        }
        cluster.awaitFormed();
        note(count + " servers form a cluster, the leader is "
                + servers().getFirst().leader().orElse("gone again"));
        writes = Optional.of(new Writes(() -> addresses()));
        until("writes are acknowledged", Scenario.LONG, () -> writes().acknowledged() > 20);
        // What the launchers learn of their healthy cluster.
        if (!settings.recovery()) {
            return;
        }
        until(
                "every launcher knows its servers",
                Scenario.LONG,
                () -> servers().stream()
                        .allMatch(agent -> Files.exists(launcherFile(agent, "owner"))
                                && read(launcherFile(agent, "ledger")).contains("\ncomplete ")));
        note(writes().acknowledged() + " writes are acknowledged");
    }

    Writes writes() {
        return writes.orElseThrow();
    }

    List<LocalAgent> servers() {
        synchronized (servers) {
            return List.copyOf(servers);
        }
    }

    private List<String> addresses() {
        return servers().stream().map(agent -> agent.spec().address()).toList();
    }

    /// As a machine that loses its power, and EC2 says so.
    void terminate(LocalAgent agent) {
        down(agent);
        cluster.ec2().command("terminate", "id=" + agent.spec().id());
        note("terminated " + agent);
    }

    /// As a machine that shuts down; EC2 says so, but not yet that it is terminated.
    void shutDown(LocalAgent agent) {
        down(agent);
        cluster.ec2().command("state", "state=shutting-down,id=" + agent.spec().id());
        note("shutting down " + agent);
    }

    /// Ends a launcher as the kernel does, and then whatever it leaves, and starts a new one on the same instance.
    LocalAgent restartKilled(LocalAgent agent) {
        ProcessHandle started = ProcessHandle.of(agent.process().pid()).orElseThrow();
        // What a launcher leaves is found before it is gone, or not at all.
        List<ProcessHandle> all =
                Stream.concat(Stream.of(started), started.descendants()).toList();
        List<ProcessHandle> launchers =
                all.stream().filter(process -> isProgram(process, "java")).toList();
        check(launchers.size() == 1, "a launcher is one process, not " + launchers);
        Running.kill(launchers);
        Running.kill(all);
        return restart(agent, "killed the launcher of " + agent);
    }

    /// As a task that is stopped and started again on the same instance.
    LocalAgent restartTask(LocalAgent agent) {
        agent.stop();
        return restart(agent, "restarted the task on " + agent);
    }

    private LocalAgent restart(LocalAgent agent, String what) {
        down(agent);
        LocalAgent again = start(agent.spec());
        synchronized (servers) {
            servers.add(again);
        }
        note(what);
        return again;
    }

    void stopInstance(LocalAgent agent) {
        down(agent);
        cluster.ec2().command("stop", "id=" + agent.spec().id());
        note("stopped the instance " + agent);
    }

    LocalAgent startInstance(LocalAgent agent) {
        cluster.ec2().command("start", "id=" + agent.spec().id());
        LocalAgent again = start(agent.spec());
        synchronized (servers) {
            servers.add(again);
        }
        note("started the instance " + agent);
        return again;
    }

    private void down(LocalAgent agent) {
        synchronized (servers) {
            servers.remove(agent);
        }
        living.remove(agent.spec().id());
        agent.kill();
    }

    LocalAgent replace() {
        LocalAgent agent = server();
        note("launched " + agent + " as a replacement");
        return agent;
    }

    /// Consul on it is as if the network were gone: it neither hears nor answers. The launcher goes on.
    void freeze(LocalAgent agent, boolean frozen) {
        String signal = frozen ? "STOP" : "CONT";
        try (Stream<ProcessHandle> all =
                ProcessHandle.of(agent.process().pid()).orElseThrow().descendants()) {
            all.filter(process -> isProgram(process, "consul"))
                    .forEach(process -> Running.send(signal, Long.toString(process.pid())));
        }
        note((frozen ? "cut off " : "connected again ") + agent);
    }

    private static boolean isProgram(ProcessHandle process, String name) {
        return process.info()
                .command()
                .map(Path::of)
                .map(Path::getFileName)
                .filter(file -> file.toString().equals(name))
                .isPresent();
    }

    /// @throws Failed if it doesn't come true in time
    void until(String what, Duration within, Supplier<Boolean> condition) {
        check(comesTrue(within, condition), "not within " + within.toSeconds() + " s: " + what);
    }

    boolean comesTrue(Duration within, Supplier<Boolean> condition) {
        long end = System.nanoTime() + within.toNanos();
        while (!condition.get()) {
            if (System.nanoTime() > end) {
                return false;
            }
            pause();
        }
        return true;
    }

    private static void pause() {
        try {
            // Between two looks at a condition.
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted");
        }
    }

    void awaitLeader(LocalAgent by, Duration within) {
        until("a leader that " + by + " knows", within, () -> by.leader().isPresent());
        note("leader: " + by.leader().orElse("gone again") + ", as " + by + " sees it");
    }

    void awaitNoLeader(LocalAgent by) {
        until("no leader any more for " + by, Scenario.LONG, () -> by.leader().isEmpty());
        note("no leader any more, as " + by + " sees it");
    }

    /// Without the launcher's help nothing changes, for as long as one watches.
    void staysWithoutLeader(LocalAgent by, Duration watched) {
        long end = System.nanoTime() + watched.toNanos();
        while (System.nanoTime() < end) {
            check(by.leader().isEmpty(), "there is a leader, without any recovery");
            pause();
        }
        note("no leader for " + watched.toSeconds() + " s, as " + by + " sees it, and none to come");
    }

    void awaitVoters(LocalAgent by, int count, Duration within) {
        until(count + " voters, " + by + " has " + by.peers(), within, () -> voters(by) == count && deadPeers(by) == 0);
        note(count + " voters, all alive: " + by.peers());
    }

    private static long voters(LocalAgent by) {
        String json = by.get("/v1/operator/raft/configuration").orElse("");
        return json.split("\"Voter\":true", -1).length - 1L;
    }

    private long deadPeers(LocalAgent by) {
        List<String> alive = addresses();
        return by.peers().stream()
                .filter(peer -> !alive.contains(peer.substring(0, peer.lastIndexOf(':'))))
                .count();
    }

    void awaitLog(LocalAgent agent, String text, Duration within) {
        until("'" + text + "' in the log of " + agent, within, () -> agent.log().contains(text));
        note(agent + " says: " + said(agent, text));
    }

    /// The first line of its log that has a text.
    String said(LocalAgent agent, String text) {
        return agent.log()
                .lines()
                .filter(line -> line.contains(text))
                .findFirst()
                .map(line -> line.substring(line.indexOf("launcher: ") + "launcher: ".length()))
                .orElse("");
    }

    /// How often a plan was applied, by anybody.
    long applied() {
        return cluster.agents().stream()
                .map(agent -> launcherFile(agent, "audit.log"))
                .distinct()
                .mapToLong(file -> read(file)
                        .lines()
                        .filter(line -> line.contains("applying plan"))
                        .count())
                .sum();
    }

    /// When the last of the deaths that this launcher proved was proven.
    Optional<Instant> proven(LocalAgent agent) {
        return read(launcherFile(agent, "ledger"))
                .lines()
                .filter(line -> line.startsWith("dead "))
                .map(line -> Instant.parse(line.split(" ", -1)[3]))
                .max(Comparator.naturalOrder());
    }

    Path launcherFile(LocalAgent agent, String name) {
        return Path.of(agent.environment().get("CONSUL_DATA_DIR"), "launcher", name);
    }

    static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The acknowledged writes that are gone.
    int lost(LocalAgent by) {
        List<Integer> lost = new ArrayList<>();
        until("the writes are counted", Scenario.LONG, () -> {
            var counted = writes().lost(by.spec().address());
            counted.ifPresent(lost::addAll);
            return counted.isPresent();
        });
        note(writes().acknowledged() + " writes were acknowledged, " + lost.size() + " of them are lost " + lost);
        return lost.size();
    }

    void check(boolean holds, String what) {
        if (!holds) {
            throw new Failed(what);
        }
    }

    /// How each log ends, for who must find out what went wrong.
    void showLogs() {
        for (LocalAgent agent : cluster.agents()) {
            out.println("---- " + agent + ": its launcher's last words");
            List<String> lines = agent.log()
                    .lines()
                    .filter(line -> line.contains("launcher: "))
                    .toList();
            lines.subList(Math.max(0, lines.size() - 25), lines.size()).forEach(out::println);
        }
    }

    Path directory() {
        return directory;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        writes.ifPresent(Writes::close);
        try {
            living.values().forEach(LocalAgent::kill);
        } catch (AssertionError e) {
            note(String.valueOf(e.getMessage()));
        }
        try {
            cluster.close();
        } catch (AssertionError e) {
            // A drill ends as it likes; what was left is killed by now.
            note(String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }
}
