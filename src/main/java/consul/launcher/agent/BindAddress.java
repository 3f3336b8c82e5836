package consul.launcher.agent;

import java.net.InetAddress;
import java.util.regex.Pattern;

/// The value of `-bind` or `bind_addr`. Consul advertises it, unless it stands for every interface.
final class BindAddress {

    /// What a go-sockaddr template leaves out.
    private static final Pattern EXCLUDED = Pattern.compile("\\bexclude\\s+([\"`]).*?\\1\\s+([\"`]).*?\\2");

    /// What a go-sockaddr template must name to resolve to loopback or to every interface.
    /// <https://pkg.go.dev/github.com/hashicorp/go-sockaddr/template>
    private static final Pattern LOOPBACK_OR_ALL =
            Pattern.compile("[\"`](lo|127[0-9./]+|::1(/128)?|::|0\\.0\\.0\\.0)[\"`]|\\bloopback\\b");

    private BindAddress() {}

    /// Whether it is an address that other hosts may reach, or a template that resolves to one.
    static boolean isReachable(String bind) {
        if (bind.contains("{{")) {
            return !LOOPBACK_OR_ALL
                    .matcher(EXCLUDED.matcher(bind).replaceAll(""))
                    .find();
        }
        boolean brackets = bind.startsWith("[") && bind.endsWith("]");
        InetAddress literal = OwnAddresses.literal(brackets ? bind.substring(1, bind.length() - 1) : bind);
        return literal != null && !literal.isAnyLocalAddress() && !literal.isLoopbackAddress();
    }
}
