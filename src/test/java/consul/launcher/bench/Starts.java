package consul.launcher.bench;

import java.util.List;

/// The parts `start` and `metadata`: how much later Consul starts because somebody asks EC2 first.
record Starts(Bench bench, int rounds) {

    private static final String LAUNCHER = "launcher";
    private static final String SCRIPT = "script";

    /// A retry of curl's waits a second, so a few are enough.
    private static final int RETRIES = 5;

    void start(Figures figures) {
        List<Bench.Way> ways = List.of(
                bench.script("script-v1"),
                bench.script(SCRIPT),
                bench.supervised(),
                bench.execing(),
                bench.inEcs(),
                bench.consulAlone());
        Times times = bench.rounds(rounds, ways, () -> {});
        figures.put("rounds", rounds);
        times.into(figures, "");
        times.of(LAUNCHER).over(times.of(SCRIPT)).into(figures, "ratio", 2);
        times.of("exec").over(times.of(SCRIPT)).into(figures, "ratio.exec", 2);
        times.of("ecs").over(times.of(SCRIPT)).into(figures, "ratio.ecs", 2);
        times.of(LAUNCHER).over(times.of("script-v1")).into(figures, "ratio.v1", 2);
        figures.put(
                "over",
                Samples.text(times.of(LAUNCHER).median() - times.of(SCRIPT).median(), 1));
        figures.put("calls", calls(bench.supervised()));
        figures.put("calls.ecs", calls(bench.inEcs()));
    }

    /// The calls of one start.
    private long calls(Bench.Way way) {
        bench.rounds(1, List.of(way), () -> bench.ec2().requests().clear());
        return bench.metadataCalls();
    }

    void metadata(Figures figures) {
        figures.put("rounds", rounds);
        for (int delay : List.of(5, 50)) {
            bench.ec2().command("fault", "delay=" + delay + ",times=-1");
            Times times = bench.rounds(rounds, List.of(bench.script(SCRIPT), bench.supervised()), () -> {});
            bench.ec2().command("clear", "");
            String prefix = "delay" + delay + ".";
            times.into(figures, prefix);
            times.of(LAUNCHER).over(times.of(SCRIPT)).into(figures, prefix + "ratio", 2);
        }
        Times times = bench.rounds(RETRIES, List.of(bench.script("script-retrying"), bench.supervised()), () -> {
            bench.ec2().command("clear", "");
            bench.ec2().command("fault", "api=imds,status=503,times=1");
        });
        bench.ec2().command("clear", "");
        figures.put("failure.rounds", RETRIES);
        times.of("script-retrying").into(figures, "failure.script", 0);
        times.of(LAUNCHER).into(figures, "failure.launcher", 0);
    }
}
