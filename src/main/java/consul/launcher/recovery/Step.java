package consul.launcher.recovery;

import java.util.List;

/// The machine after an event, and what is to be done.
public record Step(Machine machine, List<Effect> effects) {
    public Step {
        effects = List.copyOf(effects);
    }
}
