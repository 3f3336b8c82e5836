package consul.launcher.demo;

import consul.launcher.testkit.LocalAgent;
import consul.launcher.testkit.LocalCluster;
import consul.launcher.testkit.RealConsul;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;

/// The program behind `bin/demo`: `Main LAUNCHER CONSUL DIRECTORY KEPT-LOGS [--check]`. TERM ends it in good order,
/// at any time: whoever starts it turns Ctrl-C into TERM, since a terminal's would reach the agents too.
public final class Main {

    private final LocalCluster cluster;
    private final Path directory;
    private final Path keptLogs;
    private final PrintStream out;

    /// Both set once, under the lock, by whoever stops first.
    private boolean stopped;

    private boolean clean;

    private volatile boolean told;

    private Main(LocalCluster cluster, Path directory, Path keptLogs, PrintStream out) {
        this.cluster = cluster;
        this.directory = directory;
        this.keptLogs = keptLogs;
        this.out = out;
    }

    public static void main(String[] args) {
        RealConsul consul = new RealConsul(Path.of(args[1]));
        Path directory = Path.of(args[2]);
        LocalCluster cluster = new LocalCluster(Path.of(args[0]), consul, directory, Demo.serverAddresses());
        Main main = new Main(cluster, directory, Path.of(args[3]), System.out);
        Runtime.getRuntime().addShutdownHook(new Thread(main::stopAsTold));
        Demo demo = new Demo(cluster, consul, directory, System.out, () -> main.told);
        System.exit(main.run(demo, args.length == 5 && args[4].equals("--check")));
    }

    private int run(Demo demo, boolean check) {
        boolean well = false;
        try {
            demo.show();
            if (check) {
                demo.check();
            } else {
                demo.stay();
            }
            well = true;
        } catch (Demo.Failed | AssertionError | IllegalStateException e) {
            // A demo that is being stopped fails, naturally.
            if (!told) {
                out.println();
                out.println("demo: FAILED: " + e.getMessage());
                keepLogs();
            }
        }
        boolean stoppedWell = stop();
        if (check && well && stoppedWell) {
            out.println("    ok: everything stopped, and nothing was left behind");
            out.println();
            out.println("demo: all checks passed");
        }
        return well && stoppedWell ? 0 : 1;
    }

    /// The shutdown hook. After `run` has stopped everything there is nothing left to do.
    private void stopAsTold() {
        told = true;
        boolean first = !hasStopped();
        boolean stoppedWell = stop();
        if (first && stoppedWell) {
            out.println();
            out.println("demo: stopped, nothing is left behind");
        }
        out.flush();
        if (!stoppedWell) {
            Runtime.getRuntime().halt(1);
        }
    }

    private synchronized boolean hasStopped() {
        return stopped;
    }

    /// Stops and removes everything; whether nothing had to be killed. The second to call gets the first one's answer.
    private synchronized boolean stop() {
        if (!stopped) {
            stopped = true;
            try {
                cluster.close();
                clean = true;
            } catch (AssertionError e) {
                out.println("demo: " + e.getMessage());
            }
            delete(directory);
        }
        return clean;
    }

    /// Takes the logs out of the directory that goes, and shows how each of them ends.
    private void keepLogs() {
        try {
            Files.createDirectories(keptLogs);
            for (LocalAgent agent : cluster.agents()) {
                Path kept = keptLogs.resolve(agent.spec().id() + ".log");
                Files.copy(agent.logFile(), kept, StandardCopyOption.REPLACE_EXISTING);
                out.println();
                out.println("---- the end of " + kept);
                out.println(agent.logTail());
            }
        } catch (IOException e) {
            out.println("demo: the logs can't be kept: " + e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + directory, e);
        }
    }
}
