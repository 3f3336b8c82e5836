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
        boolean check = false;
        boolean all = false;
        for (int i = 3; i < args.length; i++) {
            switch (args[i]) {
                case "--check" -> check = true;
                case "--all" -> all = true;
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
        if (all) {
            scenarios.addAll(List.of(Scenario.values()));
        } else if (scenarios.isEmpty()) {
            scenarios.add(Scenario.MAJORITY);
        }
        if (without) {
            scenarios.removeIf(scenario -> !scenario.isTellingWithout());
        }
        if (scenarios.isEmpty()) {
            usage();
        }
        Main main = new Main(Path.of(args[0]), new RealConsul(Path.of(args[1])), Path.of(args[2]), System.out);
        Runtime.getRuntime().addShutdownHook(new Thread(main::stop));
        boolean well = main.play(scenarios, new Stage.Settings(!without, defaults), check);
        System.exit(well ? 0 : 1);
    }

    private void stop() {
        stages.forEach(Stage::close);
    }

    private static void usage() {
        System.err.println("usage: bin/drill [--check] [--all | --scenario NAME…] [--without] [--defaults]");
        System.err.println("  --check     also fails if a figure isn't reached");
        System.err.println(
                "  --without   with recovery and the search for servers switched off, where that shows anything");
        System.err.println("  --defaults  with Consul's and the launcher's default times instead of their minimum");
        System.err.println("scenarios:");
        for (Scenario scenario : Scenario.values()) {
            System.err.println(String.format("  %-16s %s", scenario.label(), scenario.what()));
        }
        System.exit(USAGE);
    }

    private boolean play(List<Scenario> scenarios, Stage.Settings settings, boolean check) {
        Map<Scenario, String> results = new TreeMap<>();
        boolean well = true;
        for (Scenario scenario : scenarios) {
            String result = play(scenario, settings, check);
            well &= result.startsWith("ok");
            results.put(scenario, result);
        }
        out.println();
        results.forEach((scenario, result) -> out.println(String.format("%-16s %s", scenario.label(), result)));
        return well;
    }

    /// `ok` with figures, or what failed.
    ///
    /// @param check whether to fail if a figure isn't reached
    String play(Scenario scenario, Stage.Settings settings, boolean check) {
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
                boolean reached = !check || report.missed().isEmpty();
                String missed = report.missed().isEmpty() ? "" : "; NOT REACHED: " + String.join(", ", report.missed());
                return (reached ? "ok" : "FAILED") + figures(report) + missed;
            } catch (RuntimeException | AssertionError e) {
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
