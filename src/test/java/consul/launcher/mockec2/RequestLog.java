package consul.launcher.mockec2;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Who asked what, in order: the last calls whole, all of them counted.
public final class RequestLog {

    /// A drill runs for minutes with a poll every few seconds; this is more than all of it.
    private static final int KEPT = 10_000;

    /// @param caller the instance's id, or empty
    /// @param status 0 for a call that is not answered yet, or never
    public record Entry(Api api, String caller, String method, String path, int status) {

        Map<String, Object> toJson() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("api", api.text());
            json.put("caller", caller);
            json.put("method", method);
            json.put("path", path);
            json.put("status", status);
            return json;
        }
    }

    private final Deque<Entry> entries = new ArrayDeque<>();
    private final Map<String, Long> counters = new TreeMap<>();

    synchronized void add(Entry entry) {
        entries.add(entry);
        if (entries.size() > KEPT) {
            entries.removeFirst();
        }
        counters.merge(entry.api().text(), 1L, Long::sum);
        if (!entry.caller().isEmpty()) {
            counters.merge(entry.api().text() + " " + entry.caller(), 1L, Long::sum);
        }
    }

    public synchronized List<Entry> entries() {
        return new ArrayList<>(entries);
    }

    /// Calls by service (`imds`), and by service and caller (`imds i-1`).
    public synchronized Map<String, Long> counters() {
        return new TreeMap<>(counters);
    }

    public synchronized void clear() {
        entries.clear();
        counters.clear();
    }
}
