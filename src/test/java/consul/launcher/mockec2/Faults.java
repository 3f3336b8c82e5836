package consul.launcher.mockec2;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The faults that wait for their calls, first come first served.
final class Faults {

    private final List<Counted> faults = new ArrayList<>();

    private record Counted(Fault fault, int left) {}

    synchronized void add(Fault fault) {
        faults.add(new Counted(fault, fault.times()));
    }

    synchronized void clear() {
        faults.clear();
    }

    /// The fault for this call, used up by it.
    synchronized Optional<Fault> take(Api api, String path, String caller) {
        for (int i = 0; i < faults.size(); i++) {
            Counted counted = faults.get(i);
            if (counted.fault().matches(api, path, caller)) {
                if (counted.left() == 1) {
                    faults.remove(i);
                } else if (counted.left() > 1) {
                    faults.set(i, new Counted(counted.fault(), counted.left() - 1));
                }
                return Optional.of(counted.fault());
            }
        }
        return Optional.empty();
    }
}
