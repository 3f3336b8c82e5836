package consul.launcher.mockec2;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// Session tokens of IMDSv2: each good for one instance and for as long as was asked.
final class Tokens {

    /// Six hours: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-v2-how-it-works.html>
    private static final int LONGEST_SECONDS = 21_600;

    private record Session(String instance, Instant until) {}

    private final Map<String, Session> sessions = new ConcurrentHashMap<>();

    /// @param ttl the header's text
    Answer issue(String instance, String ttl, Instant now) {
        int seconds = seconds(ttl);
        if (seconds < 1 || seconds > LONGEST_SECONDS) {
            return Answer.html(400, "Bad Request");
        }
        String token = UUID.randomUUID().toString().replace("-", "") + "==";
        sessions.put(token, new Session(instance, now.plusSeconds(seconds)));
        return new Answer(
                200, "text/plain", token, Map.of("X-aws-ec2-metadata-token-ttl-seconds", Integer.toString(seconds)));
    }

    boolean isValid(String token, String instance, Instant now) {
        Session session = sessions.get(token);
        return session != null && session.instance().equals(instance) && now.isBefore(session.until());
    }

    /// All tokens given so far are no longer good.
    void forget() {
        sessions.clear();
    }

    private static int seconds(String ttl) {
        try {
            return Integer.parseInt(ttl);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
