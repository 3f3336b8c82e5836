package consul.launcher.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLStreamException;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What should have a limit of its own must not stall the others when it loses it.
@Timeout(60)
final class Ec2ApiXmlTest {

    /// With what EC2 sends besides, where names repeat on other levels.
    private static final String WHOLE = """
            <?xml version="1.0" encoding="UTF-8"?>
            <DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
                <requestId>8f7724cf-496f-496e-8fe3-example</requestId>
                <reservationSet>
                    <item>
                        <reservationId>r-1234567890abcdef0</reservationId>
                        <groupSet><item><groupId>sg-1</groupId><groupName>a</groupName></item></groupSet>
                        <instancesSet>
                            <item>
                                <instanceId>i-1234567890abcdef0</instanceId>
                                <instanceState><code>16</code><name>running</name></instanceState>
                                <blockDeviceMapping><item><ebs><status>attached</status></ebs></item></blockDeviceMapping>
                                <launchTime>2026-11-22T10:20:30.000Z</launchTime>
                                <placement><availabilityZone>eu-central-1b</availabilityZone><tenancy>default</tenancy></placement>
                                <subnetId>subnet-1</subnetId>
                                <privateIpAddress>10.0.0.12</privateIpAddress>
                                <tagSet>
                                    <item><key>Name</key><value>consul &amp; &lt;co&gt;</value></item>
                                    <item><key>Empty</key><value/></item>
                                </tagSet>
                                <networkInterfaceSet>
                                    <item>
                                        <networkInterfaceId>eni-1</networkInterfaceId>
                                        <subnetId>subnet-2</subnetId>
                                        <privateIpAddress>10.0.0.99</privateIpAddress>
                                        <tagSet><item><key>Name</key><value>the interface</value></item></tagSet>
                                        <ipv6AddressesSet>
                                            <item><ipv6Address>2001:db8::1</ipv6Address></item>
                                            <item><ipv6Address>2001:db8::2</ipv6Address></item>
                                        </ipv6AddressesSet>
                                    </item>
                                </networkInterfaceSet>
                            </item>
                            <item>
                                <instanceId>i-2</instanceId>
                                <instanceState><code>48</code><name>terminated</name></instanceState>
                                <reason>User initiated</reason>
                            </item>
                        </instancesSet>
                        <requesterId>AIDA</requesterId>
                    </item>
                    <item><instancesSet><item><instanceId>i-3</instanceId><instanceState><name>pending</name></instanceState></item></instancesSet></item>
                </reservationSet>
                <nextToken>abc+/=</nextToken>
            </DescribeInstancesResponse>
            """;

