package consul.launcher.quorum;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/// The file `report` as the watch writes it for `recovery status`: when it was written; then, where there is no leader,
/// since when, and until when it is only waited; then what was decided.
final class Report {

    private static final String LEADERLESS = "leaderless ";

    private Report() {}

    /// @param since there is no leader; empty if there is one
    /// @param until when the decision comes; empty if it is in the text
    static String write(Instant now, Optional<Instant> since, Optional<Instant> until, String text) {
        String waiting = since.map(
                        at -> LEADERLESS + at + until.map(end -> " " + end).orElse("") + "\n")
                .orElse("");
        return now + "\n" + waiting + text;
    }

    /// For people, as of now.
    static String read(String report, Instant now) {
        int begin = report.indexOf(LEADERLESS);
        int end = begin < 0 ? -1 : report.indexOf('\n', begin);
        if (end < 0 || begin != report.indexOf('\n') + 1) {
            return report;
        }
        String[] times = report.substring(begin + LEADERLESS.length(), end).split(" ", -1);
        try {
            Instant since = Instant.parse(times[0]);
            StringBuilder waiting = new StringBuilder("there has been no leader for ")
                    .append(seconds(since, now))
                    .append(" s, since ")
                    .append(since)
                    .append('\n');
            if (times.length > 1) {
                Instant until = Instant.parse(times[1]);
                waiting.append("unless one is seen, it is decided in ")
                        .append(seconds(now, until))
                        .append(" s, at ")
                        .append(until)
                        .append(", what can be done (CONSUL_QUORUM_RECOVERY_CONFIRM)\n");
            }
            return report.substring(0, begin) + waiting + report.substring(end + 1);
        } catch (DateTimeParseException e) {
            return report;
        }
    }

    private static long seconds(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toSeconds());
    }
}
