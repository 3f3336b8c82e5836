package consul.launcher.config;

import org.jspecify.annotations.Nullable;

/// The limits of the operating system that an exception or error comes from, which the JDK has in texts only.
public final class Limits {

    private static final String FILES =
            "the limit on open files is reached: raise it (ulimit -n, or the container's ulimits)";
    private static final String PROCESSES =
            "the limit on processes and threads is reached: raise it (ulimit -u, or the container's limit on pids)";

    private Limits() {}

    public static boolean areReached(Throwable thrown) {
        return !describe(thrown).isEmpty();
    }

    /// Which limit, and what to do; empty if it is none.
    public static String describe(Throwable thrown) {
        for (@Nullable Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (message.contains("Too many open files")) {
                return FILES;
            }
            // EAGAIN of fork(2), in both forms that the JDK has for it.
            if (message.contains("unable to create native thread")
                    || message.contains("error=11,")
                    || message.contains("error: 11 ")) {
                return PROCESSES;
            }
        }
        return "";
    }
}
