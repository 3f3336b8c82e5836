package consul.launcher.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What is to run: what the launcher decided, then the user's own arguments, which are passed on untouched.
///
/// @param leading the launcher's words: the tool that changes the user, the program, its derived flags
/// @param tail the last of the user's arguments
/// @param environment variables to set on top of the launcher's own
public record Execution(List<String> leading, List<String> tail, Map<String, String> environment) {

    public Execution {
        leading = List.copyOf(leading);
        tail = List.copyOf(tail);
        environment = Map.copyOf(environment);
    }

    /// The whole command.
    public List<String> words() {
        List<String> words = new ArrayList<>(leading.size() + tail.size());
        words.addAll(leading);
        words.addAll(tail);
        return words;
    }
}
