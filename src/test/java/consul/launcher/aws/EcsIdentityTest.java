package consul.launcher.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.Origin;
import consul.launcher.config.Sourced;
import consul.launcher.identity.Identity;
import consul.launcher.identity.IdentitySource.NotFound;
import consul.launcher.identity.IdentitySource.Result;
import consul.launcher.identity.NetworkMode;
import consul.launcher.identity.Wanted;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A container of an ECS task, with and without an EC2 instance of its own under it.
class EcsIdentityTest {

    private static final String TASK = "158d1c8083dd49d6b527399fd6414f5c";
    private static final Set<Wanted> ALL = EnumSet.allOf(Wanted.class);

    private static final List<String> ONE_TASK = List.of("GET /v4/0/task");
    private static final String TOKEN = "PUT /latest/api/token";
    private static final String DOCUMENT = "GET /latest/dynamic/instance-identity/document";

    private final FakePace pace = new FakePace();
    private Mock ecs;
    private Mock ec2;

    @BeforeEach
    void start() throws IOException {
        ecs = new Mock();
        ec2 = new Mock();
    }

    @AfterEach
    void stop() {
        ecs.close();
        ec2.close();
    }

    // ---- what the launch type and the network mode mean

    @Test
    void isTheTaskOnFargate() {
        ecs.answers(200, task("FARGATE", "awsvpc", "10.0.2.61", ""));

        Identity identity = Mock.found(find(ALL));

        assertEquals(ecs(TASK, "TaskARN"), identity.nodeName());
        assertEquals(ecs("10.0.2.61", "IPv4Addresses"), identity.address());
        assertEquals(ecs("eu-west-1", "TaskARN"), identity.region());
        assertEquals(
                Map.of(
                        "availability-zone",
                                ecs("eu-west-1b", "AvailabilityZone").orElseThrow(),
                        "ecs-cluster", ecs("web_Cluster-1", "Cluster").orElseThrow(),
                        "ecs-task", ecs(TASK, "TaskARN").orElseThrow()),
                identity.nodeMeta());
        assertEquals(NetworkMode.AWSVPC, identity.networkMode());
        assertEquals(ONE_TASK, ecs.requests());
        assertEquals(List.of(), ec2.requests());
    }

    @Test
    void isTheInstanceAtTheTasksAddressInAwsvpcModeOnEc2() {
        ecs.answers(200, task("EC2", "awsvpc", "10.0.2.61", ""));
        ec2.token().answers(200, Mock.INSTANCE);

        Identity identity = Mock.found(find(Set.of(Wanted.NODE_NAME, Wanted.ADDRESS, Wanted.REGION)));

        assertEquals(
                Optional.of(new Sourced<>(Mock.INSTANCE, Origin.metadata("EC2 instance-id"))), identity.nodeName());
        assertEquals(ecs("10.0.2.61", "IPv4Addresses"), identity.address());
        assertEquals(ecs("eu-west-1", "TaskARN"), identity.region());
        assertEquals(ONE_TASK, ecs.requests());
        assertEquals(List.of(TOKEN, "GET /latest/meta-data/instance-id"), ec2.requests());
    }

    /// C1: several tasks share the instance.
    @Test
    void isTheTaskInAwsvpcModeOnEc2IfItsNameIsWanted() {
        ecs.answers(200, task("EC2", "awsvpc", "10.0.2.61", ""));
        ec2.token().answers(200, Mock.DOCUMENT);

        Identity identity = Mock.found(find(ALL));

        assertEquals(ecs(TASK, "TaskARN"), identity.nodeName());
        assertEquals(ecs("10.0.2.61", "IPv4Addresses"), identity.address());
        assertEquals(Optional.of(Mock.INSTANCE), identity.instanceId(), "by which its end is watched");
        assertEquals(
                ecs(TASK, "TaskARN"), Optional.ofNullable(identity.nodeMeta().get("ecs-task")));
        assertEquals(ONE_TASK, ecs.requests());
        assertEquals(List.of(TOKEN, DOCUMENT), ec2.requests());
    }

