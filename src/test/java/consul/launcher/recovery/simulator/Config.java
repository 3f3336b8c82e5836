package consul.launcher.recovery.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A raft configuration.
record Config(List<Slot> slots) {

    static final Config NONE = new Config(List.of());

    /// @param address as of when the server was added or last changed
    record Slot(String id, String address, boolean voter) {}

    Config {
        slots = List.copyOf(slots);
    }

    boolean isNone() {
        return slots.isEmpty();
    }

    boolean isVoter(String id) {
        return slot(id).filter(Slot::voter).isPresent();
    }

    boolean names(String id) {
        return slot(id).isPresent();
    }

    Optional<Slot> slot(String id) {
        for (Slot slot : slots) {
            if (slot.id().equals(id)) {
                return Optional.of(slot);
            }
        }
        return Optional.empty();
    }

    int majority() {
        return voters() / 2 + 1;
    }

    int voters() {
        int voters = 0;
        for (Slot slot : slots) {
            voters += slot.voter() ? 1 : 0;
        }
        return voters;
    }

    Config with(Slot changed) {
        List<Slot> all = new ArrayList<>(without(changed.id()).slots);
        all.add(changed);
        return new Config(all);
    }

    Config without(String id) {
        return new Config(slots.stream().filter(slot -> !slot.id().equals(id)).toList());
    }
}
