package consul.launcher.config;

import java.util.ArrayList;
import java.util.List;

/// Reads `CONSUL_RETRY_JOIN`: addresses, or `provider=…` strings in quotes, separated by white space. What people write
/// instead is told apart here, because Consul would only log that it can't resolve such a host, for ever.
final class RetryJoinWords {

    private static final String NAME = AgentSettings.RETRY_JOIN;

    private RetryJoinWords() {}

    static List<String> read(Environment environment, List<Problem> problems) {
        String value = environment.get(NAME).orElse(null);
        if (value == null) {
            return List.of();
        }
        List<String> words;
        try {
            words = Words.split(value);
        } catch (IllegalArgumentException e) {
            problems.add(new Problem(
                    NAME + " can't be split into words: " + e.getMessage(),
                    "give addresses, or provider=… strings in quotes, separated by spaces"));
            return List.of();
        }
        List<String> good = new ArrayList<>(words.size());
        for (String word : words) {
            if (isEntry(word, problems)) {
                good.add(word);
            }
        }
        return good;
    }

    private static boolean isEntry(String word, List<Problem> problems) {
        if (word.isBlank()) {
            problems.add(new Problem(NAME + " has an empty entry", "remove the quotes with nothing in them"));
            return false;
        }
        if (word.contains("{{") || word.contains("provider=") || word.contains("\"provider\"")) {
            return true;
        }
        int equals = word.indexOf('=');
        if (equals >= 0) {
            // The value may be a secret key: only the name is shown.
            problems.add(new Problem(
                    NAME + " has '" + MaskedUrl.of(word.substring(0, equals)) + "=…' as an entry of its own",
                    "put the whole provider string in quotes: \"provider=aws tag_key=… tag_value=…\""));
            return false;
        }
        if (word.indexOf(',') >= 0) {
            problems.add(new Problem(
                    NAME + " has '" + MaskedUrl.of(word) + "' as one address",
                    "separate addresses by spaces, not commas"));
            return false;
        }
        return true;
    }
}