    /// C1: `ECS_AWSVPC_BLOCK_IMDS` and the hop limit are no reason to fail.
    @ParameterizedTest
    @ValueSource(ints = {403, 500})
    void isTheTaskInAwsvpcModeThoughEc2RefusesAndAsksThatOnce(int status) {
        ecs.answers(200, task("EC2", "awsvpc", "10.0.2.61", ""));
        ec2.answers(status, "").answers(status, "").answers(status, "");

        Identity identity = Mock.found(find(ALL, "AWS_EC2_METADATA_V1_DISABLED", "true"));

        assertEquals(ecs(TASK, "TaskARN"), identity.nodeName());
        assertEquals(null, identity.nodeMeta().get("instance-id"));
        assertEquals(List.of(TOKEN), ec2.requests());
    }

    @ParameterizedTest
    @CsvSource({"host,HOST", "bridge,BRIDGE", "default,BRIDGE"})
    void isTheInstanceInHostAndBridgeModeOnEc2(String mode, NetworkMode expected) {
        ecs.answers(200, task("EC2", mode, mode.equals("host") ? "" : "172.17.0.2", ""));
        ec2.token().answers(200, Mock.DOCUMENT);

        Identity identity = Mock.found(find(ALL));

        assertEquals(Mock.INSTANCE, identity.nodeName().orElseThrow().value());
        assertEquals("10.0.1.23", identity.address().orElseThrow().value());
        assertEquals(expected, identity.networkMode());
        assertEquals(
                List.of("availability-zone", "instance-type", "instance-id", "ecs-cluster", "ecs-task"),
                List.copyOf(identity.nodeMeta().keySet()));
        assertEquals(ONE_TASK, ecs.requests());
        assertEquals(List.of(TOKEN, DOCUMENT), ec2.requests());
    }

    @Test
    void isTheInstanceWhereTheAgentDoesNotTellTheLaunchType() {
        ecs.answers(200, task("EC2", "host", "", "").replace("\"LaunchType\": \"EC2\",", ""));
        ec2.token().answers(200, Mock.DOCUMENT);

        Identity identity = Mock.found(find(Set.of(Wanted.NODE_NAME, Wanted.ADDRESS)));

        assertEquals(Mock.INSTANCE, identity.nodeName().orElseThrow().value());
    }

    @Test
    void isTheTaskOnAMachineThatIsNotAmazons() {
        ecs.answers(200, task("EXTERNAL", "host", "", ""));

        Identity identity = Mock.found(find(Set.of(Wanted.NODE_NAME, Wanted.REGION, Wanted.NETWORK_MODE)));

        assertEquals(ecs(TASK, "TaskARN"), identity.nodeName());
        assertEquals(ecs("eu-west-1", "TaskARN"), identity.region());
        assertEquals(NetworkMode.HOST, identity.networkMode());
        assertEquals(ONE_TASK, ecs.requests());
        assertEquals(List.of(), ec2.requests());
    }

    @ParameterizedTest
    @CsvSource({"EXTERNAL,bridge,auto", "EXTERNAL,host,auto", "EC2,bridge,ecs", "EC2,host,ecs"})
    void advertisesNoAddressThatOtherHostsCannotReach(String launchType, String mode, String metadata) {
        ecs.answers(200, task(launchType, mode, "172.17.0.2", ""));

        NotFound notFound = Mock.notFound(find(Set.of(Wanted.NODE_NAME, Wanted.ADDRESS), "CONSUL_METADATA", metadata));

        assertEquals(
                "the task's network mode is " + mode + ": ECS metadata has no address that other hosts reach it at",
                notFound.attempts().getLast());
        assertTrue(
                notFound.remedies().get(0).contains("-advertise="),
                notFound.remedies().toString());
        assertEquals(
                launchType.equals("EC2"),
                notFound.remedies().contains("use network mode awsvpc"),
                "which ECS Anywhere hasn't");
        assertEquals(List.of(), ec2.requests());
    }

