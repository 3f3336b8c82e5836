package consul.launcher.agent;

import consul.launcher.config.SecretSettings.Secret;
import java.util.List;

/// Secrets as a piece of Consul's configuration, in JSON.
final class SecretConfiguration {

    private static final String TOKENS = "acl.tokens.";

    private SecretConfiguration() {}

    static String json(List<Secret> secrets) {
        StringBuilder top = new StringBuilder();
        StringBuilder tokens = new StringBuilder();
        for (Secret secret : secrets) {
            boolean isToken = secret.key().startsWith(TOKENS);
            StringBuilder in = isToken ? tokens : top;
            in.append(in.isEmpty() ? "" : ",");
            quoted(in, isToken ? secret.key().substring(TOKENS.length()) : secret.key());
            in.append(':');
            quoted(in, secret.value());
        }
        if (!tokens.isEmpty()) {
            top.append(top.isEmpty() ? "" : ",")
                    .append("\"acl\":{\"tokens\":{")
                    .append(tokens)
                    .append("}}");
        }
        return "{" + top + "}\n";
    }

    private static void quoted(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
