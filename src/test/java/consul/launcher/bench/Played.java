package consul.launcher.bench;

import consul.launcher.testkit.Running;
import java.nio.file.Path;
import java.time.Duration;

/// The part `drill`: what `bin/drill` reports.
final class Played {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private Played() {}

    static void measure(Path root, Figures figures) {
        try (Running drill =
                Running.start(new ProcessBuilder(root.resolve("bin/drill").toString(), "--scenario", "majority"))) {
            Running.Finished finished = drill.await(PATIENCE);
            String last = finished.stdout().lines().reduce("", (_, line) -> line);
            if (finished.exitCode() != 0 || !last.startsWith("majority")) {
                throw new IllegalStateException("bin/drill: " + last);
            }
            // "majority  ok; a figure: 1.0 s; another: 2"
            figures.put("report", last.substring(last.indexOf(';') + 1).strip());
        }
    }
}
