package consul.launcher.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.aws.MetadataSource;
import consul.launcher.aws.Pace;
import consul.launcher.config.Environment;
import consul.launcher.config.Log;
import consul.launcher.config.MetadataSettings;
import consul.launcher.config.Origin;
import consul.launcher.config.Sourced;
import consul.launcher.entrypoint.HostInterfaces;
import consul.launcher.entrypoint.Preparer;
import consul.launcher.identity.Identity;
import consul.launcher.identity.IdentitySource;
import consul.launcher.identity.NetworkMode;
import consul.launcher.identity.Wanted;
import consul.launcher.mockec2.Ec2Mock;
import consul.launcher.mockec2.Options;
import consul.launcher.process.ShortRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// One problem each, in surroundings that are sound otherwise.
final class DoctorTest {

    /// Nobody else's.
    private static final String ADDRESS = "127.0.5.9";

    @TempDir
    Path home;

    private final Ec2Mock ec2 =
            Ec2Mock.start(Options.loopback("id=i-0aa00000000000001,address=127.0.5.9,tag:Role=consul"));
    private final MockWebServer agent = new MockWebServer();
    private final Map<String, String> variables = new TreeMap<>();
    private final Map<String, MockResponse> answers = new ConcurrentHashMap<>();
    private String consulVersion = "";
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private IdentitySource identity = _ -> new IdentitySource.Found(known());

