package consul.launcher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentSettingsTest {

    @ParameterizedTest
    @CsvSource({
        "true, true",
        "TRUE, true",
        "True, true",
        "tRuE, true",
        "1, true",
        "' true ', true",
        "false, false",
        "FALSE, false",
        "0, false",
        "'false\n', false"
    })
    void takesTruthInAnyCaseAndAsDigits(String text, boolean expected) {
        AgentSettings settings = settings("CONSUL_SERVER", text, "CONSUL_UI", text);

        assertEquals(Optional.of(expected), settings.server());
        assertEquals(Optional.of(expected), settings.ui());
        assertEquals(List.of(), settings.problems());
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "no", "on", "2", "-1", "truefalse", "server", "t", "\u00a0"})
    void refusesWhatIsNeitherTrueNorFalse(String text) {
        AgentSettings settings = settings("CONSUL_SERVER", text);

        assertEquals(Optional.empty(), settings.server());
        assertEquals(
                List.of(new Problem("CONSUL_SERVER is '" + text + "'", "set it to true or false")),
                settings.problems());
        assertTrue(settings.isSet("CONSUL_SERVER"));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 3", "5, 5", "' 3\n', 3", "07, 7"})
    void readsHowManyServersToExpect(String text, int expected) {
        AgentSettings settings = settings("BOOTSTRAP_EXPECT", text);

        assertEquals(Optional.of(expected), settings.bootstrapExpect());
        assertEquals(List.of(), settings.problems());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "-3", "three", "3.0", "3 5", "0x3", "99999999999", " ", "1e1"})
    void refusesWhatIsNoNumberOfServers(String text) {
        AgentSettings settings = settings("BOOTSTRAP_EXPECT", text);

        assertEquals(Optional.empty(), settings.bootstrapExpect());
        assertEquals(
                List.of(new Problem(
                        "BOOTSTRAP_EXPECT is '" + text + "', which is no number of servers",
                        "set it to how many servers the cluster has, 3 or 5")),
                settings.problems());
    }

    @Test
    void countsAnEmptyVariableAsUnset() {
        AgentSettings settings = settings(
                "CONSUL_SERVER",
                "",
                "CONSUL_UI",
                "",
                "BOOTSTRAP_EXPECT",
                "",
                "TAG_KEY",
                "",
                "TAG_VALUE",
                "",
                "CONSUL_RETRY_JOIN",
                "",
                "AWS_REGION",
                "",
                "ECS_CONTAINER_METADATA_URI_V4",
                "");

        assertEquals(settings(), settings);
        assertEquals(List.of(), settings.names());
        assertEquals(List.of(), settings.problems());
    }

    @Test
    void takesATagOfKeyAndValue() {
        assertEquals(
                Optional.of(new AgentSettings.Tag("aws:autoscaling:groupName", "consul = \"a\"")),
                settings("TAG_KEY", "aws:autoscaling:groupName", "TAG_VALUE", "consul = \"a\"")
                        .tag());
    }

    @Test
    void refusesHalfATag() {
        assertEquals(
                List.of(new Problem(
                        "TAG_KEY is set without TAG_VALUE",
                        "set both to the tag that the cluster's instances share, or none")),
                settings("TAG_KEY", "role").problems());
        assertEquals(
                List.of(new Problem(
                        "TAG_VALUE is set without TAG_KEY",
                        "set both to the tag that the cluster's instances share, or none")),
                settings("TAG_VALUE", "consul", "TAG_KEY", "").problems());
    }

    @Test
    void refusesATagThatEc2CannotHave() {
        AgentSettings settings = settings("TAG_KEY", "ro\tle", "TAG_VALUE", "consul\n");

        assertEquals(Optional.empty(), settings.tag());
        assertEquals(
                List.of(
                        "TAG_KEY has a control character at position 3, which no EC2 tag can have",
                        "TAG_VALUE has a control character at position 7, which no EC2 tag can have"),
                settings.problems().stream().map(Problem::what).toList());
    }

    @Test
    void splitsWhatToJoinAtSpacesOutsideQuotes() {
        AgentSettings settings = settings(
                "CONSUL_RETRY_JOIN",
                "10.0.0.1  consul.example:8301\n'provider=aws tag_key=a tag_value=b' [fd00::1]:8301"
                        + " \"provider=aws tag_key=\\\"a b\\\" tag_value=c\" {{ GetPrivateIP }}");

        assertEquals(
                List.of(
                        "10.0.0.1",
                        "consul.example:8301",
                        "provider=aws tag_key=a tag_value=b",
                        "[fd00::1]:8301",
                        "provider=aws tag_key=\"a b\" tag_value=c",
                        "{{ GetPrivateIP }}"),
                settings.retryJoin());
        assertEquals(List.of(), settings.problems());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "10.0.0.1,10.0.0.2 | CONSUL_RETRY_JOIN has '10.0.0.1,10.0.0.2' as one address: separate addresses by spaces, not commas",
                "a ''              | CONSUL_RETRY_JOIN has an empty entry: remove the quotes with nothing in them",
                "a 'b              | CONSUL_RETRY_JOIN can't be split into words: the quote ' is not closed: give addresses, or provider=… strings in quotes, separated by spaces",
                // B6
                "-join-wan=a            | CONSUL_RETRY_JOIN has the flag '-join-wan': give addresses without flags, and other flags as arguments",
                "a -retry-join          | CONSUL_RETRY_JOIN has the flag '-retry-join' with nothing to join behind it: give addresses without flags, and other flags as arguments",
                "provider=aws tag_key=a | CONSUL_RETRY_JOIN has 'tag_key=…' as an entry of its own: put the whole provider string in quotes: \"provider=aws tag_key=… tag_value=…\"",
            })
    void refusesEntriesThatConsulWouldTryToResolveForEver(String text, String line) {
        assertEquals(
                List.of(line),
                settings("CONSUL_RETRY_JOIN", text).problems().stream()
                        .map(Problem::line)
                        .toList());
    }

    /// B6: as in the flags that the variable stands for.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-retry-join=a -retry-join=b:8301",
                "-retry-join a -retry-join b:8301",
                "--retry-join=a --retry-join b:8301",
                "-join=a -join b:8301",
                "a -retry-join=b:8301",
                "'-retry-join=a' b:8301",
            })
    void understandsFlagsInWhatToJoin(String text) {
        AgentSettings settings = settings("CONSUL_RETRY_JOIN", text);

        assertEquals(List.of("a", "b:8301"), settings.retryJoin());
        assertEquals(List.of(), settings.problems());
    }

    @Test
    void understandsAFlagWithAProvider() {
        assertEquals(
                List.of("provider=aws tag_key=a tag_value=b"),
                settings("CONSUL_RETRY_JOIN", "-retry-join='provider=aws tag_key=a tag_value=b'")
                        .retryJoin());
    }

    /// E: Docker's --env-file keeps quotes.
    @Test
    void takesQuotesAroundATagOff() {
        AgentSettings settings = settings("TAG_KEY", "\"consul\"", "TAG_VALUE", "'main'");

        assertEquals(Optional.of(new AgentSettings.Tag("consul", "main")), settings.tag());
        assertEquals(List.of(), settings.problems());
        assertEquals(
                List.of(
                        "TAG_KEY is in quotes, which were taken off: no tag is found with them; remove them",
                        "TAG_VALUE is in quotes, which were taken off: no tag is found with them; remove them"),
                settings.warnings());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"", "\"\"", "\"a", "a\"", "say \"a\"", "'a\""})
    void leavesOtherQuotesOfATagAsTheyAre(String text) {
        AgentSettings settings = settings("TAG_KEY", text, "TAG_VALUE", "main");

        assertEquals(Optional.of(new AgentSettings.Tag(text, "main")), settings.tag());
        assertEquals(List.of(), settings.warnings());
    }

    @Test
    void neverShowsASecretOfAStrayProviderSetting() {
        AgentSettings settings = settings("CONSUL_RETRY_JOIN", "provider=aws secret_access_key=hunter2");

        assertEquals(1, settings.problems().size());
        assertFalse(settings.problems().getFirst().line().contains("hunter2"));
    }

    @Test
    void prefersTheFirstRegionVariable() {
        assertEquals(
                Optional.of(new Sourced<>("eu-west-1", Origin.variable("AWS_REGION"))),
                settings("AWS_REGION", "eu-west-1", "AWS_DEFAULT_REGION", "us-east-1")
                        .region());
        assertEquals(
                Optional.of(new Sourced<>("us-east-1", Origin.variable("AWS_DEFAULT_REGION"))),
                settings("AWS_REGION", "", "AWS_DEFAULT_REGION", "us-east-1").region());
    }

    /// D10
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AWS_REGION         | eu-west-1a      | AWS_REGION is 'eu-west-1a', an availability zone: set it to the zone's region, eu-west-1",
                "AWS_DEFAULT_REGION | us-west-2-lax-1a | AWS_DEFAULT_REGION is 'us-west-2-lax-1a', an availability zone: set it to the zone's region, us-west-2",
                "AWS_REGION         | EU-WEST-1       | AWS_REGION is 'EU-WEST-1': set it to eu-west-1, in small letters",
                "AWS_REGION         | Ireland         | AWS_REGION is 'Ireland': set it to a region such as eu-west-1; one that isn't AWS's own needs AWS_ENDPOINT_URL_EC2",
                "AWS_REGION         | '\"eu-west-1\"' | AWS_REGION is '\"eu-west-1\"': set it to a region such as eu-west-1; one that isn't AWS's own needs AWS_ENDPOINT_URL_EC2",
                "AWS_REGION         | eu west         | AWS_REGION is 'eu west': set it to a region such as eu-west-1; one that isn't AWS's own needs AWS_ENDPOINT_URL_EC2",
            })
    void refusesWhatIsNoRegionWhereATagIsSet(String name, String value, String line) {
        AgentSettings settings = settings("TAG_KEY", "a", "TAG_VALUE", "b", name, value);

        assertEquals(
                List.of(line), settings.problems().stream().map(Problem::line).toList());
        assertEquals(Optional.empty(), settings.region());
        assertEquals(List.of(), settings(name, value).problems(), "nobody needs it without a tag");
    }

    /// D10: stand-ins for AWS name theirs as they like.
    @ParameterizedTest
    @ValueSource(strings = {"Ireland", "RegionOne", "local", "dc_1", "EU-WEST-1", "eu-west-1"})
    void takesAnyRegionWhereTheEc2ApiHasAnEndpointOfItsOwn(String value) {
        for (String endpoint : List.of("AWS_ENDPOINT_URL_EC2", "AWS_ENDPOINT_URL")) {
            AgentSettings settings =
                    settings("TAG_KEY", "a", "TAG_VALUE", "b", endpoint, "http://ec2.local", "AWS_REGION", value);

            assertEquals(List.of(), settings.problems());
            assertEquals(Optional.of(new Sourced<>(value, Origin.variable("AWS_REGION"))), settings.region());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"eu-west-1a", "eu west", "\"eu-west-1\"", "http://x"})
    void refusesWhatIsNoRegionThereEither(String value) {
        AgentSettings settings = settings(
                "TAG_KEY", "a", "TAG_VALUE", "b", "AWS_ENDPOINT_URL_EC2", "http://ec2.local", "AWS_REGION", value);

        assertEquals(1, settings.problems().size());
    }

    @Test
    void doesNotReadTheDefaultRegionWhereThereIsARegion() {
        AgentSettings settings =
                settings("TAG_KEY", "a", "TAG_VALUE", "b", "AWS_REGION", "eu-west-1", "AWS_DEFAULT_REGION", "Ireland");

        assertEquals(List.of(), settings.problems());
    }

    @Test
    void knowsAnEcsTaskByItsMetadataAddress() {
        assertTrue(settings("ECS_CONTAINER_METADATA_URI_V4", "http://169.254.170.2/v4/x")
                .ecsTask());
        assertFalse(settings().ecsTask());
    }

    @Test
    void findsAllProblemsAtOnce() {
        AgentSettings settings = settings(
                "CONSUL_SERVER",
                "y",
                "CONSUL_UI",
                "n",
                "BOOTSTRAP_EXPECT",
                "x",
                "TAG_KEY",
                "k",
                "CONSUL_RETRY_JOIN",
                "a,b c=d");

        assertEquals(6, settings.problems().size(), settings.problems()::toString);
        assertEquals(
                List.of("CONSUL_SERVER", "CONSUL_UI", "BOOTSTRAP_EXPECT", "TAG_KEY", "CONSUL_RETRY_JOIN"),
                settings.names());
    }

    private static AgentSettings settings(String... pairs) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            variables.put(pairs[i], pairs[i + 1]);
        }
        return AgentSettings.from(new Environment(variables));
    }
}
