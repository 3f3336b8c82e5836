package consul.launcher.aws;

import consul.launcher.config.MetadataSettings;
import consul.launcher.json.JsonNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Asks EC2's metadata service whether this instance is going away. One [#check] makes at most two requests besides
/// those for a token, tries each once (the next check is the retry), keeps its token and its connections. For one
/// thread.
///
/// https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html,
/// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
public final class TerminationNotices implements AutoCloseable {

    /// What one check saw.
    public sealed interface Sight {}

    /// The instance stays, as far as anybody knows.
    public record NoNotice() implements Sight {}

    /// The instance is going away.
    public sealed interface Notice extends Sight {}

    /// Its Auto Scaling group takes it out.
    ///
    /// @param state the lifecycle state it is on the way to: `Terminated`, or `Warmed:Terminated`
    public record Autoscaling(String state) implements Notice {}

    /// EC2 wants the Spot capacity back.
    ///
    /// @param action `terminate`, `stop` or `hibernate`
    /// @param time when, if the notice says so in a form that can be read
    public record Spot(String action, Optional<Instant> time) implements Notice {}

    /// It couldn't be found out this time.
    ///
    /// @param attempts one line per thing tried and what came back, in order
    public record Failed(List<String> attempts) implements Sight {
        public Failed {
            attempts = List.copyOf(attempts);
        }
    }

    private final boolean possible;
    private final Http http;
    private final Ec2Metadata ec2;

    public TerminationNotices(MetadataSettings settings, Pace pace) {
        this.possible = possible(settings);
        this.http = new Http(settings, pace, 1);
        this.ec2 = new Ec2Metadata(http, pace, settings);
    }

    /// Whether the settings allow EC2 to be asked at all; if not, there is no use in checking.
    public static boolean possible(MetadataSettings settings) {
        return !settings.ec2Disabled()
                && (settings.mode() == MetadataSettings.Mode.AUTO || settings.mode() == MetadataSettings.Mode.EC2);
    }

    /// Sends what the next [#check] asks, so that its answers arrive while somebody else's are waited for.
    /// Doesn't wait but for connections.
    public void send() {
        if (possible) {
            ec2.session()
                    .ifPresent(session -> http.send(
                            List.of(ec2.url(Ec2Metadata.LIFECYCLE_STATE), ec2.url(Ec2Metadata.SPOT_ACTION)),
                            session.token()));
        }
    }

    /// Blocks until EC2 has answered, or hasn't in time: `AWS_METADATA_SERVICE_TIMEOUT`, for a connection and again
    /// for an answer, and [MetadataSettings#deadline] for all.
    public Sight check() {
        if (!possible) {
            return new NoNotice();
        }
        http.begin();
        try {
            return look();
        } finally {
            http.rest();
        }
    }

    @Override
    public void close() {
        http.close();
    }

    private Sight look() {
        Answer lifecycle = ec2.value(Ec2Metadata.LIFECYCLE_STATE);
        if (lifecycle.ok() && lifecycle.body().endsWith("Terminated")) {
            return new Autoscaling(lifecycle.body());
        }
        boolean answered = lifecycle.ok() || Ec2Metadata.isNoSuchValue(lifecycle);
        if (!answered && lifecycle.status() == 0) {
            // Nobody is there: not worth waiting for twice.
            return new Failed(http.story());
        }
        Answer spot = ec2.value(Ec2Metadata.SPOT_ACTION);
        if (spot.ok()) {
            Spot notice = spot(spot.body());
            if (notice != null) {
                return notice;
            }
            spot = http.reject(spot, "an instance action");
        }
        return answered && Ec2Metadata.isNoSuchValue(spot) ? new NoNotice() : new Failed(http.story());
    }

    private static @Nullable Spot spot(String body) {
        JsonNode values = JsonNode.object(body);
        String action = values.path("action").asText();
        boolean known = action.equals("terminate") || action.equals("stop") || action.equals("hibernate");
        return known ? new Spot(action, time(values.path("time").asText())) : null;
    }

    private static Optional<Instant> time(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