    private static InputStream in(String xml) {
        return new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8));
    }

    private static Ec2ApiXml.Page page(String xml) throws XMLStreamException {
        return Ec2ApiXml.page(in(xml));
    }

    private static String refusal(String xml) {
        return String.valueOf(
                assertThrows(XMLStreamException.class, () -> page(xml)).getMessage());
    }

    @Test
    void readsEveryFieldOfEveryInstance() throws XMLStreamException {
        Ec2ApiXml.Page page = page(WHOLE);

        assertEquals(
                List.of(
                        new Ec2Instance(
                                "i-1234567890abcdef0",
                                Ec2Instance.State.RUNNING,
                                Optional.of("10.0.0.12"),
                                Optional.of("2001:db8::1"),
                                Map.of("Name", "consul & <co>", "Empty", ""),
                                Optional.of(Instant.parse("2026-11-22T10:20:30Z")),
                                Optional.of("subnet-1"),
                                Optional.of("eu-central-1b")),
                        bare("i-2", Ec2Instance.State.TERMINATED),
                        bare("i-3", Ec2Instance.State.PENDING)),
                page.instances());
        assertEquals("abc+/=", page.nextToken());
    }

    private static Ec2Instance bare(String id, Ec2Instance.State state) {
        return new Ec2Instance(
                id,
                state,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({
        "pending, PENDING",
        "running, RUNNING",
        "shutting-down, SHUTTING_DOWN",
        "terminated, TERMINATED",
        "stopping, STOPPING",
        "stopped, STOPPED",
        "Terminated, UNKNOWN",
        "hibernated, UNKNOWN"
    })
    void knowsEveryState(String text, Ec2Instance.State state) throws XMLStreamException {
        assertEquals(
                state,
                page(Ec2ApiFixture.page("", Ec2ApiFixture.instance("i-1", text)))
                        .instances()
                        .getFirst()
                        .state());
    }

    @Test
    void readsAnEmptySet() throws XMLStreamException {
        assertEquals(new Ec2ApiXml.Page(List.of(), ""), page(Ec2ApiFixture.page("")));
        assertEquals(
                new Ec2ApiXml.Page(List.of(), ""),
                page("<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "{\"reservations\": []}",
                "<DescribeInstancesResponse>",
                "<DescribeInstancesResponse><reservationSet></DescribeInstancesResponse>",
                "<DescribeInstancesResponse></DescribeInstancesResponse>",
                "<html><body>Sign in</body></html>",
                "<!doctype html><html><p>Sign in</html>",
                "<Response><Errors/></Response>",
                "<x><DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse></x>"
            })
    void refusesWhatIsNoWholeAnswer(String xml) {
        assertThrows(XMLStreamException.class, () -> page(xml));
    }

    @Test
    void refusesAnAnswerThatWasCutOffAnywhere() {
        String whole = Ec2ApiFixture.page("t", Ec2ApiFixture.instance("i-1", "running"));
        for (int length = 0; length < whole.length(); length++) {
            String cut = whole.substring(0, length);
            assertThrows(XMLStreamException.class, () -> page(cut), cut);
        }
    }

    @Test
    void refusesAnInstanceWithoutIdOrState() {
        assertTrue(refusal(Ec2ApiFixture.page("", Ec2ApiFixture.instance(" ", "running")))
                .contains("an instance has no instanceId"));
        assertTrue(refusal(Ec2ApiFixture.page("", Ec2ApiFixture.instance("i-1", "")))
                .contains("an instance has no instanceState/name"));
    }

    @Test
    void opensNoExternalEntity() throws Exception {
        try (MockWebServer elsewhere = new MockWebServer()) {
            elsewhere.enqueue(new MockResponse.Builder().build());
            elsewhere.start();
            String xml = "<?xml version=\"1.0\"?><!DOCTYPE DescribeInstancesResponse [<!ENTITY x SYSTEM \""
                    + elsewhere.url("/secret") + "\">]>"
                    + Ec2ApiFixture.page("", Ec2ApiFixture.instance("i-1&x;", "running"))
                            .substring("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".length());

            assertTrue(refusal(xml).contains("document type"), refusal(xml));
            assertEquals(0, elsewhere.getRequestCount());
        }
    }

    @Test
    void fetchesNoDocumentType() throws Exception {
        try (MockWebServer elsewhere = new MockWebServer()) {
            elsewhere.enqueue(new MockResponse.Builder().build());
            elsewhere.start();
            String xml = "<!DOCTYPE DescribeInstancesResponse SYSTEM \"" + elsewhere.url("/x.dtd")
                    + "\"><DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>";

            assertTrue(refusal(xml).contains("document type"), refusal(xml));
            assertEquals(0, elsewhere.getRequestCount());
        }
    }

    @Test
    void saysWhatItReadInstead() {
        assertEquals("its root is html, not DescribeInstancesResponse", refusal("<html><body>Sign in</body></html>"));
    }

    @Test
    void expandsNoEntities() {
        String xml = "<!DOCTYPE DescribeInstancesResponse [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>"
                + "<DescribeInstancesResponse><reservationSet/><nextToken>&b;</nextToken></DescribeInstancesResponse>";

        assertTrue(refusal(xml).contains("document type"), refusal(xml));
    }

    @Test
    void refusesEndlessDepth() {
        assertTrue(refusal("<DescribeInstancesResponse>" + "<a>".repeat(1_000)).contains("deep"));
    }

    @Test
    void refusesEndlessText() {
        assertTrue(refusal(Ec2ApiFixture.page("t".repeat(20_000))).contains("nextToken is longer than"));
    }

    @Test
    void readsAnError() throws XMLStreamException {
        assertEquals(
                new Ec2ApiXml.Complaint("AuthFailure", "not & able", "req-1"),
                Ec2ApiXml.error(in(Ec2ApiFixture.error("AuthFailure", "not &amp; able"))));
    }

    @Test
    void refusesAnErrorWithoutCode() {
        assertThrows(XMLStreamException.class, () -> Ec2ApiXml.error(in("<html><body>no</body></html>")));
    }
}
