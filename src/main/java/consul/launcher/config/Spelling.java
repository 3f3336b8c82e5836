package consul.launcher.config;

import java.util.Collection;
import java.util.Optional;

/// Finds the name that was probably meant by a misspelt one.
public final class Spelling {

    private Spelling() {}

    /// The name with the fewest typing errors between, if those are few for its length: none below 4 characters, one
    /// below 10, else two.
    ///
    /// @param ignored how many characters at the names' beginning don't count for their length
    public static Optional<String> closest(String word, Collection<String> names, int ignored) {
        String best = "";
        int fewest = Integer.MAX_VALUE;
        for (String name : names) {
            int length = name.length() - ignored;
            int most = length < 4 ? 0 : length < 10 ? 1 : 2;
            if (Math.abs(name.length() - word.length()) > most || most == 0) {
                continue;
            }
            int errors = errors(word, name);
            if (errors > 0 && errors <= most && errors < fewest) {
                best = name;
                fewest = errors;
            }
        }
        return best.isEmpty() ? Optional.empty() : Optional.of(best);
    }

    /// How many characters are missing, too many, others, or exchanged with their neighbour: the optimal string
    /// alignment distance. What both have at their ends is skipped, which leaves little to compare.
    static int errors(String one, String other) {
        int begin = 0;
        int end = one.length();
        int otherEnd = other.length();
        while (begin < end && begin < otherEnd && one.charAt(begin) == other.charAt(begin)) {
            begin++;
        }
        while (end > begin && otherEnd > begin && one.charAt(end - 1) == other.charAt(otherEnd - 1)) {
            end--;
            otherEnd--;
        }
        String a = one.substring(begin, end);
        String b = other.substring(begin, otherEnd);
        int[][] rows = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    rows[i][j] = i + j;
                    continue;
                }
                int changed = rows[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                rows[i][j] = Math.min(changed, 1 + Math.min(rows[i - 1][j], rows[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
                }
            }
        }
        return rows[a.length()][b.length()];
    }
}