    @Test
    void takesTheIpv6AddressOfATaskThatHasNoOther() {
        ecs.answers(200, task("FARGATE", "awsvpc", "", "2001:db8::61"));

        assertEquals(
                ecs("2001:db8::61", "IPv6Addresses"),
                Mock.found(find(Set.of(Wanted.ADDRESS))).address());
    }

    @Test
    void prefersTheIpv4AddressOfATaskThatHasBoth() {
        ecs.answers(200, task("FARGATE", "awsvpc", "10.0.2.61", "2001:db8::61"));

        assertEquals(
                ecs("10.0.2.61", "IPv4Addresses"),
                Mock.found(find(Set.of(Wanted.ADDRESS))).address());
    }

    // ---- what is asked

    @Test
    void asksEcsAloneForTheNetworkMode() {
        ecs.answers(200, task("EC2", "awsvpc", "10.0.2.61", ""));

        assertEquals(
                NetworkMode.AWSVPC,
                Mock.found(find(Set.of(Wanted.NETWORK_MODE))).networkMode());
        assertEquals(ONE_TASK, ecs.requests());
        assertEquals(List.of(), ec2.requests());
    }

    @Test
    void asksEcsAloneForTheAddressInAwsvpcModeAndForTheRegion() {
        ecs.answers(200, task("EC2", "awsvpc", "10.0.2.61", ""));

        Mock.found(find(Set.of(Wanted.ADDRESS, Wanted.REGION, Wanted.NODE_META)));

        assertEquals(ONE_TASK, ecs.requests());
        assertEquals(List.of(), ec2.requests());
    }

    @Test
    void keepsTheRegionOfTheTaskThoughNobodyWantsIt() {
        ecs.answers(200, task("EC2", "awsvpc", "10.0.2.61", ""));
        ec2.token().answers(200, Mock.DOCUMENT.replace("\"eu-west-1\"", "\"eu-west-9\""));

        Identity identity = Mock.found(find(Set.of(Wanted.NODE_NAME, Wanted.ADDRESS, Wanted.NODE_META)));

        assertEquals(ecs("eu-west-1", "TaskARN"), identity.region(), "the first that was read");
        assertEquals(ONE_TASK, ecs.requests());
        assertEquals(List.of(TOKEN, DOCUMENT), ec2.requests());
    }

    @ParameterizedTest
    @CsvSource({"NODE_META,x", "REGION,AWS_REGION"})
    void makesNoCallForWhatALaunchCanDoWithoutOrHas(Wanted wanted, String variable) {
        Mock.found(find(Set.of(wanted), variable, "eu-west-1"));

        assertEquals(List.of(), ecs.requests());
        assertEquals(List.of(), ec2.requests());
    }

    @Test
    void doesNotAskEcsIfToldToAskEc2() {
        ec2.token().answers(200, Mock.DOCUMENT);

        Identity identity = Mock.found(find(ALL, "CONSUL_METADATA", "ec2"));

        assertEquals("10.0.1.23", identity.address().orElseThrow().value());
        assertEquals(NetworkMode.UNKNOWN, identity.networkMode());
        assertEquals(List.of(), ecs.requests());
    }

    @Test
    void doesNotAskEc2IfToldToAskEcs() {
        ecs.answers(200, task("EC2", "awsvpc", "10.0.2.61", ""));

        Identity identity = Mock.found(find(ALL, "CONSUL_METADATA", "ecs"));

        assertEquals(ecs(TASK, "TaskARN"), identity.nodeName());
        assertEquals(ecs("10.0.2.61", "IPv4Addresses"), identity.address());
        assertEquals(List.of(), ec2.requests());
    }

    @Test
    void saysThatItIsNotInEcsIfToldToAskEcs() {
        NotFound notFound = Mock.notFound(new MetadataSource(Mock.settings("CONSUL_METADATA", "ecs"), pace).find(ALL));

        assertEquals(List.of("ECS metadata not asked: ECS_CONTAINER_METADATA_URI_V4 is not set"), notFound.attempts());
        assertTrue(
                notFound.remedies().contains("not in ECS: set CONSUL_METADATA=ec2"),
                notFound.remedies().toString());
    }

