package consul.launcher.agent;

import java.util.ArrayList;
import java.util.List;

/// The whole command line behind `consul agent`.
///
/// @param flags every flag in order, the user's last
/// @param notes what an operator may want to know about how it came to be, without values that may be secret
/// @param warnings what works but probably isn't meant
public record AgentCommand(List<Flag> flags, List<String> notes, List<String> warnings) {

    public AgentCommand {
        flags = List.copyOf(flags);
        notes = List.copyOf(notes);
        warnings = List.copyOf(warnings);
    }

    /// The words, without the leading `consul agent`.
    public List<String> arguments() {
        List<String> words = new ArrayList<>();
        for (Flag flag : flags) {
            words.addAll(flag.words());
        }
        return words;
    }
}
