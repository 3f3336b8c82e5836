package consul.launcher.agent;

import consul.launcher.config.AgentSettings;
import consul.launcher.config.Origin;
import consul.launcher.config.Sourced;
import consul.launcher.identity.Identity;
import java.util.List;
import java.util.Optional;

/// Decides how the agent finds its cluster: by the instances' tag, by the entries of `CONSUL_RETRY_JOIN`, or as the
/// user says, and then by neither.
final class JoinFlags {

    private final AgentSettings settings;
    private final GivenSettings given;
    private final Optional<Given> retryJoin;

    JoinFlags(AgentSettings settings, GivenSettings given) {
        this.settings = settings;
        this.given = given;
        this.retryJoin = given.findAny("retry-join", "retry_join");
    }

    boolean wantsRegion() {
        return retryJoin.isEmpty()
                && settings.tag().isPresent()
                && settings.region().isEmpty();
    }

    boolean isByTagAlone() {
        return retryJoin.isEmpty()
                && settings.tag().isPresent()
                && settings.retryJoin().isEmpty();
    }

    /// @param advertised the address that others know this agent by, or a template for it; empty if Consul chooses one
    void add(Identity identity, String advertised, List<Flag> flags, Findings all) {
        if (retryJoin.isPresent()) {
            if (settings.isSet(AgentSettings.TAG_KEY) || settings.isSet(AgentSettings.TAG_VALUE)) {
                all.note("-retry-join by TAG_KEY and TAG_VALUE not passed: "
                        + retryJoin.get().by());
            }
            if (settings.isSet(AgentSettings.RETRY_JOIN)) {
                all.note("-retry-join by CONSUL_RETRY_JOIN not passed: "
                        + retryJoin.get().by());
            }
            return;
        }
        if (settings.tag().isPresent()) {
            flags.add(byTag(settings.tag().get(), identity, advertised, all));
        }
        if (settings.retryJoin().isEmpty()) {
            return;
        }
        OwnAddresses own = ownAddresses(identity, advertised);
        for (String entry : settings.retryJoin()) {
            if (own.isOwn(entry)) {
                all.note("-retry-join " + entry + " not passed: it is this agent's own address");
            } else {
                flags.add(Flag.of(
                        Origin.variable(AgentSettings.RETRY_JOIN), "-retry-join", OwnAddresses.bracketed(entry)));
            }
        }
    }

    private Flag byTag(AgentSettings.Tag tag, Identity identity, String advertised, Findings all) {
        String value = GoDiscover.awsTag(tag.key(), tag.value());
        if (advertised.indexOf(':') >= 0 && !advertised.contains("{{")) {
            // By default go-discover takes private IPv4 addresses, of which such instances have none.
            value += " addr_type=public_v6";
        }
        String variables = AgentSettings.TAG_KEY + " and " + AgentSettings.TAG_VALUE;
        Optional<Sourced<String>> region = settings.region().isPresent() ? settings.region() : identity.region();
        if (region.isEmpty()) {
            all.note("the -retry-join by tag names no region: Consul asks the metadata service for it");
            return Flag.of(Origin.variable(variables), "-retry-join", value);
        }
        Origin origin = Origin.variable(
                variables + ", region by " + region.get().origin().describe());
        return Flag.of(
                origin,
                "-retry-join",
                value + " region=" + GoDiscover.quoted(region.get().value()));
    }

    private OwnAddresses ownAddresses(Identity identity, String advertised) {
        Optional<Given> port = given.find("serf-lan-port", "ports.serf_lan");
        OwnAddresses own = new OwnAddresses(port.isPresent() ? port.get().value() : "8301");
        own.add(advertised);
        if (identity.address().isPresent()) {
            own.add(identity.address().get().value());
        }
        Optional<Given> bind = given.find("bind", "bind_addr");
        if (bind.isPresent()) {
            own.add(bind.get().value());
        }
        return own;
    }
}
