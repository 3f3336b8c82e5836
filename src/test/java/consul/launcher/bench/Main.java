package consul.launcher.bench;

import consul.launcher.testkit.RealConsul;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// The program behind `bin/bench`: `Main LAUNCHER CONSUL ROOT DIRECTORY [--all | PART…] [--rounds N] [--idle SECONDS]`.
public final class Main {

    private static final int USAGE = 64;
    private static final int ROUNDS = 25;
    private static final int CONTAINER_ROUNDS = 15;
    private static final Duration IDLE = Duration.ofMinutes(10);

    private final Path launcher;
    private final RealConsul consul;
    private final Path root;
    private final Path directory;
    private final PrintStream out;
    private int rounds = ROUNDS;
    private int containerRounds = CONTAINER_ROUNDS;
    private Duration idle = IDLE;

    private Main(Path launcher, RealConsul consul, Path root, Path directory, PrintStream out) {
        this.launcher = launcher;
        this.consul = consul;
        this.root = root;
        this.directory = directory;
        this.out = out;
    }

    public static void main(String[] args) throws IOException {
        Main main = new Main(
                Path.of(args[0]), new RealConsul(Path.of(args[1])), Path.of(args[2]), Path.of(args[3]), System.out);
        System.exit(main.run(List.of(args).subList(4, args.length)));
    }

    private int run(List<String> arguments) throws IOException {
        List<Part> parts = new ArrayList<>();
        boolean all = false;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            boolean last = i + 1 == arguments.size();
            if (argument.equals("--all")) {
                all = true;
            } else if (argument.equals("--rounds") && !last) {
                rounds = Integer.parseInt(arguments.get(++i));
                containerRounds = rounds;
            } else if (argument.equals("--idle") && !last) {
                idle = Duration.ofSeconds(Long.parseLong(arguments.get(++i)));
            } else if (Part.of(argument).isPresent()) {
                parts.add(Part.of(argument).get());
            } else {
                return usage();
            }
        }
        if (all == !parts.isEmpty()) {
            return usage();
        }
        boolean well = true;
        for (Part part : all ? List.of(Part.values()) : parts) {
            well &= measure(part);
        }
        return document() && well ? 0 : 1;
    }

    private int usage() {
        System.err.println("usage: bin/bench --all | PART… [--rounds N] [--idle SECONDS]");
        for (Part part : Part.values()) {
            System.err.println(String.format("  %-10s %s", part.label(), part.what()));
        }
        return USAGE;
    }

    private boolean measure(Part part) {
        out.println(part.label() + ": " + part.what());
        out.flush();
        Figures figures = new Figures();
        figures.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        figures.put("machine", machine());
        figures.put("revision", System.getenv().getOrDefault("BENCH_REVISION", "unknown"));
        boolean well = true;
        try {
            measure(part, figures);
        } catch (IOException | IllegalStateException | AssertionError e) {
            figures.put(
                    "failed", String.valueOf(e.getMessage()).lines().findFirst().orElse("unknown"));
            out.println(part.label() + " FAILED: " + e.getMessage());
            well = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        figures.write(results(part));
        out.println(figures);
        return well;
    }

    private void measure(Part part, Figures figures) throws IOException, InterruptedException {
        Path its = Files.createDirectories(directory.resolve(part.label()));
        switch (part) {
            case START, METADATA -> {
                try (Bench bench = bench(its)) {
                    Starts starts = new Starts(bench, rounds);
                    if (part == Part.START) {
                        starts.start(figures);
                    } else {
                        starts.metadata(figures);
                    }
                }
            }
            case IMAGE ->
                new Containers(
                                variable("BENCH_IMAGE"),
                                variable("BENCH_IMAGE_MOCK"),
                                variable("BENCH_IMAGE_LAYERS"),
                                containerRounds)
                        .measure(figures);
            case MEMORY -> new Memory(launcher, consul, its, idle).measure(figures);
            case DRILL -> Played.measure(root, figures);
            case FLEET -> {
                try (Bench bench = bench(its)) {
                    new Crowd(bench, launcher, consul, its).measure(figures);
                }
            }
        }
    }

    private Bench bench(Path its) {
        return new Bench(launcher, its, root.resolve("bin/lib/stand-in/docker-entrypoint.sh"), out);
    }

    /// Set by bin/bench, which says why if it can't.
    private static String variable(String name) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalStateException(
                    "there is no image: " + System.getenv().getOrDefault("BENCH_NO_IMAGE", name));
        }
        return value;
    }

    private Path results(Part part) {
        return root.resolve("target/bench").resolve(part.label() + ".txt");
    }

    /// Written once every part was measured, or tried; from this run or an earlier one.
    private boolean document() throws IOException {
        Map<Part, Figures> figures = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            if (!Files.exists(results(part))) {
                out.println("docs/benchmarks.md stays as it is: the part " + part.label() + " is missing");
                return true;
            }
            figures.put(part, Figures.read(results(part)));
        }
        Document document = new Document(figures);
        Files.writeString(root.resolve("docs/benchmarks.md"), document.markdown());
        Files.writeString(root.resolve("docs/benchmarks.svg"), document.picture());
        out.println("wrote docs/benchmarks.md and docs/benchmarks.svg");
        return true;
    }

    /// In words, without a name.
    private static String machine() {
        String model = "";
        try {
            model = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 2))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            // Not every architecture's has one.
        }
        return Runtime.getRuntime().availableProcessors() + " processors" + (model.isEmpty() ? "" : " (" + model + ")")
                + ", Linux " + version(System.getProperty("os.version")) + ", Java "
                + System.getProperty("java.version");
    }

    /// Without what a vendor puts behind it.
    private static String version(String release) {
        int end = 0;
        while (end < release.length() && ".0123456789".indexOf(release.charAt(end)) >= 0) {
            end++;
        }
        return release.substring(0, end);
    }
}
