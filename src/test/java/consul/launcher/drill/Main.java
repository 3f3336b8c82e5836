package consul.launcher.drill;

import consul.launcher.testkit.RealConsul;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// The program behind `bin/drill`: `Main LAUNCHER CONSUL DIRECTORY [--check] [--all] [--without] [--defaults]
/// [--scenario NAME]…`.
public final class Main {

    private static final int USAGE = 64;

    private final Path launcher;
    private final RealConsul consul;
    private final Path directory;
    private final PrintStream out;

    /// Closed again by the shutdown hook if the drill is told to stop.
    private final List<Stage> stages = new CopyOnWriteArrayList<>();

    Main(Path launcher, RealConsul consul, Path directory, PrintStream out) {
        this.launcher = launcher;
        this.consul = consul;
        this.directory = directory;
        this.out = out;
    }

    public static void main(String[] args) {
        List<Scenario> scenarios = new ArrayList<>();
        boolean without = false;
        boolean defaults = false;
        for (int i = 3; i < args.length; i++) {
            switch (args[i]) {
                case "--check" -> {
                    // It always asserts.
                }
                case "--all" -> scenarios.addAll(List.of(Scenario.values()));
                case "--without" -> without = true;
                case "--defaults" -> defaults = true;
                case "--scenario" -> {
                    i++;
                    var scenario = i < args.length ? Scenario.of(args[i]) : java.util.Optional.<Scenario>empty();
                    if (scenario.isEmpty()) {
                        usage();
                    }
                    scenario.ifPresent(scenarios::add);
                }
                default -> usage();
            }
        }
        if (scenarios.isEmpty()) {
            scenarios.add(Scenario.MAJORITY);
        }
        Stage.Settings settings =
                without ? new Stage.Settings("off", "10s") : new Stage.Settings("auto", defaults ? "60s" : "10s");
        Main main = new Main(Path.of(args[0]), new RealConsul(Path.of(args[1])), Path.of(args[2]), System.out);
        Runtime.getRuntime().addShutdownHook(new Thread(main::stop));
        System.exit(main.play(scenarios, settings) ? 0 : 1);
    }

    private void stop() {
        stages.forEach(Stage::close);
    }

    private static void usage() {
        System.err.println("usage: bin/drill [--check] [--all | --scenario NAME…] [--without] [--defaults]");
        System.err.println("scenarios:");
        for (Scenario scenario : Scenario.values()) {
            System.err.println(String.format("  %-16s %s", scenario.label(), scenario.what()));
        }
        System.exit(USAGE);
    }

    private boolean play(List<Scenario> scenarios, Stage.Settings settings) {
        Map<Scenario, String> results = new TreeMap<>();
        boolean well = true;
        for (Scenario scenario : scenarios) {
            String result = play(scenario, settings);
            well &= result.startsWith("ok");
            results.put(scenario, result);
        }
        out.println();
        results.forEach((scenario, result) -> out.println(String.format("%-16s %s", scenario.label(), result)));
        return well;
    }

    /// `ok` with figures, or what failed.
    String play(Scenario scenario, Stage.Settings settings) {
        out.println();
        out.println(scenario.label() + ": " + scenario.what());
        Scenario.Report report = new Scenario.Report();
        Path its = directory.resolve(scenario.label());
        try {
            Files.createDirectories(its);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int expect = scenario == Scenario.FIVE ? 5 : 3;
        try (Stage stage = new Stage(launcher, consul, its, settings, expect, out)) {
            stages.add(stage);
            try {
                scenario.play(stage, report);
                return "ok" + figures(report);
            } catch (Stage.Failed | AssertionError | IllegalStateException e) {
                stage.showLogs();
                return "FAILED: " + e.getMessage() + figures(report);
            }
        }
    }

    private static String figures(Scenario.Report report) {
        StringBuilder text = new StringBuilder();
        report.figures()
                .forEach((name, value) ->
                        text.append("; ").append(name).append(": ").append(value));
        return text.toString();
    }
}
