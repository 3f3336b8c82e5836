package consul.launcher.testkit;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// Waits for a condition instead of for a time: returns as soon as it holds, fails with what was waited for.
public final class Eventually {

    private static final long POLL_NANOS = Duration.ofMillis(10).toNanos();

    private Eventually() {}

    /// Waits until the condition is true. A condition that throws is not true yet; its last failure is the cause.
    ///
    /// @param what what is waited for, as the end of "waited 10 s for …"
    /// @param within how long at most
    /// @throws AssertionError if it doesn't come true in time
    public static void until(String what, Duration within, Callable<Boolean> condition) {
        value(what, within, () -> condition.call() ? Optional.of(true) : Optional.empty());
    }

    /// Waits until there is a value, and returns it.
    public static <T> T value(String what, Duration within, Callable<Optional<T>> source) {
        return value(() -> what, within, source);
    }

    /// As above, with a description that is made only when the wait failed, so that it can tell how far things were.
    public static <T> T value(Supplier<String> what, Duration within, Callable<Optional<T>> source) {
        long start = System.nanoTime();
        while (true) {
            Throwable failure = null;
            try {
                Optional<T> value = source.call();
                if (value.isPresent()) {
                    return value.get();
                }
            } catch (Exception | AssertionError e) {
                failure = e;
            }
            if (System.nanoTime() - start > within.toNanos()) {
                throw new AssertionError("waited " + within.toMillis() + " ms for " + what.get(), failure);
            }
            LockSupport.parkNanos(POLL_NANOS);
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("interrupted while waiting for " + what.get());
            }
        }
    }
}
