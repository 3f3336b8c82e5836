package consul.launcher.mockec2;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `Filter.N.Name` and `Filter.N.Value.M`: one value of each filter must match. `*` and `?` are not played.
record Filters(Map<String, List<String>> wanted) {

    static Filters of(Request request) {
        Map<String, List<String>> wanted = new LinkedHashMap<>();
        for (int i = 1; request.parameters().containsKey("Filter." + i + ".Name"); i++) {
            wanted.put(
                    request.parameter("Filter." + i + ".Name"), QueryApi.numbered(request, "Filter." + i + ".Value."));
        }
        return new Filters(wanted);
    }

    boolean match(Instance instance) {
        return wanted.entrySet().stream()
                .allMatch(filter ->
                        filter.getValue().stream().anyMatch(value -> matches(instance, filter.getKey(), value)));
    }

    private static boolean matches(Instance instance, String name, String value) {
        if (name.startsWith("tag:")) {
            return value.equals(instance.tags().get(name.substring("tag:".length())));
        }
        return switch (name) {
            case "instance-state-name" -> value.equals(instance.state().text());
            case "instance-id" -> value.equals(instance.id());
            case "private-ip-address" -> value.equals(instance.address());
            case "availability-zone" -> value.equals(instance.zone());
            case "tag-key" -> instance.tags().containsKey(value);
            default -> false;
        };
    }
}
