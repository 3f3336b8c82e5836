package consul.launcher.cli;

import consul.launcher.config.EntrypointSettings;
import consul.launcher.config.MaskedUrl;
import consul.launcher.entrypoint.Privileges;
import java.util.List;
import java.util.Locale;

/// A plan for people: the command, each flag with its origin, and what is changed first. Secrets are masked.
final class PlanText {

    private PlanText() {}

    static String of(LaunchPlan plan) {
        StringBuilder text = new StringBuilder();
        text.append("command  ").append(Shown.command(plan.program())).append('\n');
        text.append("user     ").append(user(plan.privileges())).append('\n');
        text.append("mode     ").append(mode(plan.mode())).append('\n');
        flags(text, plan);
        section(
                text,
                "before the start",
                plan.steps().stream().map(step -> step.describe()).toList());
        section(text, "warnings", plan.warnings());
        section(text, "notes", plan.notes());
        return text.toString();
    }

    private static void flags(StringBuilder text, LaunchPlan plan) {
        if (plan.flags().isEmpty()) {
            return;
        }
        List<String> shown = Shown.flags(plan.flags());
        int width = shown.stream()
                .mapToInt(String::length)
                .filter(length -> length <= 60)
                .max()
                .orElse(0);
        text.append("\nflags").append(" ".repeat(Math.max(1, width - 1))).append("from\n");
        for (int i = 0; i < shown.size(); i++) {
            String flag = shown.get(i);
            text.append("  ")
                    .append(flag)
                    .append(" ".repeat(Math.max(0, width - flag.length()) + 2))
                    .append(plan.flags().get(i).origin().describe())
                    .append('\n');
        }
    }

    private static void section(StringBuilder text, String title, List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        text.append('\n').append(title).append('\n');
        lines.forEach(line -> text.append("  ").append(MaskedUrl.inText(line)).append('\n'));
    }

    private static String user(Privileges privileges) {
        return switch (privileges) {
            case Privileges.Dropped dropped ->
                dropped.uid() + ":" + dropped.gid() + ", HOME=" + dropped.home() + ", by "
                        + dropped.prefix().getFirst();
            case Privileges.Kept kept -> "the current one (" + kept.why() + ")";
        };
    }

    private static String mode(EntrypointSettings.Mode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }
}
