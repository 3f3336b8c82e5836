package consul.launcher.testkit;

import consul.launcher.mockec2.Ec2Mock;
import consul.launcher.mockec2.Options;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Real Consul agents on loopback addresses, each started by a launcher of its own, which asks the mock EC2 who it is.
/// Closing it stops whatever still runs: clients first, so that servers are there to hear them leave.
public final class LocalCluster implements AutoCloseable {

    /// Server RPC, gossip in the LAN and in the WAN, HTTP, DNS:
    /// <https://developer.hashicorp.com/consul/docs/install/ports>
    private static final int[] TCP_PORTS = {8300, 8301, 8302, 8500, 8600};

    private static final int[] UDP_PORTS = {8301, 8302, 8600};

    /// How long a test waits for something to become true among agents: seconds on an idle machine.
    public static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path launcher;
    private final RealConsul consul;
    private final Path directory;
    private final List<String> join;
    private final Ec2Mock ec2;
    private final List<LocalAgent> agents = new ArrayList<>();
    private final Leftovers leftovers = new Leftovers();
    private boolean closed;

    /// @param launcher the program `consul-launcher`
    /// @param directory an existing one; gets the agents' data and logs
    /// @param join what all agents are told by `CONSUL_RETRY_JOIN`, and as many servers are expected
    public LocalCluster(Path launcher, RealConsul consul, Path directory, List<String> join) {
        this(launcher, consul, directory, join, Options.loopback());
    }

    /// @param options what the mock EC2 starts with
    public LocalCluster(Path launcher, RealConsul consul, Path directory, List<String> join, Options options) {
        this.launcher = launcher.toAbsolutePath();
        this.consul = consul;
        this.directory = directory.toAbsolutePath();
        this.join = List.copyOf(join);
        this.ec2 = Ec2Mock.start(options);
    }

    /// Of the launcher that this build made, and the Consul of this machine.
    public static LocalCluster ofBuiltLauncher(Path directory, List<String> join) {
        String built = System.getProperty("launcher.directory");
        if (built == null) {
            throw new AssertionError("the system property launcher.directory is missing: Maven sets it");
        }
        return new LocalCluster(Path.of(built, "consul-launcher"), RealConsul.find(), directory, join);
    }

    public Ec2Mock ec2() {
        return ec2;
    }

    /// All that were started, in order.
    public synchronized List<LocalAgent> agents() {
        return List.copyOf(agents);
    }

    /// Those of them that nobody stopped.
    public List<LocalAgent> running() {
        return agents().stream().filter(LocalAgent::isExpected).toList();
    }

    /// The one that was started last on this instance.
    public LocalAgent agent(String id) {
        return agents().reversed().stream()
                .filter(agent -> agent.spec().id().equals(id))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no agent was started on " + id));
    }

    /// Waits until all that run know the same leader and each other as alive, and all servers among them are raft
    /// peers.
    ///
    /// @throws AssertionError if they don't, or as soon as one of them ends
    public void awaitFormed() {
        List<LocalAgent> expected = running();
        List<String> servers = expected.stream()
                .filter(agent -> agent.spec().role() == LocalAgent.Role.SERVER)
                .map(agent -> agent.spec().address() + ":8300")
                .sorted()
                .toList();
        Eventually.value(
                () -> "a leader and " + expected.size() + " living members; " + seenBy(expected),
                PATIENCE,
                () -> ended(expected)
                        .or(() -> expected.stream().findFirst().filter(any -> hasFormed(expected, servers))));
        ended(expected).ifPresent(agent -> {
            throw new AssertionError("the agent " + agent + " ended by itself, with exit code "
                    + agent.process().await().exitCode() + "\n" + agent.logTail());
        });
    }

    private static Optional<LocalAgent> ended(List<LocalAgent> agents) {
        return agents.stream().filter(agent -> !agent.process().isAlive()).findFirst();
    }

    private static String seenBy(List<LocalAgent> agents) {
        return agents.stream()
                .map(agent ->
                        agent + " sees the leader " + agent.leader().orElse("none") + " and alive " + agent.living())
                .collect(Collectors.joining("; "));
    }

    private static boolean hasFormed(List<LocalAgent> agents, List<String> servers) {
        Optional<String> leader = agents.getFirst().leader();
        if (leader.isEmpty()
                || !agents.stream().allMatch(agent -> agent.leader().equals(leader))) {
            return false;
        }
        Set<String> ids = agents.stream().map(agent -> agent.spec().id()).collect(Collectors.toSet());
        return agents.getFirst().peers().equals(servers)
                && agents.stream().allMatch(agent -> agent.living().containsAll(ids));
    }

