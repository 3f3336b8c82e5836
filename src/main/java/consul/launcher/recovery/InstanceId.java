package consul.launcher.recovery;

/// Whether a node name is an EC2 instance id: `i-` and 8 or 17 hexadecimal digits. Any other name can't be
/// proven dead.
public final class InstanceId {

    private InstanceId() {}

    public static boolean isOne(String name) {
        if (!name.startsWith("i-") || (name.length() != 10 && name.length() != 19)) {
            return false;
        }
        for (int i = 2; i < name.length(); i++) {
            char c = name.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }
}
