package consul.launcher.config;

/// A URL as it may be shown: user info and query are replaced by `***`, since they may hold a password or a token.
/// Works on any text, because what is shown is often what could not be parsed.
public final class MaskedUrl {

    private static final String HIDDEN = "***";
    private static final String SCHEME_END = "://";

    private MaskedUrl() {}

    /// Masks a text that is meant to be one URL, with or without its scheme.
    public static String of(String url) {
        int scheme = url.indexOf(SCHEME_END);
        int start = scheme < 0 ? 0 : scheme + SCHEME_END.length();
        int query = start;
        while (query < url.length() && url.charAt(query) != '?' && url.charAt(query) != '#') {
            query++;
        }
        int lastAt = url.lastIndexOf('@');
        if (lastAt >= query) {
            // A password with a question mark in it, or an address in the query: both are hidden.
            return url.substring(0, start) + HIDDEN;
        }
        String user = lastAt < start ? url.substring(start, query) : HIDDEN + url.substring(lastAt, query);
        return url.substring(0, start) + user + (query == url.length() ? "" : url.charAt(query) + HIDDEN);
    }

    /// Masks every URL in a text: each word with `://` in it.
    public static String inText(String text) {
        int scheme = text.indexOf(SCHEME_END);
        if (scheme < 0) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length());
        int done = 0;
        while (scheme >= 0) {
            int start = scheme;
            while (start > done && Character.isLetterOrDigit(text.charAt(start - 1))) {
                start--;
            }
            int end = scheme;
            while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
                end++;
            }
            shown.append(text, done, start).append(word(text.substring(start, end)));
            done = end;
            scheme = text.indexOf(SCHEME_END, end);
        }
        return shown.append(text, done, text.length()).toString();
    }

    /// What is masked already keeps the punctuation behind it.
    private static String word(String word) {
        int query = word.indexOf("?" + HIDDEN);
        return query < 0 ? of(word) : of(word.substring(0, query)) + word.substring(query);
    }
}
