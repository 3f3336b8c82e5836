package consul.launcher.recovery;

/// What the [Machine] wants done, in order.
public sealed interface Effect {

    /// To the log.
    ///
    /// @param text one or more lines
    record Log(Level level, String text) implements Effect {}

    enum Level {
        INFO,
        WARN,
        ERROR
    }

    /// One look at EC2, taken into the ledger, and the ledger saved; and one at the other servers, whether they know
    /// a leader, for [Facts#leaders]. Answered by no event: the machine goes on without what it brings. Who does it
    /// may block for it.
    record Look() implements Effect {}

    /// Gather all facts, with a look at EC2; answered by [Event.Collected] or [Event.Failed]. What is older than
    /// [Facts#FRESH] by then counts as not known.
    record Collect() implements Effect {}

    /// Stop Consul without leaving; answered by [Event.Done] or [Event.Failed].
    record StopConsul() implements Effect {}

    /// Start Consul as it was before. A peers.json of ours that may lie about is deleted first. Answered by no event:
    /// who can't do it tries again.
    record StartConsul() implements Effect {}

    /// Keep the journal, copy the raft directory, write peers.json, start Consul; answered by [Event.Done] or
    /// [Event.Failed]. The writing must fail where a peers.json lies that isn't ours: somebody may be quicker.
    record Apply(Plan plan) implements Effect {}

    /// Wait for a leader, the applied index and the planned servers in the configuration, for at most as long
    /// as elections may take; answered by [Event.Done] or [Event.Failed].
    record Verify(Plan plan) implements Effect {}
}
