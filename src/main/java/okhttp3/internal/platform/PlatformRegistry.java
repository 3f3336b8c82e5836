package okhttp3.internal.platform;

/// In the place of okhttp's own class of this name, which stands behind it on the class path.
///
/// Okhttp's looks whether one of three other security libraries is installed, and to know it has the JDK set up each of
/// its own security providers: a quarter of the time that a start takes, for a request without TLS. None of the three
/// is shipped, so there is nothing to look for; TLS, where it is used, finds the JDK's providers as ever.
///
/// Belongs to okhttp 5. A new version that wants another shape of it doesn't compile, and one that no longer uses it is
/// noticed by the test that counts what a start initialises.
public final class PlatformRegistry {

    /// Kotlin's form of an object.
    public static final PlatformRegistry INSTANCE = new PlatformRegistry();

    private PlatformRegistry() {}

    public Platform findPlatform() {
        Platform jdk = Jdk9Platform.Companion.buildIfSupported();
        return jdk == null ? new Platform() : jdk;
    }

    public boolean isAndroid() {
        return false;
    }
}