    @Test
    void knowsNoNetworkModeOutsideOfEcsIfToldToAskEcs() {
        Identity identity = Mock.found(
                new MetadataSource(Mock.settings("CONSUL_METADATA", "ecs"), pace).find(Set.of(Wanted.NETWORK_MODE)));

        assertEquals(NetworkMode.UNKNOWN, identity.networkMode());
    }

    // ---- EC2 out of reach

    @Test
    void namesEveryWayOutIfTheTokenNeverComesInAwsvpcMode() {
        ecs.answers(200, task("EC2", "awsvpc", "10.0.2.61", ""));
        ec2.answers(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE));

        NotFound notFound = Mock.notFound(find(
                Set.of(Wanted.NODE_NAME, Wanted.ADDRESS),
                "AWS_METADATA_SERVICE_TIMEOUT",
                "0.5",
                "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
                "1"));

        assertEquals(
                List.of(
                        "GET " + ecs.url() + "/v4/0/task came back: 200",
                        "PUT " + ec2.url() + "/latest/api/token came back: connected, but no answer within 500 ms"),
                notFound.attempts());
        List<String> remedies = notFound.remedies();
        assertEquals(4, remedies.size(), remedies.toString());
        assertTrue(remedies.get(0).contains("--http-put-response-hop-limit 2"), remedies.toString());
        assertTrue(remedies.get(1).contains("ECS_AWSVPC_BLOCK_IMDS=true"), remedies.toString());
        assertEquals(
                "do without the instance: set CONSUL_METADATA=ecs; the task's id becomes the node's name",
                remedies.get(2));
        assertTrue(remedies.get(3).contains("CONSUL_METADATA=none"), remedies.toString());
    }

    @Test
    void namesTheAgentsBlockFirstIfNobodyListensInAwsvpcMode() throws IOException {
        ecs.answers(200, task("EC2", "awsvpc", "10.0.2.61", ""));
        try (Mock.Refusing refusing = new Mock.Refusing()) {
            NotFound notFound =
                    Mock.notFound(find(Set.of(Wanted.NODE_NAME), "AWS_EC2_METADATA_SERVICE_ENDPOINT", refusing.url()));

            assertTrue(
                    notFound.remedies().get(1).contains("ECS_AWSVPC_BLOCK_IMDS=true"),
                    notFound.remedies().toString());
        }
    }

    @Test
    void doesNotBlameTheAgentsBlockInBridgeMode() {
        ecs.answers(200, task("EC2", "bridge", "172.17.0.2", ""));
        ec2.answers(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE));

        List<String> remedies = Mock.notFound(find(
                        Set.of(Wanted.NODE_NAME, Wanted.ADDRESS),
                        "AWS_METADATA_SERVICE_TIMEOUT",
                        "0.5",
                        "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
                        "1"))
                .remedies();

        assertTrue(remedies.get(0).contains("--http-put-response-hop-limit 2"), remedies.toString());
        assertEquals(
                "do without the instance: set CONSUL_METADATA=ecs and give -advertise=;"
                        + " the task's id becomes the node's name",
                remedies.get(1));
    }

    @Test
    void asksEcsButNotEc2IfThatIsDisabled() {
        ecs.answers(200, task("EC2", "awsvpc", "10.0.2.61", ""));

        NotFound notFound =
                Mock.notFound(find(Set.of(Wanted.NODE_NAME, Wanted.ADDRESS), "AWS_EC2_METADATA_DISABLED", "true"));

        assertEquals(
                "EC2 metadata not asked: AWS_EC2_METADATA_DISABLED=true",
                notFound.attempts().getLast());
        assertTrue(
                notFound.remedies().get(1).contains("CONSUL_METADATA=ecs"),
                notFound.remedies().toString());
        assertEquals(List.of(), ec2.requests());
    }

    @Test
    void needsNoEc2OnFargateThoughItIsDisabled() {
        ecs.answers(200, task("FARGATE", "awsvpc", "10.0.2.61", ""));

        Identity identity = Mock.found(find(ALL, "AWS_EC2_METADATA_DISABLED", "true"));

        assertEquals(ecs(TASK, "TaskARN"), identity.nodeName());
    }

    // ---- ECS itself

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|not JSON: it ends too early",
                "'[]'|no JSON object",
                "'{'|not JSON: it ends too early",
                "'{\"TaskARN\": }'|not JSON: it is no JSON at character 13",
                "'{\"TaskARN\": \"a\"} {}'|not JSON: it is no JSON at character 18",
                "'<html>'|not JSON: it is no JSON at character 1",
                "'{\"Containers\": [{\"Networks\": [{\"IPv4Addresses\": [\"10.0.0.1\"'|not JSON: it ends too early"
            })
    void saysWhatIsWrongWithBrokenMetadata(String body, String fault) {
        ecs.answers(200, body);

        NotFound notFound = Mock.notFound(find(ALL));

        String line = notFound.attempts().getLast();
        assertTrue(line.startsWith("GET " + ecs.url() + "/v4/0/task came back: 200, but "), line);
        assertTrue(line.contains(" is not a task's metadata (" + fault), line);
        assertEquals(ONE_TASK, ecs.requests());
        assertEquals(List.of(), ec2.requests());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not-an-arn",
                "arn:aws:ecs:eu-west-1:111122223333:task/default/not-an-id",
                "arn:aws:ecs:eu-west-1:111122223333:service/158d1c8083dd49d6b527399fd6414f5c"
            })
    void takesNoOtherTextForATaskArn(String arn) {
        ecs.answers(
                200,
                task("FARGATE", "awsvpc", "10.0.2.61", "")
                        .replace("arn:aws:ecs:eu-west-1:111122223333:task/web_Cluster-1/" + TASK, arn));

        NotFound notFound = Mock.notFound(find(Set.of(Wanted.NODE_NAME)));

        assertTrue(
                notFound.attempts().getLast().endsWith(" is not a task's metadata with a usable TaskARN"),
                notFound.attempts().toString());
    }

    @ParameterizedTest
    @CsvSource({
        "arn:aws:ecs:eu-west-1:111122223333:task/158d1c8083dd49d6b527399fd6414f5c,eu-west-1",
        "arn:aws-us-gov:ecs:us-gov-west-1:111122223333:task/c/158d1c8083dd49d6b527399fd6414f5c,us-gov-west-1"
    })
    void readsTheTaskIdAndTheRegionFromEveryFormOfTheArn(String arn, String region) {
        ecs.answers(
                200,
                task("FARGATE", "awsvpc", "10.0.2.61", "")
                        .replace("arn:aws:ecs:eu-west-1:111122223333:task/web_Cluster-1/" + TASK, arn));

        Identity identity = Mock.found(find(Set.of(Wanted.NODE_NAME, Wanted.REGION)));

        assertEquals(ecs(TASK, "TaskARN"), identity.nodeName());
        assertEquals(ecs(region, "TaskARN"), identity.region());
    }

    @ParameterizedTest
    @ValueSource(strings = {"web_Cluster-1", "arn:aws:ecs:eu-west-1:111122223333:cluster/web_Cluster-1"})
    void readsTheClustersNameFromEveryForm(String cluster) {
        ecs.answers(
                200,
                task("FARGATE", "awsvpc", "10.0.2.61", "")
                        .replace("\"Cluster\": \"web_Cluster-1\"", "\"Cluster\": \"" + cluster + "\""));

        Identity identity = Mock.found(find(Set.of(Wanted.NODE_NAME, Wanted.NODE_META)));

        assertEquals(
                ecs("web_Cluster-1", "Cluster"),
                Optional.ofNullable(identity.nodeMeta().get("ecs-cluster")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "", "169.254.172.42", "10.0.0.256"})
    void takesNoOtherTextForTheTasksAddress(String address) {
        ecs.answers(200, task("FARGATE", "awsvpc", address, ""));

        NotFound notFound = Mock.notFound(find(Set.of(Wanted.ADDRESS)));

        assertTrue(
                notFound.attempts().getLast().endsWith("a usable address in Containers[].Networks[]"),
                notFound.attempts().toString());
    }

    @Test
    void triesEcsAgainIfItFails() {
        ecs.answers(500, "").answers(429, "").answers(200, task("FARGATE", "awsvpc", "10.0.2.61", ""));

        Mock.found(find(ALL));

        assertEquals(3, ecs.requests().size());
        assertEquals(2, pace.slept.size());
    }

    @Test
    void doesNotAskEc2IfEcsDoesNotSayHowTheTaskRuns() {
        ecs.answers(404, "no such task");

        NotFound notFound = Mock.notFound(find(ALL));

        assertEquals(List.of("GET " + ecs.url() + "/v4/0/task came back: 404 \"no such task\""), notFound.attempts());
        assertTrue(
                notFound.remedies().contains("in host or bridge mode on EC2: set CONSUL_METADATA=ec2"),
                notFound.remedies().toString());
        assertEquals(List.of(), ec2.requests());
    }

    @Test
    void readsNoMetadataWithoutEnd() {
        ecs.answers(200, "{\"a\": \"" + "x".repeat(1024 * 1024) + "\"}");

        NotFound notFound = Mock.notFound(find(ALL));

        assertTrue(
                notFound.attempts().getLast().endsWith("200, but more than 1048576 bytes"),
                notFound.attempts().toString());
    }

    // ----

    /// In the default mode; variables come later and win.
    private Result find(Set<Wanted> wanted, String... variables) {
        List<String> all = new ArrayList<>(List.of(
                "ECS_CONTAINER_METADATA_URI_V4", ecs.url() + "/v4/0", "AWS_EC2_METADATA_SERVICE_ENDPOINT", ec2.url()));
        all.addAll(Arrays.asList(variables));
        return new MetadataSource(Mock.settings(all.toArray(String[]::new)), pace).find(wanted);
    }

    private static Optional<Sourced<String>> ecs(String value, String key) {
        return Optional.of(new Sourced<>(value, Origin.metadata("ECS task metadata " + key)));
    }

    /// The shape of AWS's example, shortened: a side container without a network first, nested values in between.
    private static String task(String launchType, String networkMode, String ipv4, String ipv6) {
        String addresses = ipv6.isEmpty()
                ? "\"IPv4Addresses\": [\"" + ipv4 + "\"]"
                : ipv4.isEmpty()
                        ? "\"IPv6Addresses\": [\"fe80::1\", \"" + ipv6 + "\"]"
                        : "\"IPv6Addresses\": [\"" + ipv6 + "\"], \"IPv4Addresses\": [\"" + ipv4 + "\"]";
        return """
                {
                  "Cluster": "web_Cluster-1",
                  "TaskARN": "arn:aws:ecs:eu-west-1:111122223333:task/web_Cluster-1/%s",
                  "Family": "consul", "Revision": "5", "DesiredStatus": "RUNNING", "KnownStatus": "RUNNING",
                  "Limits": {"CPU": 0.25, "Memory": 512},
                  "AvailabilityZone": "eu-west-1b",
                  "LaunchType": "%s",
                  "Containers": [
                    {"DockerId": "side", "Type": "CNI_PAUSE", "Networks": null, "Labels": {"Networks": "[]"}},
                    {
                      "DockerId": "consul",
                      "Labels": {"com.amazonaws.ecs.cluster": "other", "LaunchType": "x"},
                      "Limits": {"CPU": 10},
                      "Networks": [
                        {
                          "NetworkMode": "%s",
                          %s,
                          "AttachmentIndex": 0,
                          "IPv4SubnetCIDRBlock": "10.0.2.0/24",
                          "DomainNameServers": ["10.0.2.2"]
                        }
                      ]
                    }
                  ],
                  "ClockDrift": {"ClockErrorBound": 0.5, "ClockSynchronizationStatus": "SYNCHRONIZED"}
                }
                """.formatted(TASK, launchType, networkMode, addresses);
    }
}