    /// Launches the instance if there is none yet, and the agent on it, with `run agent`.
    ///
    /// @param more variables beside or instead of the usual ones
    /// @param arguments behind `agent`
    /// @throws IllegalStateException if a port that Consul needs is taken
    public synchronized LocalAgent start(LocalAgent.Spec spec, Map<String, String> more, String... arguments) {
        if (closed) {
            throw new IllegalStateException("the cluster is closed");
        }
        refuseTakenPorts(spec.address());
        if (!ec2.fleet().instances().containsKey(spec.id())) {
            ec2.command(
                    "launch",
                    "id=" + spec.id() + ",address=" + spec.address() + ",zone=" + spec.zone() + ",tag:Role=consul");
        }
        Map<String, String> environment = environment(spec);
        environment.putAll(more);
        Path log = directory.resolve(spec.id() + ".log");
        try {
            Files.createDirectories(Path.of(environment.get("CONSUL_DATA_DIR")));
            Files.createDirectories(Path.of(environment.get("CONSUL_CONFIG_DIR")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Under nohup, or in the background, it would ignore some signals.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal", launcher.toString(), "run", "agent"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        LocalAgent agent = new LocalAgent(spec, environment, log, consul, Running.start(builder));
        agents.add(agent);
        return agent;
    }

    public LocalAgent start(LocalAgent.Spec spec) {
        return start(spec, Map.of());
    }

    /// What `consul-launcher` says when it is called in the agent's place, with `plan agent` for example.
    public Running.Finished ask(LocalAgent agent, String... arguments) {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(agent.environment());
        try (Running running = Running.start(builder)) {
            return running.await();
        }
    }

    /// Everything that the launcher on this instance is told: nothing of this process's own settings gets in.
    private Map<String, String> environment(LocalAgent.Spec spec) {
        Map<String, String> environment = new TreeMap<>();
        leftovers.mark(environment);
        Path home = directory.resolve(spec.id());
        environment.put("PATH", consul.binary().getParent() + File.pathSeparator + System.getenv("PATH"));
        environment.put("HOME", directory.toString());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("LANG", "C.UTF-8");
        // No call home; a leader and a join soon: Consul's defaults suit larger networks.
        environment.put("CHECKPOINT_DISABLE", "1");
        environment.put(
                "CONSUL_LOCAL_CONFIG", "{\"performance\": {\"raft_multiplier\": 1}, \"retry_interval\": \"1s\"}");
        // As whoever runs this: the user consul exists in the image only.
        environment.put("CONSUL_DISABLE_PERM_MGMT", "1");
        environment.put("CONSUL_DATA_DIR", home.resolve("data").toString());
        environment.put("CONSUL_CONFIG_DIR", home.resolve("config").toString());
        environment.put("CONSUL_BIND", "-bind=" + spec.address());
        environment.put("CONSUL_CLIENT", "-client=" + spec.address());
        environment.put("CONSUL_RETRY_JOIN", String.join(" ", join));
        environment.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", ec2.endpoint(spec.address()));
        // The second of the default is short where many start at once on a machine with few cores.
        environment.put("AWS_METADATA_SERVICE_TIMEOUT", "20");
        if (spec.role() == LocalAgent.Role.SERVER) {
            environment.put("CONSUL_SERVER", "true");
            environment.put("BOOTSTRAP_EXPECT", Integer.toString(join.size()));
        }
        return environment;
    }

    private static void refuseTakenPorts(String address) {
        InetAddress host = InetAddress.ofLiteral(address);
        String taken = "";
        for (int port : TCP_PORTS) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(host, port));
            } catch (IOException e) {
                taken += " " + port + "/tcp";
            }
        }
        for (int port : UDP_PORTS) {
            try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(host, port))) {
                socket.getLocalPort();
            } catch (IOException e) {
                taken += " " + port + "/udp";
            }
        }
        if (!taken.isEmpty()) {
            throw new IllegalStateException("on " + address + " these ports that Consul needs are in use:" + taken
                    + "; stop what listens there, another Consul for example");
        }
    }

    /// Stops what still runs.
    ///
    /// @throws AssertionError if something had to be killed, or was left
    @Override
    public synchronized void close() {
        closed = true;
        List<String> problems = new ArrayList<>();
        stop(LocalAgent.Role.CLIENT, problems);
        stop(LocalAgent.Role.SERVER, problems);
        ec2.close();
        problems.addAll(leftovers.kill());
        if (!problems.isEmpty()) {
            throw new AssertionError("the stop left something: " + String.join("; ", problems));
        }
    }

    /// All of a role at once.
    private void stop(LocalAgent.Role role, List<String> problems) {
        List<LocalAgent> running = agents.stream()
                .filter(agent -> agent.spec().role() == role && agent.process().isAlive())
                .toList();
        for (LocalAgent agent : running) {
            try {
                agent.process().signal("TERM");
            } catch (AssertionError e) {
                // It ended by itself just now.
            }
        }
        for (LocalAgent agent : running) {
            try {
                agent.process().await(PATIENCE);
            } catch (AssertionError e) {
                problems.add(agent + " ignored TERM for " + PATIENCE.toSeconds() + " s");
                agent.process().close();
            }
        }
    }
}
