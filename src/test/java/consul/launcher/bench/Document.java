package consul.launcher.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// docs/benchmarks.md and its picture: a function of the figures, nothing else.
record Document(Map<Part, Figures> figures) {

    private Figures of(Part part) {
        return figures.getOrDefault(part, new Figures());
    }

    /// Whether the part was measured, and not only tried.
    private boolean has(Part part) {
        return figures.containsKey(part) && !of(part).has("failed");
    }

    String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("# What the launcher costs\n\n");
        text.append(
                "Made by `bin/bench`, all at once by `--all` or part by part; the last table has the revision of each. The peer is the official\n");
        text.append(
                "script (here: our own few lines that keep [its contract](contract.md)) behind dumb-init, patched as people patch\n");
        text.append(
                "it: with the three `curl` calls that IMDSv2 needs, or the two of IMDSv1. Both take turns, round by round; a\n");
        text.append("figure is the median, behind it the quartiles; a ratio is the median of the rounds' ratios.\n\n");
        text.append("![time from start to Consul](benchmarks.svg)\n\n");
        goals(text);
        if (has(Part.START)) {
            starts(text);
        }
        if (has(Part.METADATA)) {
            metadata(text);
        }
        if (has(Part.IMAGE)) {
            image(text);
        }
        if (has(Part.MEMORY)) {
            memory(text);
        }
        if (has(Part.DRILL)) {
            drill(text);
        }
        if (has(Part.FLEET)) {
            fleet(text);
        }
        how(text);
        return text.toString();
    }

    // ---- the table

    private void goals(StringBuilder text) {
        text.append("| figure | goal | measured | |\n|---|---|---|---|\n");
        goal(text, Part.START, "start, ratio to the IMDSv2 script", "at most 2.5", "ratio", "", 2.5);
        goal(text, Part.START, "start, over the IMDSv2 script", "at most 80 ms", "over", " ms", 80);
        goal(text, Part.METADATA, "start with 5 ms of metadata latency, ratio", "at most 1.8", "delay5.ratio", "", 1.8);
        goal(text, Part.IMAGE, "container start → HTTP API answers, ratio", "at most 1.05", "ratio", "", 1.05);
        String late = has(Part.MEMORY) ? duration(of(Part.MEMORY).number("idle.seconds")) : "10 min";
        goal(text, Part.MEMORY, "supervise, resident (RSS) after " + late, "at most 32 MB", "rss.late", " MB", 32);
        goal(text, Part.MEMORY, "supervise, processor", "at most 0.1 % of one core", "cpu.percent", " %", 0.1);
        goal(text, Part.MEMORY, "supervise, wake-ups per minute", "at most 30", "wakeups", "", 30);
        goal(text, Part.MEMORY, "exec, resident afterwards", "0", "exec.left", " MB", 0);
        goal(text, Part.START, "metadata calls per start", "at most 3", "calls", "", 3);
        text.append('\n');
    }

    private void goal(StringBuilder text, Part part, String what, String goal, String key, String unit, double most) {
        String measured;
        String verdict;
        if (has(part)) {
            Figures its = of(part);
            measured = its.get(key)
                    + unit
                    + (its.has(key + ".low") ? " (" + its.get(key + ".low") + "–" + its.get(key + ".high") + ")" : "");
            verdict = its.number(key) <= most ? "reached" : "**missed**";
        } else {
            measured = "not measured" + (of(part).has("failed") ? ": " + of(part).get("failed") : "");
            verdict = "";
        }
        row(text, what, goal, measured, verdict);
    }

    // ---- the parts

    private void starts(StringBuilder text) {
        Figures its = of(Part.START);
        head(text, Part.START, its.get("rounds") + " rounds");
        text.append("From when the program runs until Consul does (a stand-in that says so).\n\n");
        text.append("| | ms |\n|---|---|\n");
        row(text, "Consul by itself", spread(its, "consul"));
        row(text, "script, IMDSv1", spread(its, "script-v1"));
        row(text, "script, IMDSv2", spread(its, "script"));
        row(text, "launcher, supervising (the default)", spread(its, "launcher"));
        row(text, "launcher, `CONSUL_LAUNCHER_MODE=exec`", spread(its, "exec"));
        row(text, "launcher in an ECS task, whose metadata it asks too", spread(its, "ecs"));
        text.append("\nRatio to the IMDSv2 script: ")
                .append(spread(its, "ratio"))
                .append(", in exec mode ");
        text.append(spread(its, "ratio.exec")).append(", in an ECS task ").append(spread(its, "ratio.ecs"));
        text.append("; to the IMDSv1 script ").append(spread(its, "ratio.v1"));
        text.append(". One start makes ").append(its.get("calls")).append(" metadata calls, in an ECS task ");
        text.append(its.get("calls.ecs")).append(".\n\n");
    }

    private void metadata(StringBuilder text) {
        Figures its = of(Part.METADATA);
        head(text, Part.METADATA, its.get("rounds") + " rounds");
        text.append("| the metadata service | script, ms | launcher, ms | ratio |\n|---|---|---|---|\n");
        for (String delay : List.of("5", "50")) {
            String key = "delay" + delay + ".";
            row(
                    text,
                    "takes " + delay + " ms for each answer",
                    spread(its, key + "script"),
                    spread(its, key + "launcher"),
                    spread(its, key + "ratio"));
        }
        row(
                text,
                "fails once with 503 (script: `curl --retry`; " + its.get("failure.rounds") + " rounds)",
                spread(its, "failure.script"),
                spread(its, "failure.launcher"),
                "");
        text.append('\n');
    }

    private void image(StringBuilder text) {
        Figures its = of(Part.IMAGE);
        head(text, Part.IMAGE, its.get("rounds") + " rounds");
        text.append("From the order to start a container to the first answer of Consul's HTTP API; the peer is `");
        text.append(its.get("official")).append("` with two `curl` calls.\n\n");
        text.append("| | ms |\n|---|---|\n");
        row(text, "script", spread(its, "script"));
        row(text, "launcher", spread(its, "launcher"));
        text.append("\nRatio ").append(spread(its, "ratio")).append(". What the layers weigh in a registry:\n\n```\n");
        text.append(its.get("layers").strip()).append("\n```\n\n");
    }

    private void memory(StringBuilder text) {
        Figures its = of(Part.MEMORY);
        head(text, Part.MEMORY, "a server of real Consul, left alone");
        String late = duration(its.number("idle.seconds"));
        text.append("| supervising | after 10 s | after ").append(late).append(" |\n|---|---|---|\n");
        row(text, "resident (RSS)", its.get("rss.early") + " MB", its.get("rss.late") + " MB");
        row(text, "its share of it (PSS)", its.get("pss.early") + " MB", its.get("pss.late") + " MB");
        text.append("\n").append(its.get("threads")).append(" threads, ").append(its.get("wakeups"));
        text.append(" wake-ups a minute, ").append(its.get("cpu.percent")).append(" % of one core. Beside it: ");
        text.append(
                its.get("beside").isEmpty()
                        ? "nothing"
                        : its.get("beside") + ", " + its.get("beside.pss") + " MB (PSS)");
        text.append(". In exec mode the process is Consul's, and ").append(its.get("exec.left"));
        text.append(" MB of anything else are left.\n\n");
    }

    private void drill(StringBuilder text) {
        head(text, Part.DRILL, "two of three servers are terminated and replaced");
        text.append("`bin/drill` says: ")
                .append(of(Part.DRILL).get("report"))
                .append(". The confirmation time is at its minimum;\n");
        text.append("see [recovery.md](recovery.md).\n\n");
    }

    private void fleet(StringBuilder text) {
        Figures its = of(Part.FLEET);
        head(text, Part.FLEET, "all on one machine, against one metadata service");
        text.append(
                "| launchers at once | until all have started Consul, s | calls per launcher | failed |\n|---|---|---|---|\n");
        for (String size : List.of("1", "10", "50", "200")) {
            String key = "launchers" + size + ".";
            row(text, size, its.get(key + "seconds"), its.get(key + "calls"), its.get(key + "failed"));
        }
        text.append("\n").append(its.get("search.agents")).append(" clients that know no server, for ");
        text.append(its.get("search.seconds"))
                .append(" s, while the EC2 API answers every call with RequestLimitExceeded: ");
        text.append(its.get("search.calls")).append(" calls per agent. Later ones are up to 5 minutes apart.\n\n");
    }

    private void how(StringBuilder text) {
        text.append("## Where and how\n\n| part | on | machine | of |\n|---|---|---|---|\n");
        for (Part part : Part.values()) {
            Figures its = of(part);
            if (its.has("date")) {
                row(text, part.label(), its.get("date"), its.get("machine"), its.get("revision"));
            }
        }
        text.append(
                "\n```\nbin/bench --all    # twenty-five minutes at most; needs root for Docker, curl and dumb-init on a bare Debian\n```\n");
    }

    // ---- the picture

    String picture() {
        List<Picture.Bar> bars = new ArrayList<>();
        if (has(Part.START)) {
            bars.add(bar(Part.START, "script, IMDSv1", "script-v1", false));
            bars.add(bar(Part.START, "script, IMDSv2", "script", false));
            bars.add(bar(Part.START, "launcher", "launcher", true));
            bars.add(bar(Part.START, "launcher, exec mode", "exec", true));
        }
        if (has(Part.METADATA)) {
            for (String delay : List.of("5", "50")) {
                bars.add(bar(
                        Part.METADATA, "script, metadata takes " + delay + " ms", "delay" + delay + ".script", false));
                bars.add(bar(
                        Part.METADATA,
                        "launcher, metadata takes " + delay + " ms",
                        "delay" + delay + ".launcher",
                        true));
            }
        }
        return Picture.of("From start to Consul, milliseconds (line: quartiles)", bars);
    }

    private Picture.Bar bar(Part part, String label, String key, boolean launcher) {
        Figures its = of(part);
        return new Picture.Bar(
                label,
                its.number(key),
                its.number(key + ".low"),
                its.number(key + ".high"),
                Long.toString(Math.round(its.number(key))),
                launcher);
    }

    // ---- words

    private static void head(StringBuilder text, Part part, String how) {
        text.append("## `bin/bench ")
                .append(part.label())
                .append("`: ")
                .append(how)
                .append("\n\n");
    }

    private static void row(StringBuilder text, String... cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    private static String spread(Figures its, String key) {
        return its.get(key) + " (" + its.get(key + ".low") + "–" + its.get(key + ".high") + ")";
    }

    private static String duration(double seconds) {
        return seconds % 60 == 0 ? Math.round(seconds / 60) + " min" : Math.round(seconds) + " s";
    }
}
