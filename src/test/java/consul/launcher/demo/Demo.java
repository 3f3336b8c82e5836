package consul.launcher.demo;

import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.LocalAgent;
import consul.launcher.testkit.LocalCluster;
import consul.launcher.testkit.RealConsul;
import consul.launcher.testkit.Running;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// Three servers and a client, shown step by step to somebody who sees them for the first time.
final class Demo {

    static final List<LocalAgent.Spec> SERVERS = List.of(
            LocalAgent.Spec.server("i-0aa00000000000011", "127.0.0.11").inZone("eu-central-1a"),
            LocalAgent.Spec.server("i-0aa00000000000012", "127.0.0.12").inZone("eu-central-1b"),
            LocalAgent.Spec.server("i-0aa00000000000013", "127.0.0.13").inZone("eu-central-1c"));
    static final LocalAgent.Spec CLIENT =
            LocalAgent.Spec.client("i-0aa00000000000014", "127.0.0.14").inZone("eu-central-1a");

    /// What the demo was to show did not come true.
    static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failed(String message) {
            super(message);
        }
    }

    private final LocalCluster cluster;
    private final RealConsul consul;
    private final Path directory;
    private final PrintStream out;
    private final BooleanSupplier stopping;

    /// @param stopping whether agents end because the demo was told to stop
    Demo(LocalCluster cluster, RealConsul consul, Path directory, PrintStream out, BooleanSupplier stopping) {
        this.cluster = cluster;
        this.consul = consul;
        this.directory = directory;
        this.out = out;
        this.stopping = stopping;
    }

    static List<String> serverAddresses() {
        return SERVERS.stream().map(LocalAgent.Spec::address).toList();
    }

    private static List<LocalAgent.Spec> everybody() {
        return Stream.concat(SERVERS.stream(), Stream.of(CLIENT)).toList();
    }

    /// From nothing to a cluster.
    void show() {
        step("2. Consul, and a stand-in for the EC2 metadata service");
        line(consul.version() + ", " + consul.binary());
        line("The stand-in listens on port " + cluster.ec2().port() + " and tells instances apart by address:");
        for (LocalAgent.Spec spec : everybody()) {
            line(spec.address() + " is instance " + spec.id() + " in " + spec.zone());
        }

        step("3. Three servers and a client, each by: bin/consul-launcher run agent");
        for (LocalAgent.Spec spec : everybody()) {
            LocalAgent agent = cluster.start(spec);
            line("started on " + spec.address() + ", process " + agent.process().pid());
        }

        step("4. The cluster");
        long start = System.nanoTime();
        LocalAgent first = cluster.agents().getFirst();
        cluster.awaitFormed();
        line("formed within " + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms; the leader is "
                + first.leader().orElse("gone again"));
        out.println();
        lines(consul.run(first.spec().address(), "members").stdout());

        step("5. What the launcher told the first server, and why: bin/consul-launcher plan agent");
        lines(plan());
    }

    /// How to go on from here, until it is told to stop. Of each agent that ends it shows how the others bear it.
    ///
    /// @throws Failed once no agent is left
    void stay() {
        String address = SERVERS.getFirst().address();
        LocalAgent last = cluster.agent(SERVERS.getLast().id());
        step("It runs. Ctrl-C stops everything and leaves nothing behind.");
        line("Web UI    http://" + address + ":8500/ui");
        line("HTTP API  http://" + address + ":8500/v1/catalog/nodes");
        line("Consul    " + consul.binary() + " members -http-addr=http://" + CLIENT.address() + ":8500");
        line("Logs      " + directory);
        consulOf(last).ifPresent(pid -> line("Lose one  kill -9 " + pid + "    ends Consul of " + last));
        out.flush();
        List<LocalAgent> running = cluster.agents();
        while (!running.isEmpty()) {
            CompletableFuture.anyOf(running.stream()
                            .map(agent -> agent.process().onExit())
                            .toArray(CompletableFuture[]::new))
                    .join();
            List<LocalAgent> ended =
                    running.stream().filter(agent -> !agent.process().isAlive()).toList();
            running = running.stream().filter(agent -> !ended.contains(agent)).toList();
            if (stopping.getAsBoolean()) {
                return;
            }
            for (LocalAgent agent : ended) {
                step("The agent " + agent + " ended, with exit code "
                        + agent.process().await().exitCode() + ".");
            }
            if (!running.isEmpty()) {
                showHowTheyBear(ended, running);
            }
        }
        throw new Failed("no agent is left");
    }

    /// The process id of Consul below the agent's launcher, and below the init that may be in front of that.
    private Optional<Long> consulOf(LocalAgent agent) {
        Optional<String> binary = Optional.of(consul.binary().toString());
        try (Stream<ProcessHandle> below =
                ProcessHandle.of(agent.process().pid()).stream().flatMap(ProcessHandle::descendants)) {
            return below.filter(process -> process.info().command().equals(binary))
                    .map(ProcessHandle::pid)
                    .findFirst();
        }
    }

    /// What the agents that are left see, once they agree that the others are gone and on who leads.
    private void showHowTheyBear(List<LocalAgent> ended, List<LocalAgent> left) {
        long servers = left.stream()
                .filter(agent -> agent.spec().role() == LocalAgent.Role.SERVER)
                .count();
        boolean majority = servers > SERVERS.size() / 2;
        try {
            Eventually.until("the others to notice", LocalCluster.PATIENCE, () -> haveNoticed(ended, left, majority));
        } catch (AssertionError e) {
            // Another one may have ended meanwhile. What they see is shown all the same.
        }
        if (stopping.getAsBoolean()) {
            return;
        }
        String leader =
                left.getFirst().leader().map(it -> "the leader is " + it).orElse("there is no leader");
        line(servers + " of " + SERVERS.size() + " servers are left, " + (majority ? "a" : "no") + " majority: "
                + leader);
        out.println();
        lines(consul.run(left.getFirst().spec().address(), "members").stdout());
        out.flush();
    }

    private static boolean haveNoticed(List<LocalAgent> ended, List<LocalAgent> left, boolean majority) {
        Optional<String> leader = left.getFirst().leader();
        return left.stream()
                        .allMatch(agent -> agent.leader().equals(leader)
                                && ended.stream()
                                        .allMatch(gone -> agent.statusOf(
                                                        gone.spec().id())
                                                .filter(status -> !status.equals("alive"))
                                                .isPresent()))
                && leader.isPresent() == majority
                && ended.stream()
                        .noneMatch(gone -> leader.equals(Optional.of(gone.spec().address() + ":8300")));
    }

    /// Asserts what was shown.
    void check() {
        step("6. Checks");
        LocalAgent first = cluster.agents().getFirst();
        List<RealConsul.Member> members = first.members();
        String leader = first.leader().orElse("none");
        List<String> votes =
                serverAddresses().stream().map(address -> address + ":8300").toList();
        assertThat("one of the servers leads", votes.contains(leader), leader);
        assertThat("the three servers are the raft peers", first.peers().equals(votes), first.peers());
        for (LocalAgent.Spec spec : everybody()) {
            String type = spec.role() == LocalAgent.Role.CLIENT ? "client" : "server";
            var member = new RealConsul.Member(spec.id(), spec.address() + ":8301", "alive", type);
            assertThat(
                    "the " + type + " at " + spec.address() + " is alive, named by its instance id",
                    members.contains(member),
                    members);
        }
        assertThat("nobody else is a member", members.size() == everybody().size(), members);
        String plan = plan();
        assertOrigin(plan, "-node=" + SERVERS.getFirst().id(), "metadata ");
        assertOrigin(plan, "-advertise=" + SERVERS.getFirst().address(), "metadata ");
        assertOrigin(plan, "-retry-join " + SERVERS.getLast().address(), "variable CONSUL_RETRY_JOIN");
        assertOrigin(plan, "-bootstrap-expect=" + SERVERS.size(), "variable BOOTSTRAP_EXPECT");
        assertOrigin(plan, "-ui", "default");
    }

    private void assertOrigin(String plan, String flag, String origin) {
        assertThat(
                "the plan has " + flag + " from " + origin.strip(),
                plan.lines().anyMatch(line -> line.contains(flag + " ") && line.contains(origin)),
                plan);
    }

    private String plan() {
        Running.Finished plan = cluster.ask(cluster.agents().getFirst(), "plan", "agent");
        if (plan.exitCode() != 0) {
            throw new Failed("consul-launcher plan: " + plan);
        }
        return plan.stdout();
    }

    private void assertThat(String what, boolean holds, Object seen) {
        if (!holds) {
            throw new Failed("check failed: " + what + "; seen was " + seen);
        }
        line("ok: " + what);
    }

    private void step(String text) {
        out.println();
        out.println(text);
    }

    private void line(String text) {
        out.println("    " + text);
    }

    private void lines(String text) {
        text.lines().forEach(this::line);
    }
}
