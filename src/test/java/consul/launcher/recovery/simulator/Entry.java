package consul.launcher.recovery.simulator;

/// One entry of a raft log; the same object in every log that has it, so two logs that have it agree up to it.
final class Entry {

    static final long NEVER = -1;

    final long term;
    /// [Config#NONE] for a client's write.
    final Config config;
    /// When it was first acknowledged, in seconds.
    long committedAt = NEVER;

    Entry(long term, Config config) {
        this.term = term;
        this.config = config;
    }

    boolean isConfig() {
        return !config.isNone();
    }
}
