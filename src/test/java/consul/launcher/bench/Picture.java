package consul.launcher.bench;

import java.util.List;
import java.util.Locale;

/// Bars, as SVG.
final class Picture {

    private static final int LEFT = 250;
    private static final int WIDTH = 400;
    private static final int ROW = 30;
    private static final int HEAD = 40;
    private static final String SCRIPT = "#8b9bb4";
    private static final String LAUNCHER = "#c62a71";

    /// @param low the quartile below, drawn as a line to `high`
    record Bar(String label, double value, double low, double high, String text, boolean launcher) {}

    private Picture() {}

    static String of(String title, List<Bar> bars) {
        double most = bars.stream().mapToDouble(Bar::high).max().orElse(1);
        int height = HEAD + bars.size() * ROW + 12;
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" width="760" height="%d" viewBox="0 0 760 %d" role="img" aria-label="%s" \
                font-family="system-ui, sans-serif" font-size="13">
                <rect width="760" height="%d" fill="#ffffff"/>
                <text x="16" y="24" font-size="15" font-weight="600" fill="#222222">%s</text>
                """, height, height, escaped(title), height, escaped(title)));
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            int top = HEAD + i * ROW;
            double end = LEFT + bar.value() / most * WIDTH;
            svg.append(String.format(
                    Locale.ROOT,
                    """
                    <text x="%d" y="%d" text-anchor="end" fill="#222222">%s</text>
                    <rect x="%d" y="%d" width="%.1f" height="18" rx="2" fill="%s"/>
                    <path d="M%.1f %dH%.1f" stroke="#222222" stroke-width="1.5"/>
                    <text x="%.1f" y="%d" fill="#222222">%s</text>
                    """,
                    LEFT - 10,
                    top + 16,
                    escaped(bar.label()),
                    LEFT,
                    top + 3,
                    end - LEFT,
                    bar.launcher() ? LAUNCHER : SCRIPT,
                    LEFT + bar.low() / most * WIDTH,
                    top + 12,
                    LEFT + bar.high() / most * WIDTH,
                    LEFT + Math.max(bar.value(), bar.high()) / most * WIDTH + 8,
                    top + 16,
                    escaped(bar.text())));
        }
        return svg.append("</svg>\n").toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
