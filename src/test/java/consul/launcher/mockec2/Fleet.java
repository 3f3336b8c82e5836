package consul.launcher.mockec2;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// All instances and tasks at one moment. A value: each command answers the fleet after it.
///
/// @param instances by id, in the order of their launch
/// @param tasks by task id
public record Fleet(Map<String, Instance> instances, Map<String, EcsTask> tasks) {

    public Fleet {
        instances = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(instances));
        tasks = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(tasks));
    }

    static Fleet empty() {
        return new Fleet(Map.of(), Map.of());
    }

    Fleet launch(Instance instance) {
        if (instances.containsKey(instance.id())) {
            throw new IllegalArgumentException(instance.id() + " exists already");
        }
        return put(instance);
    }

    Fleet add(EcsTask task) {
        Map<String, EcsTask> all = new LinkedHashMap<>(tasks);
        all.put(task.id(), task);
        return new Fleet(instances, all);
    }

    /// A terminated instance never changes again, as on AWS.
    Fleet moveTo(State state, String id, Instant now) {
        Instance instance = get(id);
        if (instance.state() == State.TERMINATED && state != State.TERMINATED) {
            throw new IllegalArgumentException(id + " is terminated");
        }
        return instance.state() == state ? this : put(instance.with(state, now));
    }

    Fleet notice(String id, String kind, Instant now) {
        return change(id, instance -> instance.with(instance.notices().with(kind, now)));
    }

    Fleet tag(String id, Map<String, String> tags) {
        return change(id, instance -> instance.withTags(tags));
    }

    /// Forgets a terminated instance, as EC2 does after about an hour.
    Fleet purge(String id) {
        if (get(id).state() != State.TERMINATED) {
            throw new IllegalArgumentException(id + " is not terminated");
        }
        Map<String, Instance> all = new LinkedHashMap<>(instances);
        all.remove(id);
        return new Fleet(all, tasks);
    }

    public Instance get(String id) {
        return Optional.ofNullable(instances.get(id))
                .orElseThrow(() -> new NoSuchElementException("there is no instance " + id));
    }

    /// Who is asking. The address that was connected to decides first: on loopback all callers come from 127.0.0.1.
    /// A new instance may have a dead one's address; the dead ask nothing.
    Optional<Instance> caller(InetAddress local, InetAddress remote) {
        return known(plain(local)).or(() -> known(plain(remote))).or(() -> known("*"));
    }

    private Optional<Instance> known(String address) {
        Collection<Instance> all = instances.values();
        return all.stream()
                .filter(instance -> sameAddress(instance.caller(), address))
                .filter(instance -> instance.state().hasMetadata())
                .reduce((first, later) -> later);
    }

    private static boolean sameAddress(String one, String other) {
        return one.equals(other) || (one.contains(":") && other.equals(plain(InetAddress.ofLiteral(one))));
    }

    /// Without the scope that a link-local IPv6 address carries.
    private static String plain(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }

    private Fleet change(String id, UnaryOperator<Instance> change) {
        return put(change.apply(get(id)));
    }

    private Fleet put(Instance instance) {
        Map<String, Instance> all = new LinkedHashMap<>(instances);
        all.put(instance.id(), instance);
        return new Fleet(all, tasks);
    }
}
