package consul.launcher.agent;

/// The text form of go-discover's settings, `key=value key=value`: a value with a space, an equals sign, a quote or a
/// backslash must stand in double quotes, where quote and backslash are escaped
/// (https://github.com/hashicorp/go-discover, config.go).
final class GoDiscover {

    private GoDiscover() {}

    /// `provider=aws tag_key=K tag_value=V`, ready for a region. Neither may have a control character.
    static String awsTag(String key, String value) {
        return "provider=aws tag_key=" + quoted(key) + " tag_value=" + quoted(value);
    }

    static String quoted(String value) {
        if (isPlain(value)) {
            return value;
        }
        StringBuilder text = new StringBuilder(value.length() + 8).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\');
            }
            text.append(c);
        }
        return text.append('"').toString();
    }

    /// White space of any kind is trimmed at the ends of an unquoted value, so all of it counts.
    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\' || c == '=' || Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                return false;
            }
        }
        return !value.isEmpty();
    }
}
