package consul.launcher.process;

import java.util.function.Consumer;

/// Who stands beside a supervised child and knows more about it than that it is a process. Must not throw, nor take
/// long.
public interface Companion {

    /// How a child is made to end.
    enum Way {
        /// By a signal.
        SIGNAL,
        /// By its own API: it leaves its cluster and then ends by itself.
        LEAVE
    }

    /// The child runs, and this stops it and starts it again. Comes before [#started].
    default void controls(AgentControl control) {
        // most don't
    }

    /// The child runs for the first time; that it was stopped and started again by [AgentControl] isn't told.
    ///
    /// @param whenInstanceEnds to call, again and again, if the instance is going away; may be called on any thread
    void started(Runnable whenInstanceEnds);

    /// The child is to stop, or its instance is going away: decides how it is to end, and tells it if it is to leave.
    ///
    /// @param decided to call on any thread: with `LEAVE` just before the child is told to leave, with `SIGNAL` if
    ///     it isn't told, or couldn't be
    void decide(Consumer<Way> decided);

    /// The child is gone, and isn't started again.
    void stopped();

    /// Nobody.
    static Companion none() {
        return new Companion() {
            @Override
            public void started(Runnable whenInstanceEnds) {
                // nothing to watch
            }

            @Override
            public void decide(Consumer<Way> decided) {
                decided.accept(Way.SIGNAL);
            }

            @Override
            public void stopped() {
                // nothing was watched
            }
        };
    }
}
