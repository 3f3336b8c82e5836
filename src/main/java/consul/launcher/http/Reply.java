package consul.launcher.http;

import java.util.Map;
import java.util.Optional;

/// What came back.
///
/// @param fields by their names in small letters; of a name that comes more than once, the last
public record Reply(int status, Map<String, String> fields, String body) {

    public Reply {
        fields = Map.copyOf(fields);
    }

    /// @param name in small letters
    public Optional<String> field(String name) {
        return Optional.ofNullable(fields.get(name));
    }
}
