package consul.launcher.mockec2;

import java.time.Instant;

/// What AWS tells an instance about its end; an empty string is a path that answers 404.
///
/// @param lifecycle `autoscaling/target-lifecycle-state`
/// @param spotAction `spot/instance-action`, JSON
/// @param rebalance `events/recommendations/rebalance`, JSON
record Notices(String lifecycle, String spotAction, String rebalance) {

    /// AWS gives a spot instance two minutes.
    private static final long SPOT_WARNING_SECONDS = 120;

    /// @param kind `spot`, `autoscaling`, `rebalance`, or `none` to take all of them back
    Notices with(String kind, Instant now) {
        return switch (kind) {
            case "spot" -> {
                String at = Json.time(now.plusSeconds(SPOT_WARNING_SECONDS));
                yield new Notices(lifecycle, "{\"action\":\"terminate\",\"time\":\"" + at + "\"}", rebalance);
            }
            case "autoscaling" -> new Notices("Terminated", spotAction, rebalance);
            case "rebalance" -> new Notices(lifecycle, spotAction, "{\"noticeTime\":\"" + Json.time(now) + "\"}");
            case "none" -> new Notices(lifecycle.isEmpty() ? "" : "InService", "", "");
            default ->
                throw new IllegalArgumentException(
                        "kind=" + kind + ": spot, autoscaling, rebalance or none is expected");
        };
    }
}
