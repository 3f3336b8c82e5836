package consul.launcher.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import consul.launcher.config.Ec2ApiSettings;
import consul.launcher.config.Environment;
import consul.launcher.mockec2.Ec2Mock;
import consul.launcher.mockec2.Options;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The whole way as it runs on EC2: settings and credentials from the environment, a fleet that changes.
final class Ec2ApiFleetTest {

    private final Ec2Mock mock = Ec2Mock.start(new Options(
            Optional.of("127.0.0.1"),
            0,
            Optional.empty(),
            List.of(
                    "id=i-aaaaaaa1,address=127.0.1.1,tag:Role=consul",
                    "id=i-aaaaaaa2,address=127.0.1.2,ipv6=2001:db8::2,tag:Role=consul",
                    "id=i-aaaaaaa3,address=127.0.1.3,tag:Role=web",
                    "id=i-aaaaaaa4,address=127.0.1.4,zone=us-east-1a,tag:Role=consul",
                    "id=i-aaaaaaa5,address=127.0.1.5,caller=*,tag:Role=consul"),
            List.of(),
            Duration.ZERO,
            Duration.ofHours(1),
            1,
            Optional.empty()));
    private final Environment environment = new Environment(Map.of(
            "AWS_ENDPOINT_URL_EC2", mock.endpoint("127.0.0.1"),
            "AWS_REGION", "eu-central-1",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT", mock.endpoint("127.0.0.1")));
    private final Ec2Api api = api("eu-central-1");

    private Ec2Api api(String region) {
        return Ec2Api.of(
                Ec2ApiSettings.from(environment, problem -> {
                    throw new AssertionError(problem.line());
                }),
                region,
                environment);
    }

    @AfterEach
    void close() {
        api.close();
        mock.close();
    }

    private static List<String> ids(Ec2ApiAnswer answer) {
        return assertInstanceOf(Ec2ApiAnswer.Instances.class, answer).all().stream()
                .map(Ec2Instance::id)
                .toList();
    }

    private Ec2Instance only(String id) {
        return assertInstanceOf(Ec2ApiAnswer.Instances.class, api.byIds(List.of(id)))
                .find(id)
                .orElseThrow();
    }

    @Test
    void findsTheWholeFleetByTagPageByPage() {
        assertEquals(List.of("i-aaaaaaa1", "i-aaaaaaa2", "i-aaaaaaa5"), ids(api.byTag("Role", "consul", Set.of())));
    }

    @Test
    void seesAnInstanceThroughItsLife() {
        assertEquals(Ec2Instance.State.RUNNING, only("i-aaaaaaa2").state());
        assertEquals(Optional.of("127.0.1.2"), only("i-aaaaaaa2").privateIp());
        assertEquals(Optional.of("2001:db8::2"), only("i-aaaaaaa2").ipv6());
        assertEquals(Optional.of("eu-central-1a"), only("i-aaaaaaa2").zone());
        mock.command("stop", "id=i-aaaaaaa2");
        assertEquals(Ec2Instance.State.STOPPED, only("i-aaaaaaa2").state());
        mock.command("state", "id=i-aaaaaaa2,state=shutting-down");
        assertEquals(Ec2Instance.State.SHUTTING_DOWN, only("i-aaaaaaa2").state());
        mock.command("terminate", "id=i-aaaaaaa2");
        assertEquals(Ec2Instance.State.TERMINATED, only("i-aaaaaaa2").state());
        assertEquals(Optional.empty(), only("i-aaaaaaa2").privateIp());
        mock.command("purge", "id=i-aaaaaaa2");
        assertEquals(
                new Ec2ApiFailure.NotFound(new TreeSet<>(Set.of("i-aaaaaaa2"))),
                api.byIds(List.of("i-aaaaaaa1", "i-aaaaaaa2")));
    }

    @Test
    void leavesOutStatesThatAreNotAskedFor() {
        mock.command("terminate", "id=i-aaaaaaa1");

        assertEquals(
                List.of("i-aaaaaaa2", "i-aaaaaaa5"),
                ids(api.byTag("Role", "consul", Set.of(Ec2Instance.State.RUNNING, Ec2Instance.State.PENDING))));
    }

    @Test
    void seesOnlyItsRegion() {
        try (Ec2Api elsewhere = api("us-east-1")) {
            assertEquals(List.of("i-aaaaaaa4"), ids(elsewhere.byTag("Role", "consul", Set.of())));
            assertInstanceOf(Ec2ApiFailure.NotFound.class, elsewhere.byIds(List.of("i-aaaaaaa1")));
        }
    }

    @Test
    void survivesSomeThrottling() {
        mock.command("fault", "api=ec2,code=RequestLimitExceeded,times=1");

        assertEquals(List.of("i-aaaaaaa1"), ids(api.byIds(List.of("i-aaaaaaa1"))));
    }

    @Test
    void tellsWhatIsDenied() {
        mock.command("fault", "api=ec2,code=UnauthorizedOperation,times=2");

        assertInstanceOf(Ec2ApiFailure.Denied.class, api.byTag("Role", "consul", Set.of()));
        assertInstanceOf(Ec2ApiFailure.Denied.class, api.checkPermission().orElseThrow());
    }

    @Test
    void mayAskWhereNothingIsDenied() {
        assertEquals(Optional.empty(), api.checkPermission());
    }
}
