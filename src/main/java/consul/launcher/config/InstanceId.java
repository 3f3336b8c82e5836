package consul.launcher.config;

/// What an EC2 instance id looks like. By hand, since it is read before Consul runs.
public final class InstanceId {

    private InstanceId() {}

    /// Whether it is `i-` and 17 hexadecimal digits, or 8 from before 2016.
    public static boolean isOne(String text) {
        if (!text.startsWith("i-") || (text.length() != 10 && text.length() != 19)) {
            return false;
        }
        for (int i = 2; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }
}
