package consul.launcher.recovery;

import java.time.Instant;

/// Where a server's launcher stands.
public sealed interface Phase {

    /// There is a leader.
    ///
    /// @param nextAsk when EC2 may be asked again about a failed server: a death proven before the quorum is
    ///     lost costs no time afterwards, and bounds the loss
    /// @param asked how often it was asked since something was failed
    record Run(Instant nextAsk, int asked) implements Phase {}

    /// There is none, and Consul is left alone.
    sealed interface Waiting extends Phase {

        /// Since when there is none.
        Instant since();
    }

    /// The confirmation time is running; EC2 is asked already.
    record Leaderless(Instant since, Instant nextAsk) implements Waiting {}

    /// Facts are being gathered.
    ///
    /// @param attempt how often they led nowhere
    /// @param ordered the hash of the plan that a person wants applied; empty text if none
    record Collect(Instant since, int attempt, String ordered) implements Waiting {}

    /// The facts led nowhere, for now.
    sealed interface Pause extends Waiting {

        /// When to gather them again.
        Instant nextRound();

        int attempt();
    }

    /// An instance was seen terminated once; only time is missing.
    record Prove(Instant since, Instant nextRound, int attempt) implements Pause {}

    /// There is a plan for a person to apply.
    record Planned(Instant since, Instant nextRound, int attempt, Plan plan) implements Pause {}

    /// Something is missing or doubtful, or there is nothing to do.
    record Blocked(Instant since, Instant nextRound, int attempt) implements Pause {}

    /// A plan is being applied. A kill in any of these is what [Resume] is for.
    sealed interface Acting extends Phase {

        Plan plan();
    }

    /// Consul is being stopped.
    record Stop(Plan plan, Order order) implements Acting {}

    /// Consul is stopped, and everything is looked at again.
    record Recheck(Plan plan, Order order, Instant stopped) implements Acting {}

    /// The plan is being written.
    record Apply(Plan plan) implements Acting {}

    /// Consul runs with the plan; is the cluster as planned?
    record Verify(Plan plan) implements Acting {}

    /// By whose will a plan is applied.
    enum Order {
        /// Mode `auto`: only what the plan leaves to the launcher.
        LAUNCHER,
        /// A person who named the plan.
        OPERATOR
    }
}
