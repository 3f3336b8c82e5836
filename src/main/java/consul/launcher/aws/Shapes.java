package consul.launcher.aws;

import java.net.InetAddress;

/// What metadata values look like, so that an error page is never taken for one. Without regular expressions,
/// because this runs before Consul does.
final class Shapes {

    private static final String HEX = "0123456789abcdef";
    private static final String LOWER = "abcdefghijklmnopqrstuvwxyz";
    private static final String UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final String DIGITS = "0123456789";
    private static final String NAME = LOWER + DIGITS + "-";

    /// ECS allows 255 characters in a cluster's name, and no other name here is that long.
    private static final int LONGEST_NAME = 255;

    private static final int LONGEST_TOKEN = 1024;

    private Shapes() {}

    /// 32 hexadecimal digits, or from before 2018 a UUID.
    static boolean isTaskId(String value) {
        return (value.length() == 32 && only(HEX, value, 0))
                || (value.length() == 36 && value.charAt(8) == '-' && only(HEX + "-", value, 0));
    }

    /// An address literal that somebody else can use: neither unspecified nor bound to a link.
    static boolean isAddress(String value) {
        return isIpv4(value) || isIpv6(value);
    }

    static boolean isIpv4(String value) {
        int parts = 0;
        int start = 0;
        while (start <= value.length()) {
            int dot = value.indexOf('.', start);
            String part = value.substring(start, dot < 0 ? value.length() : dot);
            if (!isOctet(part)) {
                return false;
            }
            parts++;
            if (dot < 0) {
                break;
            }
            start = dot + 1;
        }
        return parts == 4 && !value.equals("0.0.0.0") && !value.startsWith("169.254.");
    }

    private static boolean isOctet(String part) {
        if (part.isEmpty() || part.length() > 3 || !only(DIGITS, part, 0)) {
            return false;
        }
        return (part.length() == 1 || part.charAt(0) != '0') && Integer.parseInt(part) <= 255;
    }

    static boolean isIpv6(String value) {
        if (value.indexOf(':') < 0 || !only(HEX + "ABCDEF:", value, 0)) {
            return false;
        }
        try {
            // A literal, so nobody is asked for the name.
            InetAddress address = InetAddress.ofLiteral(value);
            return !address.isAnyLocalAddress() && !address.isLinkLocalAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// `m7g.large`, `u-6tb1.112xlarge`.
    static boolean isInstanceType(String value) {
        int dot = value.indexOf('.');
        return dot > 0 && isName(value.substring(0, dot)) && dot < value.length() - 1 && only(NAME, value, dot + 1);
    }

    static boolean isClusterName(String value) {
        return !value.isEmpty() && value.length() <= LONGEST_NAME && only(NAME + UPPER + "_", value, 0);
    }

    /// `InService`, `Terminated`, `Warmed:Stopped` and the like.
    static boolean isLifecycleState(String value) {
        return !value.isEmpty() && value.length() <= 40 && only(LOWER + UPPER + ":", value, 0);
    }

    /// What can be sent in a header: visible ASCII without blanks. A page in HTML has blanks or `<`.
    static boolean isToken(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c > '~' || c == '<' || c == '{') {
                return false;
            }
        }
        return !value.isEmpty() && value.length() <= LONGEST_TOKEN;
    }

    private static boolean isName(String value) {
        return value.length() > 1
                && value.length() <= LONGEST_NAME
                && LOWER.indexOf(value.charAt(0)) >= 0
                && only(NAME, value, 0);
    }

    private static boolean only(String allowed, String value, int from) {
        for (int i = from; i < value.length(); i++) {
            if (allowed.indexOf(value.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }
}
