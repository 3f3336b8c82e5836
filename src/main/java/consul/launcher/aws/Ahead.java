package consul.launcher.aws;

import java.security.Security;

/// What a first request makes the JDK set up, done on another thread while the launch is planned. A help on
/// two processors, and nothing on one.
public final class Ahead {

    private Ahead() {}

    /// Returns at once. Who needs any of it too early waits in the JDK, as if this had not been called.
    public static void begin() {
        Thread thread = new Thread(null, Ahead::prepare, "ahead");
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            // At a limit on threads. Who can't do without one says so.
        }
    }

    private static void prepare() {
        // Any address is resolved by a policy that stands in a file of 1,600 lines.
        Security.getProperty("networkaddress.cache.ttl");
    }
}
