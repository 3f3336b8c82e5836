package consul.launcher.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;

import consul.launcher.aws.Ec2ApiAnswer;
import consul.launcher.aws.Ec2ApiFailure;
import consul.launcher.aws.Ec2Instance;
import consul.launcher.config.AgentSettings.Tag;
import consul.launcher.recovery.Ec2Answer;
import consul.launcher.recovery.InstanceState;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class CloudTest {

    private static final String OWN = "i-0aaaaaaaaaaaaaaaa";
    private static final String DEAD = "i-0bbbbbbbbbbbbbbbb";
    private static final String FORGOTTEN = "i-0cccccccccccccccc";
    private static final Tag TAG = new Tag("Role", "consul");

    private final List<Collection<String>> asked = new ArrayList<>();
    private final List<Duration> given = new ArrayList<>();
    private Instant now = Instant.EPOCH;
    private Duration takes = Duration.ZERO;
    private Ec2ApiAnswer tagged = new Ec2ApiAnswer.Instances(List.of(instance(OWN, Ec2Instance.State.RUNNING)));

    @Test
    void asksForItselfTheNamesAndWhateverHasTheTag() {
        tagged = new Ec2ApiAnswer.Instances(
                List.of(instance(OWN, Ec2Instance.State.RUNNING), instance(DEAD, Ec2Instance.State.TERMINATED)));

        Cloud.Sight sight = look(Optional.of(TAG), "a-name-somebody-gave");

        assertEquals(List.of(new TreeSet<>(List.of(OWN, DEAD))), asked);
        assertEquals(
                new Ec2Answer.Listed(Map.of(OWN, InstanceState.RUNNING, DEAD, InstanceState.TERMINATED)),
                sight.round().byId());
        assertEquals(Map.of(OWN, "10.0.0.1"), sight.addresses());
    }

    @Test
    void asksAgainWithoutWhatEc2HasForgotten() {
        Cloud.Sight sight = look(Optional.of(TAG), DEAD, FORGOTTEN);

        assertEquals(2, asked.size());
        assertEquals(
                new Ec2Answer.Listed(Map.of(OWN, InstanceState.RUNNING, DEAD, InstanceState.TERMINATED)),
                sight.round().byId());
    }

    @Test
    void isNotWholeWithoutATag() {
        assertEquals(
                new Ec2Answer.Failed(Ec2Answer.Kind.INCOMPLETE, "no tag is configured"),
                look(Optional.empty()).round().byTag());
    }

    @Test
    void doesNotWaitASecondTimeForWhomItCouldNotReach() {
        tagged = new Ec2ApiFailure.Unreachable(URI.create("http://127.0.0.1:1"), "timeout", 4);

        Cloud.Sight sight = look(Optional.of(TAG));

        assertEquals(List.of(), asked);
        assertEquals(sight.round().byTag(), sight.round().byId());
    }

    @Test
    void givesEachCallWhatIsLeftOfTheLooksTime() {
        takes = Duration.ofSeconds(7);

        Cloud.Sight sight = look(Optional.of(TAG), FORGOTTEN);

        assertEquals(List.of(Duration.ofSeconds(20), Duration.ofSeconds(13), Duration.ofSeconds(6)), given);
        assertEquals(
                new Ec2Answer.Listed(Map.of(OWN, InstanceState.RUNNING)),
                sight.round().byId());
    }

    @Test
    void doesNotAskAgainWhenTheLooksTimeIsOver() {
        takes = Duration.ofSeconds(10);

        Cloud.Sight sight = look(Optional.of(TAG), FORGOTTEN);

        assertEquals(List.of(Duration.ofSeconds(20), Duration.ofSeconds(10)), given);
        assertEquals(
                new Ec2Answer.Failed(Ec2Answer.Kind.INCOMPLETE, "EC2 took longer than 20 s to answer"),
                sight.round().byId());
    }

    /// What was listed first may no longer be true, as where the credentials' source is slow.
    @Test
    void takesNoListThatIsOldWhenTheOtherHasCome() {
        takes = Duration.ofSeconds(19);

        Cloud.Sight sight = look(Optional.of(TAG));

        assertEquals(
                new Ec2Answer.Failed(Ec2Answer.Kind.INCOMPLETE, "EC2 took longer than 30 s to answer"),
                sight.round().byTag());
    }

    @Test
    void keepsFailuresApartAndFreeOfWhatDiffersEachTime() {
        URI endpoint = URI.create("https://ec2.eu-central-1.amazonaws.com");
        Map<Ec2ApiFailure, Ec2Answer.Kind> kinds = Map.of(
                new Ec2ApiFailure.Denied("ec2:DescribeInstances", "no", Optional.empty(), "request-17"),
                        Ec2Answer.Kind.DENIED,
                new Ec2ApiFailure.Throttled("RequestLimitExceeded", 4), Ec2Answer.Kind.THROTTLED,
                new Ec2ApiFailure.Unreachable(endpoint, "timeout after 17 ms", 4), Ec2Answer.Kind.UNREACHABLE,
                new Ec2ApiFailure.NotAuthenticated("AuthFailure", "17", endpoint, "eu-central-1", Optional.empty()),
                        Ec2Answer.Kind.WRONG_REGION,
                new Ec2ApiFailure.Malformed(endpoint, "line 17"), Ec2Answer.Kind.INCOMPLETE);
        kinds.forEach((failure, kind) -> {
            Ec2Answer.Failed failed = Cloud.failed(failure);
            assertEquals(kind, failed.kind());
            assertEquals(false, failed.detail().contains("17"), failed.detail());
        });
    }

    private Cloud.Sight look(Optional<Tag> tag, String... names) {
        Cloud.Api api = new Cloud.Api() {
            @Override
            public Ec2ApiAnswer byIds(Collection<String> ids, Duration within) {
                asked.add(new TreeSet<>(ids));
                given.add(within);
                now = now.plus(takes);
                if (ids.contains(FORGOTTEN)) {
                    return new Ec2ApiFailure.NotFound(new TreeSet<>(List.of(FORGOTTEN)));
                }
                return new Ec2ApiAnswer.Instances(ids.stream()
                        .map(id ->
                                instance(id, id.equals(OWN) ? Ec2Instance.State.RUNNING : Ec2Instance.State.TERMINATED))
                        .toList());
            }

            @Override
            public Ec2ApiAnswer byTag(String key, String value, Duration within) {
                given.add(within);
                now = now.plus(takes);
                return tagged;
            }
        };
        return new Cloud(api, tag, () -> now).look(OWN, List.of(names), Duration.ofSeconds(20));
    }

    private static Ec2Instance instance(String id, Ec2Instance.State state) {
        return new Ec2Instance(
                id,
                state,
                state == Ec2Instance.State.TERMINATED ? Optional.empty() : Optional.of("10.0.0.1"),
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
