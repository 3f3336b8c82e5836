package consul.launcher.mockec2;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// One EC2 instance. A value: a command makes a new one.
///
/// @param address private IPv4 address; empty on an IPv6-only instance
/// @param ipv6 empty where there is none
/// @param caller the address this instance is known by when it asks: the address it connects to, or the one it comes
///     from; `*` for whoever is not known otherwise
/// @param before the state that an API with a lag still shows
/// @param since when `state` began
public record Instance(
        String id,
        String address,
        String ipv6,
        String caller,
        String zone,
        String type,
        Imds imds,
        Map<String, String> tags,
        Notices notices,
        Instant launched,
        State state,
        State before,
        Instant since) {

    public Instance {
        tags = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }

    static Instance of(Attributes given, Instant now) {
        String id = given.require("id");
        String address = given.take("address", "");
        String ipv6 = given.take("ipv6", "");
        if (address.isEmpty() && ipv6.isEmpty()) {
            throw new IllegalArgumentException(id + ": address or ipv6 is missing");
        }
        State state = State.of(given.take("state", State.RUNNING.text()));
        Instance instance = new Instance(
                id,
                address,
                ipv6,
                given.take("caller", address.isEmpty() ? ipv6 : address),
                given.take("zone", "eu-central-1a"),
                given.take("type", "t3.small"),
                Imds.of(given.take("imds", "both")),
                given.takeTags(),
                new Notices(given.take("lifecycle", "InService"), "", ""),
                now,
                state,
                State.PENDING,
                now);
        given.expectNothingLeft();
        return instance;
    }

    /// `eu-central-1` of `eu-central-1a`.
    public String region() {
        return zone.substring(0, zone.length() - 1);
    }

    Instance with(State next, Instant now) {
        return new Instance(id, address, ipv6, caller, zone, type, imds, tags, notices, launched, next, state, now);
    }

    Instance with(Notices next) {
        return new Instance(id, address, ipv6, caller, zone, type, imds, tags, next, launched, state, before, since);
    }

    Instance withTags(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(tags);
        all.putAll(more);
        return new Instance(id, address, ipv6, caller, zone, type, imds, all, notices, launched, state, before, since);
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", id);
        json.put("state", state.text());
        json.put("address", address);
        json.put("ipv6", ipv6);
        json.put("caller", caller);
        json.put("zone", zone);
        json.put("type", type);
        json.put("lifecycle", notices.lifecycle());
        json.put("spotAction", notices.spotAction());
        json.put("tags", tags);
        return json;
    }
}
