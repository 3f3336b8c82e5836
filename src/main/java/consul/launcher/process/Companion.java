package consul.launcher.process;

/// Who stands beside a supervised child and knows more about it than that it is a process. Must not throw.
public interface Companion {

    /// The child runs.
    ///
    /// @param whenInstanceEnds to call once if the instance is going away; may be called on any thread
    void started(Runnable whenInstanceEnds);

    /// The child is to stop. Bounded in time.
    ///
    /// @return whether it was told to leave and stop by itself, so that it needs no signal
    boolean tellsAgentToLeave();

    /// The child is gone, or was never started.
    void stopped();

    /// Nobody.
    static Companion none() {
        return new Companion() {
            @Override
            public void started(Runnable whenInstanceEnds) {
                // nothing to watch
            }

            @Override
            public boolean tellsAgentToLeave() {
                return false;
            }

            @Override
            public void stopped() {
                // nothing was watched
            }
        };
    }
}
