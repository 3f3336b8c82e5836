package consul.launcher.bench;

import consul.launcher.testkit.LocalAgent;
import consul.launcher.testkit.LocalCluster;
import consul.launcher.testkit.RealConsul;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The part `memory`: two servers of real Consul, each a cluster of its own, one supervised and one in its launcher's
/// place, left alone.
record Memory(Path launcher, RealConsul consul, Path directory, Duration idle) {

    private static final Duration SETTLED = Duration.ofSeconds(10);
    private static final String SUPERVISED = "127.0.5.11";
    private static final String EXECED = "127.0.5.12";

    void measure(Figures figures) throws InterruptedException {
        try (LocalCluster first = cluster("supervise", SUPERVISED);
                LocalCluster second = cluster("exec", EXECED)) {
            LocalAgent supervised = start(first, SUPERVISED, "supervise");
            LocalAgent execed = start(second, EXECED, "exec");
            Thread.sleep(SETTLED);
            Idle jvm = jvm(supervised);
            figures.put("rss.early", Samples.text(jvm.rss(), 1));
            figures.put("pss.early", Samples.text(jvm.pss(), 1));
            long cpu = jvm.cpuNanos();
            long wakeUps = jvm.wakeUps();
            long begin = System.nanoTime();
            Thread.sleep(idle);
            double minutes = (System.nanoTime() - begin) / 60e9;
            figures.put("idle.seconds", idle.toSeconds());
            figures.put("cpu.percent", Samples.text((jvm.cpuNanos() - cpu) / minutes / 60e9 * 100, 3));
            figures.put("wakeups", Samples.text((jvm.wakeUps() - wakeUps) / minutes, 1));
            figures.put("rss.late", Samples.text(jvm.rss(), 1));
            figures.put("pss.late", Samples.text(jvm.pss(), 1));
            figures.put("threads", jvm.threads());
            List<Idle> beside = Idle.tree(supervised.process().pid()).stream()
                    .filter(process ->
                            process.pid() != jvm.pid() && !process.program().equals("consul"))
                    .toList();
            figures.put(
                    "beside",
                    String.join(", ", beside.stream().map(Idle::program).toList()));
            figures.put(
                    "beside.pss",
                    Samples.text(beside.stream().mapToDouble(Idle::pss).sum(), 1));
            List<Idle> left = Idle.tree(execed.process().pid());
            if (!left.getFirst().program().equals("consul")) {
                throw new IllegalStateException(
                        "in exec mode process " + left.getFirst().pid() + " isn't Consul but "
                                + left.getFirst().program());
            }
            double rest = left.stream().skip(1).mapToDouble(Idle::rss).sum();
            figures.put("exec.left", Samples.text(rest, 1));
        }
    }

    private LocalCluster cluster(String name, String address) {
        try {
            return new LocalCluster(
                    launcher, consul, Files.createDirectories(directory.resolve(name)), List.of(address));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static LocalAgent start(LocalCluster cluster, String address, String mode) {
        String id = "i-0ee0000000000000" + address.substring(address.length() - 1);
        LocalAgent agent = cluster.start(
                LocalAgent.Spec.server(id, address),
                Map.of("CONSUL_LAUNCHER_MODE", mode, "TAG_KEY", "Role", "TAG_VALUE", "consul"));
        cluster.awaitFormed();
        return agent;
    }

    private static Idle jvm(LocalAgent agent) {
        return Idle.tree(agent.process().pid()).stream()
                .filter(process -> process.program().equals("java"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no launcher runs before " + agent));
    }
}
