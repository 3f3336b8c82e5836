package consul.launcher.watch;

import consul.launcher.config.Leave;

/// Whether an agent that is told to stop leaves the cluster first. Pure: a function of what is known at that moment.
///
/// A member that only stops is seen as failed and comes back as itself; one that leaves is forgotten at once. For a
/// client the second is right. For a server it costs a voter, so it is right only if the instance never comes back.
public final class LeavePolicy {

    private LeavePolicy() {}

    /// What the agent is. Not the type of the package agent, which assembles command lines: the watch doesn't know
    /// how Consul was started.
    public enum Role {
        SERVER,
        CLIENT,
        /// `-dev`: a cluster of its own, in memory.
        DEV
    }

    /// What the servers look like, as far as the local agent knows.
    public sealed interface Health {

        /// @param hasLeader whether there is a leader
        /// @param voters the voters of the raft configuration
        /// @param healthyOthers the healthy ones of them but this server
        /// @param isVoter whether this server is one of the voters
        record Known(boolean hasLeader, int voters, int healthyOthers, boolean isVoter) implements Health {}

        /// @param why what kept the launcher from knowing
        record Unknown(String why) implements Health {}
    }

    /// @param leaves whether to leave
    /// @param reason for the log
    public record Decision(boolean leaves, String reason) {}

    /// Of a role and a setting that decide alone, the rest isn't looked at.
    ///
    /// @param setting what the user wants
    /// @param instanceEnds whether EC2 has announced that the instance is going away
    public static Decision decide(Leave setting, Role role, boolean instanceEnds, Health health) {
        return switch (setting) {
            case ALWAYS -> new Decision(true, "CONSUL_LEAVE=always");
            case NEVER -> new Decision(false, "CONSUL_LEAVE=never");
            case AUTO ->
                switch (role) {
                    case CLIENT -> new Decision(true, "a client leaves when it stops");
                    case DEV -> new Decision(false, "a -dev agent has no cluster to leave");
                    case SERVER -> server(instanceEnds, health);
                };
        };
    }

    private static Decision server(boolean instanceEnds, Health health) {
        if (!instanceEnds) {
            return new Decision(false, "a server whose instance stays remains a member");
        }
        return switch (health) {
            case Health.Unknown unknown -> new Decision(false, "the servers' health is unknown: " + unknown.why());
            case Health.Known known -> server(known);
        };
    }

    private static Decision server(Health.Known known) {
        if (!known.hasLeader()) {
            return new Decision(false, "there is no leader to take this server out of the raft configuration");
        }
        if (!known.isVoter()) {
            return new Decision(true, "the instance is going away, and this server is no voter");
        }
        int left = known.voters() - 1;
        if (left == 0) {
            return new Decision(false, "this is the only voter, and leaving would end the cluster");
        }
        if (known.healthyOthers() < left / 2 + 1) {
            return new Decision(
                    false,
                    "only " + known.healthyOthers() + " of the " + left
                            + " voters that would be left are healthy, which is no quorum");
        }
        return new Decision(
                true,
                "the instance is going away, and " + known.healthyOthers() + " of the " + left
                        + " voters left are healthy");
    }
}