    @BeforeEach
    void sound() throws IOException {
        agent.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return answers.getOrDefault(
                        request.getTarget(),
                        new MockResponse.Builder().code(404).build());
            }
        });
        agent.start();
        for (String directory : List.of("data", "config", "proc", "etc")) {
            Files.createDirectory(home.resolve(directory));
        }
        Files.writeString(home.resolve("etc/status"), "Uid:\t1234\t1234\t1234\t1234\nCapEff:\t0000000000000000\n");
        variables.put("CONSUL_DATA_DIR", home.resolve("data").toString());
        variables.put("CONSUL_CONFIG_DIR", home.resolve("config").toString());
        variables.put("CONSUL_BIND", ADDRESS);
        variables.put("CONSUL_CLIENT", ADDRESS);
        variables.put("CONSUL_HTTP_ADDR", agent.getHostName() + ":" + agent.getPort());
        variables.put("TAG_KEY", "Role");
        variables.put("TAG_VALUE", "consul");
        variables.put("AWS_ENDPOINT_URL_EC2", "http://127.0.0.1:" + ec2.port());
        variables.put("AWS_ACCESS_KEY_ID", "AKIAMOCKMOCKMOCKMOCK");
        variables.put("AWS_SECRET_ACCESS_KEY", "mock/secret/of/nobody");
    }

    @AfterEach
    void close() {
        agent.close();
        ec2.close();
    }

    @Test
    void findsNoProblemWhereThereIsNone() {
        answer("\"10.0.0.1:8300\"");
        assertEquals(0, doctor(), this::said);
        for (String thing :
                List.of("metadata", "directories", "settings", "EC2 API", "tag", "ports", "agent", "leader")) {
            assertTrue(line(thing).startsWith("ok"), this::said);
        }
        assertEquals("", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void tellsThatThereIsNoProc() throws IOException {
        answer("\"10.0.0.1:8300\"");
        Files.delete(home.resolve("etc/status"));

        assertProblem("directories", "can't read " + home.resolve("etc/status"), "→ mount /proc");
    }

    @Test
    void tellsWhyMetadataIsOutOfReach() {
        answer("\"10.0.0.1:8300\"");
        identity = _ -> new IdentitySource.NotFound(List.of("PUT http://x: timed out"), List.of("raise the hop limit"));
        variables.put("AWS_REGION", "eu-central-1");
        assertProblem("metadata", "PUT http://x: timed out", "→ raise the hop limit");
    }

    @Test
    void tellsThatTheHopLimitIsTooLow() {
        answer("\"10.0.0.1:8300\"");
        identity = new MetadataSource(
                MetadataSettings.from(
                        new Environment(Map.of(
                                "CONSUL_METADATA",
                                "ec2",
                                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                ec2.endpoint("127.0.0.1"),
                                "AWS_METADATA_SERVICE_TIMEOUT",
                                "0.2",
                                "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
                                "1")),
                        _ -> {}),
                Pace.real());
        // What a hop limit of 1 looks like behind a bridge.
        ec2.command("fault", "api=token,hang=true,times=-1");
        variables.put("AWS_REGION", "eu-central-1");
        assertProblem("metadata", "/latest/api/token", "--http-put-response-hop-limit 2");
    }

    @Test
    void asksNoMetadataThatIsSwitchedOff() {
        answer("\"10.0.0.1:8300\"");
        variables.put("CONSUL_METADATA", "none");
        variables.put("AWS_REGION", "eu-central-1");
        identity = _ -> {
            throw new AssertionError("asked");
        };
        assertEquals(0, doctor(), this::said);
        assertTrue(line("metadata").startsWith("-"), this::said);
    }

    /// B3.
    @Test
    void looksAtTheDataDirectoryOfTheArguments() throws IOException {
        Path file = Files.createFile(home.resolve("file"));
        variables.put("CONSUL_DATA_DIR", file.toString());

        doctor("agent", "-data-dir=" + home.resolve("data"));

        assertTrue(line("directories").startsWith("ok"), this::said);
        assertTrue(line("directories").contains(home.resolve("data") + " and "), this::said);
    }

    @Test
    void tellsWhichDirectoryCannotBeUsed() throws IOException {
        answer("\"10.0.0.1:8300\"");
        Path file = Files.createFile(home.resolve("file"));
        variables.put("CONSUL_DATA_DIR", file.toString());
        assertProblem("directories", file + " is not a directory", "CONSUL_DATA_DIR");
        assertTrue(line("settings").startsWith("ok"), this::said);
    }

    @Test
    void tellsWhatIsWrongWithTheSettings() {
        answer("\"10.0.0.1:8300\"");
        variables.put("CONSUL_SERVER", "true");
        variables.put("BOOTSTRAP_EXPECT", "many");
        assertProblem("settings", "BOOTSTRAP_EXPECT is 'many'", "3 or 5");
    }

    @Test
    void tellsThatTheTagLeadsToNoServerInAwsvpcMode() {
        answer("\"10.0.0.1:8300\"");
        identity = _ -> new IdentitySource.Found(known(NetworkMode.AWSVPC));
        variables.put("CONSUL_SERVER", "true");
        variables.put("BOOTSTRAP_EXPECT", "3");
        assertEquals(1, doctor(), this::said);
        assertTrue(line("tag").startsWith("problem"), this::said);
        assertTrue(line("tag").contains("→ use host mode, or a name"), this::said);
    }

    @Test
    void findsNoProblemInAwsvpcModeForAServerFoundByItsNameAndForAClient() {
        identity = _ -> new IdentitySource.Found(known(NetworkMode.AWSVPC));
        answer("\"10.0.0.1:8300\"");
        assertEquals(0, doctor(), this::said);
        variables.putAll(
                Map.of("CONSUL_SERVER", "true", "BOOTSTRAP_EXPECT", "3", "CONSUL_RETRY_JOIN", "consul.internal"));
        answer("\"10.0.0.1:8300\"");
        assertEquals(0, doctor(), this::said);
    }

    /// A client in host mode keeps its API on loopback, so only there a port must be free.
    @Test
    void asksHowTheTaskIsAttachedToTheNetwork() {
        answer("\"10.0.0.1:8300\"");
        Set<Wanted> asked = EnumSet.noneOf(Wanted.class);
        identity = wanted -> {
            asked.addAll(wanted);
            return new IdentitySource.Found(known());
        };
        assertEquals(0, doctor(), this::said);
        assertTrue(asked.contains(Wanted.NETWORK_MODE), asked::toString);
    }

    @Test
    void tellsThatThePermissionIsMissing() {
        answer("\"10.0.0.1:8300\"");
        ec2.command("fault", "api=ec2,code=UnauthorizedOperation,times=-1");
        assertProblem("EC2 API", "denies ec2:DescribeInstances", "task role");
    }

    @Test
    void tellsThatCredentialsAreMissing() {
        answer("\"10.0.0.1:8300\"");
        variables.remove("AWS_ACCESS_KEY_ID");
        variables.put("AWS_EC2_METADATA_DISABLED", "true");
        assertProblem("EC2 API", "no credentials", "task role");
    }

    @Test
    void asksWithoutAskingAnything() {
        answer("\"10.0.0.1:8300\"");
        assertEquals(0, doctor(), this::said);
        // The second call is the one for the tag.
        assertEquals(2L, ec2.requests().counters().get("ec2"));
        assertEquals(412, ec2.requests().entries().getFirst().status(), "DryRunOperation comes back as 412");
    }

    @Test
    void tellsThatTheTagCannotBeLookedUp() throws IOException {
        answer("\"10.0.0.1:8300\"");
        try (MockWebServer api = new MockWebServer()) {
            api.start();
            api.enqueue(refusal(412, "DryRunOperation"));
            api.enqueue(refusal(403, "UnauthorizedOperation"));
            variables.put("AWS_ENDPOINT_URL_EC2", "http://" + api.getHostName() + ":" + api.getPort());
            assertProblem("tag", "denies ec2:DescribeInstances", "task role");
        }
    }

    private static MockResponse refusal(int status, String code) {
        return new MockResponse.Builder()
                .code(status)
                .body("<Response><Errors><Error><Code>" + code + "</Code><Message>no</Message></Error></Errors>"
                        + "<RequestID>1</RequestID></Response>")
                .build();
    }

    @Test
    void tellsThatTheRegionIsNone() {
        answer("\"10.0.0.1:8300\"");
        variables.remove("AWS_ENDPOINT_URL_EC2");
        Origin origin = Origin.metadata("a test");
        identity = _ -> new IdentitySource.Found(new Identity(
                Optional.of(new Sourced<>("i-0aa00000000000001", origin)),
                Optional.of(new Sourced<>("10.0.0.9", origin)),
                Optional.of(new Sourced<>("no region", origin)),
                Map.of(),
                NetworkMode.UNKNOWN));
        assertProblem("EC2 API", "no region", "→ correct AWS_REGION");
    }

    @Test
    void tellsThatTheRegionIsUnknown() {
        answer("\"10.0.0.1:8300\"");
        identity = _ -> new IdentitySource.Found(Identity.unknown());
        assertProblem("EC2 API", "the region isn't known", "AWS_REGION");
    }

    @Test
    void tellsThatTheProxyIsNone() {
        answer("\"10.0.0.1:8300\"");
        variables.put("HTTPS_PROXY", "socks5://proxy.example:1080");
        assertProblem("EC2 API", "HTTPS_PROXY is no proxy that can be used", "or unset it");
    }

    @Test
    void asksTheEc2ApiOnlyForATag() {
        answer("\"10.0.0.1:8300\"");
        variables.remove("TAG_KEY");
        variables.remove("TAG_VALUE");
        assertEquals(0, doctor(), this::said);
        assertEquals(0L, ec2.requests().counters().getOrDefault("ec2", 0L));
    }

    @Test
    void tellsThatNobodyCarriesTheTag() {
        answer("\"10.0.0.1:8300\"");
        variables.put("TAG_VALUE", "Consul");
        assertProblem("tag", "no running instance carries Role=Consul", "PropagateAtLaunch");
    }

    /// C4: a machine image that was made of a running server.
    @Test
    void tellsThatTheDataIsAnotherInstances() throws IOException {
        answer("\"10.0.0.1:8300\"");
        Path owner = Files.createDirectory(home.resolve("data/launcher")).resolve("owner");
        Files.writeString(owner, "i-0aa00000000000002\n");
        assertProblem(
                "data",
                "the data in " + home.resolve("data") + " is that of i-0aa00000000000002, and this is"
                        + " i-0aa00000000000001",
                "→ stop this agent, empty " + home.resolve("data"));
        Files.writeString(owner, "i-0aa00000000000001\n");
        answer("\"10.0.0.1:8300\"");
        out.reset();
        assertEquals(0, doctor(), this::said);
    }

    /// C4: Consul's user may write there, and root reads it.
    @Test
    void showsNothingOfAnOwnerThatIsALinkOrNoInstanceId() throws IOException {
        Path secret = Files.writeString(home.resolve("secret"), "i-0aa00000000000002");
        Path owner = Files.createDirectory(home.resolve("data/launcher")).resolve("owner");
        Files.createSymbolicLink(owner, secret);
        answer("\"10.0.0.1:8300\"");
        assertEquals(0, doctor(), this::said);
        Files.delete(owner);
        Files.writeString(owner, "root:x:0:0");
        answer("\"10.0.0.1:8300\"");
        assertEquals(0, doctor(), this::said);
    }

    @Test
    void tellsWhichPortIsTaken() throws IOException {
        answer("\"10.0.0.1:8300\"");
        try (ServerSocket other = new ServerSocket(8301, 1, InetAddress.ofLiteral(ADDRESS))) {
            assertProblem("ports", "in use: " + other.getLocalPort() + "/tcp on " + ADDRESS, "stop it");
        }
    }

    @Test
    void takesTheArgumentsOfTheAgentThatRuns() throws IOException {
        answer("\"10.0.0.1:8300\"");
        Files.createDirectory(home.resolve("proc/7"));
        Files.writeString(home.resolve("proc/7/cmdline"), "consul\0agent\0-server\0-bootstrap-expect=3\0");
        variables.put("BOOTSTRAP_EXPECT", "3");
        assertEquals(0, doctor(), this::said);
        assertTrue(line("settings").contains("as a server"), this::said);
        assertTrue(line("ports").startsWith("-"), this::said);
    }

    @Test
    void tellsThatNoAgentAnswers() {
        agent.close();
        assertProblem("agent", "no answer from http://", "CONSUL_HTTP_ADDR");
    }

    @Test
    void leavesTheLeaderOutWhereNoAgentAnswers() {
        agent.close();
        assertEquals(1, doctor(), this::said);
        assertTrue(line("leader").startsWith("-        not known without the agent"), this::said);
    }

    @Test
    void leavesThePortsOutWhereTheSettingsAreWrong() {
        answer("\"10.0.0.1:8300\"");
        variables.put("BOOTSTRAP_EXPECT", "3");
        assertEquals(1, doctor(), this::said);
        assertTrue(line("ports").startsWith("-        not known before the settings are right"), this::said);
    }

    @Test
    void tellsThatTheAgentCannotBeAskedWithTheseSettings() {
        variables.put("CONSUL_HTTP_ADDR", "ftp://10.0.0.1");
        assertProblem("settings", "CONSUL_HTTP_ADDR is 'ftp://10.0.0.1'", ": give host:port");
        assertTrue(line("agent").startsWith("-        not asked before the settings are right"), this::said);
    }

    @Test
    void asksNoOtherEc2ThanTheOneThatWasMeant() {
        answer("\"10.0.0.1:8300\"");
        variables.put("TAG_KEY", "Role");
        variables.put("TAG_VALUE", "consul");
        variables.put("AWS_ENDPOINT_URL_EC2", "ec2.eu-central-1.amazonaws.com");
        assertProblem("settings", "AWS_ENDPOINT_URL_EC2 is 'ec2.eu-central-1.amazonaws.com'", ": set it to a URL");
        assertTrue(line("EC2 API").startsWith("-        not asked before the settings are right"), this::said);
    }

    @Test
    void tellsThatTheCertificatesCannotBeRead() {
        variables.put("CONSUL_HTTP_SSL", "true");
        variables.put("CONSUL_CACERT", home.resolve("none.pem").toString());
        assertProblem("agent", "can't read certificates from " + home.resolve("none.pem"), "→ correct the CONSUL_…");
    }

    @Test
    void tellsThatTheAgentKnowsNoLeader() {
        answer("\"\"");
        assertProblem("leader", "the agent knows none", "consul members");
    }

    /// D14.
    @Test
    void tellsThatConsulWillNotLetTheServerRejoin() throws IOException {
        answer("\"10.0.0.9:8300\"");
        variables.put("CONSUL_SERVER", "true");
        variables.put("BOOTSTRAP_EXPECT", "3");
        Files.writeString(home.resolve("data/server_metadata.json"), "{\"last_seen_unix\":1700000000}");
        assertProblem("data", "so Consul 1.15.3 and newer refuses to rejoin: empty " + home.resolve("data"), "");
    }

    @Test
    void takesNoOtherWords() {
        assertEquals(64, doctor("version"));
    }

    private void answer(String leader) {
        answers.put("/v1/status/leader", new MockResponse.Builder().body(leader).build());
    }

    /// F6
    @Test
    void tellsThatTheTagIsHalfSet() {
        answer("\"10.0.0.1:8300\"");
        variables.remove("TAG_VALUE");
        assertEquals(1, doctor(), this::said);
        assertTrue(
                line("EC2 API").startsWith("-        not asked before TAG_KEY and TAG_VALUE are both set"), this::said);
    }

    /// E: a server stays one where its directory is wrong.
    @ParameterizedTest
    @ValueSource(strings = {"argument", "variable", "file"})
    void knowsAServerWhoseDirectoryIsWrong(String by) throws IOException {
        answer("\"10.0.0.1:8300\"");
        variables.put("CONSUL_DATA_DIR", Files.createFile(home.resolve("file")).toString());
        variables.put("BOOTSTRAP_EXPECT", "3");
        switch (by) {
            case "variable" -> variables.put("CONSUL_SERVER", "true");
            case "file" -> Files.writeString(home.resolve("config/server.json"), "{\"server\": true}");
            default -> Files.writeString(home.resolve("etc/none"), "");
        }
        assertEquals(1, by.equals("argument") ? doctor("agent", "-server") : doctor("agent"), this::said);
        assertTrue(line("settings").contains("as a server"), this::said);
    }

    /// E: from Consul 1.14 on servers have a port for gRPC with TLS.
    @ParameterizedTest
    @CsvSource({
        "Consul v1.21.0, true, '', true",
        "Consul v2.0.0, true, '', true",
        "Consul v1.14.0, true, '', true",
        "Consul v1.13.9, true, '', false",
        "Consul v1.21.0, false, '', false",
        "Consul v1.21.0, true, -grpc-tls-port=-1, false",
        "'', true, '', false"
    })
    void triesThePortOfGrpcWithTlsWhereItIsUsed(String version, boolean server, String argument, boolean tried)
            throws IOException {
        answer("\"10.0.0.1:8300\"");
        consulVersion = version;
        if (server) {
            variables.putAll(Map.of("CONSUL_SERVER", "true", "BOOTSTRAP_EXPECT", "3"));
        }
        try (ServerSocket other = new ServerSocket(8503, 1, InetAddress.ofLiteral(ADDRESS))) {
            doctor(Stream.of("agent", argument).filter(word -> !word.isEmpty()).toArray(String[]::new));
            assertEquals(tried, line("ports").contains(other.getLocalPort() + "/tcp"), this::said);
        }
    }

    /// F1
    @ParameterizedTest
    @CsvSource({
        "200, '[{\"Allow\":true},{\"Allow\":false},{\"Allow\":true}]', problem, 'finding lost servers by their tag needs agent = \"write\"'",
        "200, '[{\"Allow\":true},{\"Allow\":true},{\"Allow\":true}]', ok, has the ACL rules",
        "401, ACL support disabled, ok, or there are no ACLs",
        "403, ACL not found, problem, Consul doesn't know the launcher's token",
        "404, '', -, can't be looked at: HTTP 404"
    })
    void tellsWhichFeatureLacksWhichRule(int status, String body, String state, String seen) {
        answer("\"10.0.0.1:8300\"");
        answers.put(
                "/v1/internal/acl/authorize",
                new MockResponse.Builder().code(status).body(body).build());
        assertEquals(state.equals("problem") ? 1 : 0, doctor(), this::said);
        assertTrue(line("token").startsWith(state) && line("token").contains(seen), this::said);
        assertEquals(state.equals("problem"), line("token").contains("CONSUL_HTTP_TOKEN_FILE"), this::said);
    }

    private int doctor(String... words) {
        Environment environment = new Environment(variables);
        Surroundings surroundings = new Surroundings(
                environment,
                InputStream.nullInputStream(),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, false, StandardCharsets.UTF_8),
                InstantSource.system(),
                home.resolve("etc"),
                home.resolve("etc/status"),
                new HostInterfaces(new ShortRun()),
                _ -> identity,
                _ -> new Preparer.Runner.Outcome(0, consulVersion),
                Optional.empty());
        return new DoctorCommand(surroundings, new Log(surroundings.err(), surroundings.clock()), home.resolve("proc"))
                .run(List.of(words));
    }

    private void assertProblem(String thing, String seen, String todo) {
        assertEquals(1, doctor(), this::said);
        String line = line(thing);
        assertTrue(line.startsWith("problem"), this::said);
        assertTrue(line.contains(seen) && line.contains(todo), this::said);
        assertEquals(
                1, said().lines().filter(each -> each.contains(" problem ")).count(), this::said);
    }

    /// What is said of a thing, with the line of what to do.
    private String line(String thing) {
        List<String> lines = said().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(thing + " ")) {
                String todo = i + 1 < lines.size() && lines.get(i + 1).contains("→") ? lines.get(i + 1) : "";
                return lines.get(i).substring(thing.length()).strip() + todo;
            }
        }
        return "";
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Identity known() {
        return known(NetworkMode.UNKNOWN);
    }

    private static Identity known(NetworkMode networkMode) {
        Origin origin = Origin.metadata("EC2 instance-id");
        return new Identity(
                Optional.of(new Sourced<>("i-0aa00000000000001", origin)),
                Optional.of(new Sourced<>("10.0.0.9", origin)),
                Optional.of(new Sourced<>("eu-central-1", origin)),
                Map.of(),
                networkMode);
    }
}
