package consul.launcher.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/// Milliseconds by the way that was taken.
final class Times {

    private final Map<String, List<Double>> millis = new LinkedHashMap<>();

    void add(String way, double value) {
        millis.computeIfAbsent(way, _ -> new ArrayList<>()).add(value);
    }

    Samples of(String way) {
        List<Double> values = millis.get(way);
        if (values == null) {
            throw new NoSuchElementException(way + ": only " + millis.keySet() + " were measured");
        }
        return new Samples(values);
    }

    void into(Figures figures, String prefix) {
        millis.forEach((way, values) -> new Samples(values).into(figures, prefix + way, 1));
    }
}
