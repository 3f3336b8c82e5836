package consul.launcher.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Measurements of one thing, in the order they were made.
record Samples(List<Double> values) {

    Samples {
        values = List.copyOf(values);
        if (values.isEmpty()) {
            throw new IllegalArgumentException("nothing was measured");
        }
    }

    double median() {
        return quantile(0.5);
    }

    double quantile(double part) {
        List<Double> sorted = values.stream().sorted().toList();
        double place = part * (sorted.size() - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.size() - 1);
        return sorted.get(below) + (place - below) * (sorted.get(above) - sorted.get(below));
    }

    /// Round by round, since what disturbs a machine disturbs both.
    Samples over(Samples other) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            ratios.add(values.get(i) / other.values.get(i));
        }
        return new Samples(ratios);
    }

    /// Puts median and quartiles among the figures.
    void into(Figures figures, String key, int decimals) {
        figures.put(key, text(median(), decimals));
        figures.put(key + ".low", text(quantile(0.25), decimals));
        figures.put(key + ".high", text(quantile(0.75), decimals));
    }

    static String text(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
