package consul.launcher.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Reads `CONSUL_RETRY_JOIN`: addresses, or `provider=…` strings in quotes, separated by white space, each with or
/// without `-retry-join` in front. What people write instead is told apart here, because Consul would only log that it
/// can't resolve such a host, for ever.
final class RetryJoinWords {

    private static final String NAME = AgentSettings.RETRY_JOIN;

    /// The flags that people write in the variable, since Consul has the value behind them.
    private static final List<String> JOIN_FLAGS = List.of("-retry-join", "--retry-join", "-join", "--join");

    private RetryJoinWords() {}

    static List<String> read(Environment environment, Consumer<Problem> problems) {
        String value = environment.get(NAME).orElse(null);
        if (value == null) {
            return List.of();
        }
        List<String> words;
        try {
            words = Words.split(value);
        } catch (IllegalArgumentException e) {
            problems.accept(new Problem(
                    NAME + " can't be split into words: " + e.getMessage(),
                    "give addresses, or provider=… strings in quotes, separated by spaces"));
            return List.of();
        }
        List<String> good = new ArrayList<>(words.size());
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.startsWith("-")) {
                int equals = word.indexOf('=');
                String flag = equals < 0 ? word : word.substring(0, equals);
                boolean isLast = equals < 0 && i + 1 == words.size();
                if (!JOIN_FLAGS.contains(flag) || isLast) {
                    problems.accept(new Problem(
                            NAME + " has the flag '" + flag + "'" + (isLast ? " with nothing to join behind it" : ""),
                            "give addresses without flags, and other flags as arguments"));
                    continue;
                }
                word = equals < 0 ? words.get(++i) : word.substring(equals + 1);
            }
            if (isEntry(word, problems)) {
                good.add(word);
            }
        }
        return good;
    }

    private static boolean isEntry(String word, Consumer<Problem> problems) {
        if (word.isBlank()) {
            problems.accept(new Problem(NAME + " has an empty entry", "remove the quotes with nothing in them"));
            return false;
        }
        if (word.contains("{{") || word.contains("provider=") || word.contains("\"provider\"")) {
            return true;
        }
        int equals = word.indexOf('=');
        if (equals >= 0) {
            // The value may be a secret key: only the name is shown.
            problems.accept(new Problem(
                    NAME + " has '" + MaskedUrl.of(word.substring(0, equals)) + "=…' as an entry of its own",
                    "put the whole provider string in quotes: \"provider=aws tag_key=… tag_value=…\""));
            return false;
        }
        if (word.indexOf(',') >= 0) {
            problems.accept(new Problem(
                    NAME + " has '" + MaskedUrl.of(word) + "' as one address",
                    "separate addresses by spaces, not commas"));
            return false;
        }
        return true;
    }
}
