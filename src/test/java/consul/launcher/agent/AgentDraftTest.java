package consul.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.Origin;
import consul.launcher.config.Sourced;
import consul.launcher.identity.Identity;
import consul.launcher.identity.NetworkMode;
import consul.launcher.identity.Wanted;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentDraftTest {

    private static final AgentDraft.Host HOST = new AgentDraft.Host(_ -> true, true);
    private static final String WHO = "-node=i-1 -advertise=10.0.0.5";
    private static final String META = "-node-meta=availability-zone:eu-west-1a -node-meta=instance-id:i-1";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // clients
                "agent                                        | CLIENT | WHO -client=0.0.0.0 META",
                "CONSUL_SERVER=false agent                    | CLIENT | WHO -client=0.0.0.0 META",
                "CONSUL_SERVER=0 agent -server=false          | CLIENT | WHO -client=0.0.0.0 META",
                "CONSUL_SERVER=true agent -server=false       | CLIENT | WHO -client=0.0.0.0 META",
                "CONSUL_UI=true agent                         | CLIENT | -ui WHO -client=0.0.0.0 META",
                "CONSUL_UI=false agent                        | CLIENT | WHO -client=0.0.0.0 META",
                "TAG_KEY=role TAG_VALUE=consul agent          | CLIENT | WHO -retry-join provider=aws tag_key=role tag_value=consul region=eu-west-1 -client=0.0.0.0 META",
                "CONSUL_RETRY_JOIN=10.0.0.6 agent             | CLIENT | WHO -retry-join 10.0.0.6 -client=0.0.0.0 META",
                "TAG_KEY=a TAG_VALUE=b CONSUL_RETRY_JOIN=c agent | CLIENT | WHO -retry-join provider=aws tag_key=a tag_value=b region=eu-west-1 -retry-join c -client=0.0.0.0 META",
                "AWS_REGION=us-east-1 TAG_KEY=a TAG_VALUE=b agent | CLIENT | WHO -retry-join provider=aws tag_key=a tag_value=b region=us-east-1 -client=0.0.0.0 META",
                "agent -client 127.0.0.1                      | CLIENT | WHO META",
                "agent -join 10.0.0.6                         | CLIENT | WHO -client=0.0.0.0 META",
                "agent -bind 10.0.0.9                         | CLIENT | -node=i-1 -client=0.0.0.0 META",
                // servers
                "CONSUL_SERVER=true BOOTSTRAP_EXPECT=3 agent  | SERVER | -server -ui -bootstrap-expect=3 WHO -client=0.0.0.0 META",
                "CONSUL_SERVER=TRUE BOOTSTRAP_EXPECT=1 agent  | SERVER | -server -ui -bootstrap-expect=1 WHO -client=0.0.0.0 META",
                "CONSUL_SERVER=1 CONSUL_UI=false BOOTSTRAP_EXPECT=3 agent | SERVER | -server -bootstrap-expect=3 WHO -client=0.0.0.0 META",
                "CONSUL_SERVER=true CONSUL_UI=true BOOTSTRAP_EXPECT=3 agent | SERVER | -server -ui -bootstrap-expect=3 WHO -client=0.0.0.0 META",
                "BOOTSTRAP_EXPECT=3 agent -server             | SERVER | -ui -bootstrap-expect=3 WHO -client=0.0.0.0 META",
                "BOOTSTRAP_EXPECT=3 agent --server=T          | SERVER | -ui -bootstrap-expect=3 WHO -client=0.0.0.0 META",
                "CONSUL_SERVER=false BOOTSTRAP_EXPECT=3 agent -server | SERVER | -ui -bootstrap-expect=3 WHO -client=0.0.0.0 META",
                "agent -server -bootstrap-expect=3            | SERVER | -ui WHO -client=0.0.0.0 META",
                "agent -server -bootstrap-expect 3 -ui        | SERVER | WHO -client=0.0.0.0 META",
                "agent -server -bootstrap-expect 3 -ui=false  | SERVER | WHO -client=0.0.0.0 META",
                "agent -server -bootstrap-expect 3 -ui-dir /x | SERVER | WHO -client=0.0.0.0 META",
                "agent -server -bootstrap                     | SERVER | -ui WHO -client=0.0.0.0 META",
                "agent -server -bootstrap-expect=0            | SERVER | -ui WHO -client=0.0.0.0 META",
                "CONSUL_SERVER=true BOOTSTRAP_EXPECT=5 agent -bootstrap-expect=3 | SERVER | -server -ui WHO -client=0.0.0.0 META",
                // the user's own
                "agent -node x                                | CLIENT | -advertise=10.0.0.5 -client=0.0.0.0 META",
                "agent -node=x --advertise y                  | CLIENT | -client=0.0.0.0 META",
                "agent -node -server                          | CLIENT | -advertise=10.0.0.5 -client=0.0.0.0 META",
                "TAG_KEY=a TAG_VALUE=b CONSUL_RETRY_JOIN=c agent -retry-join d | CLIENT | WHO -client=0.0.0.0 META",
                "agent -node-meta availability-zone:x         | CLIENT | WHO -client=0.0.0.0 -node-meta=instance-id:i-1",
                "agent -node-meta=instance-id -node-meta other:x | CLIENT | WHO -client=0.0.0.0 -node-meta=availability-zone:eu-west-1a",
                // development
                "agent -dev                                   | DEV | ''",
                "CONSUL_SERVER=true agent -dev                | DEV | ''",
                "CONSUL_SERVER=x BOOTSTRAP_EXPECT=y TAG_KEY=z CONSUL_RETRY_JOIN=a,b agent --dev=true -node x | DEV | ''",
                "BOOTSTRAP_EXPECT=3 agent -server -dev=false  | SERVER | -ui -bootstrap-expect=3 WHO -client=0.0.0.0 META",
            })
    void derivesWhatIsMissing(String line, Role role, String derived) {
        Draft draft = Draft.of(line);

        assertEquals(List.of(), draft.problems());
        assertEquals(role, draft.draft().role());
        assertEquals(derived.replace("WHO", WHO).replace("META", META), draft.derived());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CONSUL_SERVER=true agent | CONSUL_SERVER=true makes this agent a server, but neither how many servers to expect nor whom to join is set: set BOOTSTRAP_EXPECT to how many servers the cluster has, 3 or 5, or name servers to join by TAG_KEY and TAG_VALUE or by CONSUL_RETRY_JOIN",
                "CONSUL_SERVER=true agent -retry-join-wan x | CONSUL_SERVER=true makes this agent a server, but neither how many servers to expect nor whom to join is set: set BOOTSTRAP_EXPECT to how many servers the cluster has, 3 or 5, or name servers to join by TAG_KEY and TAG_VALUE or by CONSUL_RETRY_JOIN",
                "BOOTSTRAP_EXPECT=3 agent | BOOTSTRAP_EXPECT is set, but this agent is a client: remove it, or make this a server by CONSUL_SERVER=true or -server",
                "CONSUL_SERVER=false BOOTSTRAP_EXPECT=3 agent | BOOTSTRAP_EXPECT is set, but this agent is a client: remove it, or make this a server by CONSUL_SERVER=true or -server",
                "CONSUL_SERVER=true BOOTSTRAP_EXPECT=3 agent -server=0 | BOOTSTRAP_EXPECT is set, but this agent is a client: remove it, or make this a server by CONSUL_SERVER=true or -server",
                "agent -bootstrap-expect=3 | the argument -bootstrap-expect is set, but this agent is a client: remove it, or make this a server by CONSUL_SERVER=true or -server",
                "agent -bootstrap         | the argument -bootstrap is set, but this agent is a client: remove it, or make this a server by CONSUL_SERVER=true or -server",
                "CONSUL_SERVER=true BOOTSTRAP_EXPECT=0 agent | BOOTSTRAP_EXPECT is '0', which is no number of servers: set it to how many servers the cluster has, 3 or 5",
                "BOOTSTRAP_EXPECT=three agent -server -bootstrap=false | BOOTSTRAP_EXPECT is 'three', which is no number of servers: set it to how many servers the cluster has, 3 or 5",
                "CONSUL_SERVER=true BOOTSTRAP_EXPECT=-3 agent | BOOTSTRAP_EXPECT is '-3', which is no number of servers: set it to how many servers the cluster has, 3 or 5",
                "CONSUL_SERVER=true BOOTSTRAP_EXPECT=three agent | BOOTSTRAP_EXPECT is 'three', which is no number of servers: set it to how many servers the cluster has, 3 or 5",
                "agent -server -bootstrap-expect=three | the argument -bootstrap-expect is 'three', which is no number of servers: give how many servers the cluster has, 3 or 5",
                "agent -server -bootstrap-expect=-1 | the argument -bootstrap-expect is '-1', which is no number of servers: give how many servers the cluster has, 3 or 5",
                "agent -server -bootstrap -bootstrap-expect=3 | the argument -bootstrap and the argument -bootstrap-expect contradict each other: keep the second; Consul takes only one",
                "CONSUL_SERVER=yes agent  | CONSUL_SERVER is 'yes': set it to true or false",
                "CONSUL_SERVER=yes BOOTSTRAP_EXPECT=3 agent | CONSUL_SERVER is 'yes': set it to true or false",
                "agent -server=yes        | the argument -server is 'yes': give true or false",
                "agent -dev=maybe         | the argument -dev is 'maybe': give true or false",
                "TAG_KEY=a agent          | TAG_KEY is set without TAG_VALUE: set both to the tag that the cluster's instances share, or none",
                "agent -ui -node          | the argument -node has no value: write flags as -name=value",
                "agent ---node=x          | the argument '---node=…' is no flag that Consul can read: write flags as -name=value",
                "agent -config-format=yaml | -config-format is 'yaml': give hcl or json",
            })
    void saysWhatIsWrongAndTheWayOut(String line, String problem) {
        assertEquals(List.of(problem), Draft.of(line).problems());
    }

    /// B1
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "agent -server -retry-join first               | joins",
                "agent -server -join first                     | joins",
                "TAG_KEY=a TAG_VALUE=b agent -server           | joins",
                "CONSUL_RETRY_JOIN=first agent -server         | joins",
                "CONSUL_SERVER=true CONSUL_RETRY_JOIN=first agent | joins",
                "CONSUL_SERVER=true TAG_KEY=a TAG_VALUE=b agent | joins",
                "CONSUL_SERVER=true agent -retry-join first    | joins",
                "CONSUL_SERVER=true CONSUL_RETRY_JOIN=first agent -server -bootstrap=false | joins",
                "agent -server                                 | waits",
                "CONSUL_SERVER=true agent -server              | waits",
            })
    void letsAServerThatDoesNotKnowHowManyToExpectOnlyJoin(String line, String does) {
        String set = "; set BOOTSTRAP_EXPECT to how many servers the cluster has, 3 or 5, if it is to form one";
        String warning = does.equals("joins")
                ? "how many servers to expect isn't set, so this server only joins a cluster and never forms one" + set
                : "neither how many servers to expect nor whom to join is set, so this server never forms a cluster"
                        + " and waits until another agent joins it" + set;

        assertEquals(List.of(), Draft.of(line).problems());
        assertEquals(Role.SERVER, Draft.of(line).draft().role());
        assertEquals(List.of(warning), Draft.of(line).command().warnings());
        assertFalse(Draft.of(line).derived().contains("-bootstrap"), line);
    }

    /// B6: a variable that loses anyway, of another product or wrong.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CONSUL_SERVER=host.example BOOTSTRAP_EXPECT=3 agent -server | CONSUL_SERVER has no effect: the argument -server",
                "CONSUL_SERVER=host.example agent -server=false  | CONSUL_SERVER has no effect: the argument -server",
                "CONSUL_UI=http://host agent -ui                 | CONSUL_UI has no effect: the argument -ui",
                "BOOTSTRAP_EXPECT=three agent -server -bootstrap-expect=3 | BOOTSTRAP_EXPECT has no effect: the argument -bootstrap-expect",
                "BOOTSTRAP_EXPECT=0 agent -server -bootstrap     | BOOTSTRAP_EXPECT has no effect: the argument -bootstrap",
                "TAG_VALUE=a agent -retry-join b                 | -retry-join by TAG_KEY and TAG_VALUE not passed: the argument -retry-join",
                "CONSUL_RETRY_JOIN=a,b agent -retry-join b       | -retry-join by CONSUL_RETRY_JOIN not passed: the argument -retry-join",
            })
    void isNotStoppedByAVariableThatHasNoEffect(String line, String note) {
        assertEquals(List.of(), Draft.of(line).problems());
        assertTrue(
                Draft.of(line).command().notes().contains(note),
                () -> Draft.of(line).command().notes().toString());
    }

    /// B6
    @Test
    void isStoppedByAVariableThatWouldHaveAnEffect() {
        assertEquals(
                List.of("CONSUL_SERVER is 'host.example': set it to true or false"),
                Draft.of("CONSUL_SERVER=host.example agent").problems());
    }

    @Test
    void findsAllProblemsAtOnce() {
        List<String> problems = Draft.of(
                        "CONSUL_UI=maybe BOOTSTRAP_EXPECT=x TAG_KEY=a CONSUL_RETRY_JOIN=a,b agent -server -dev=? -node")
                .problems();

        assertEquals(6, problems.size(), () -> String.join("\n", problems));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "agent                                    | NODE_NAME,TASK_NAME,ADDRESS,NODE_META,NETWORK_MODE",
                "agent -node x                            | ADDRESS,NODE_META,NETWORK_MODE",
                "agent -advertise x                       | NODE_NAME,TASK_NAME,NODE_META,NETWORK_MODE",
                "agent -client x                          | NODE_NAME,TASK_NAME,ADDRESS,NODE_META",
                "BOOTSTRAP_EXPECT=3 agent -server         | NODE_NAME,ADDRESS,NODE_META",
                "TAG_KEY=a TAG_VALUE=b agent -client x    | NODE_NAME,TASK_NAME,ADDRESS,REGION,NODE_META",
                "TAG_KEY=a TAG_VALUE=b agent -client x -retry-join c | NODE_NAME,TASK_NAME,ADDRESS,NODE_META",
                "AWS_REGION=us-east-1 TAG_KEY=a TAG_VALUE=b agent -client x | NODE_NAME,TASK_NAME,ADDRESS,NODE_META",
                "CONSUL_RETRY_JOIN=a agent -client x      | NODE_NAME,TASK_NAME,ADDRESS,NODE_META",
                "agent -node x -advertise y               | ''",
                "agent -node x -advertise={{GetPrivateIP}} | ''",
                "TAG_KEY=a TAG_VALUE=b agent -node x -advertise y | ''",
                "BOOTSTRAP_EXPECT=3 agent -server -node x -advertise y | ''",
                "agent -dev                               | ''",
                "agent -help                              | ''",
            })
    void asksOnlyForWhatIsMissing(String line, String wanted) {
        Set<Wanted> expected = EnumSet.noneOf(Wanted.class);
        for (String name : wanted.split(",")) {
            if (!name.isEmpty()) {
                expected.add(Wanted.valueOf(name));
            }
        }

        assertEquals(expected, Draft.of(line).draft().wanted());
    }

    @Test
    void putsTheScriptsFlagsFirstAndTheUsersLast() {
        AgentCommand command = Draft.of("CONSUL_SERVER=true BOOTSTRAP_EXPECT=3 agent")
                .bind("-bind", "10.0.0.5")
                .client("-client=127.0.0.1")
                .arguments("-log-level", "debug", "-ui")
                .command();

        assertEquals(
                List.of(
                        "-data-dir=D",
                        "-config-dir=C",
                        "-bind",
                        "10.0.0.5",
                        "-client=127.0.0.1",
                        "-server",
                        "-bootstrap-expect=3",
                        "-node=i-1",
                        "-node-meta=availability-zone:eu-west-1a",
                        "-node-meta=instance-id:i-1",
                        "-log-level",
                        "debug",
                        "-ui"),
                command.arguments());
    }

    @Test
    void saysOfEveryFlagWhereItCameFrom() {
        Draft draft = Draft.of(
                        "CONSUL_SERVER=true BOOTSTRAP_EXPECT=3 TAG_KEY=a TAG_VALUE=b CONSUL_RETRY_JOIN=c agent -log-level debug")
                .bind("-bind=0.0.0.0");

        assertEquals(Origin.byDefault("CONSUL_DATA_DIR"), draft.origin("-data-dir"));
        assertEquals(Origin.variable("CONSUL_BIND"), draft.origin("-bind"));
        assertEquals(Origin.variable("CONSUL_SERVER"), draft.origin("-server"));
        assertEquals(Origin.byDefault("a server has it"), draft.origin("-ui"));
        assertEquals(Origin.variable("BOOTSTRAP_EXPECT"), draft.origin("-bootstrap-expect"));
        assertEquals(Draft.ID, draft.origin("-node="));
        assertEquals(Draft.IP, draft.origin("-advertise"));
        assertEquals(
                Origin.variable("TAG_KEY and TAG_VALUE, region by metadata EC2 placement/region"),
                draft.origin("-retry-join"));
        assertEquals(Origin.byDefault("every interface of the container"), draft.origin("-client"));
        assertEquals(Draft.ZONE, draft.origin("-node-meta"));
        assertEquals(Origin.argument(), draft.origin("-log-level"));
        assertEquals(
                Origin.variable("CONSUL_UI"), Draft.of("CONSUL_UI=true agent").origin("-ui"));
        assertEquals(
                Origin.variable("CONSUL_RETRY_JOIN"),
                Draft.of("CONSUL_RETRY_JOIN=c agent").origin("-retry-join"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "my role   | a=b     | provider=aws tag_key=\"my role\" tag_value=\"a=b\" region=eu-west-1",
                "k\"       | v\\     | provider=aws tag_key=\"k\\\"\" tag_value=\"v\\\\\" region=eu-west-1",
            })
    void passesATagAsGoDiscoverReadsIt(String key, String value, String expected) {
        List<String> words = new Draft()
                .set("TAG_KEY", key)
                .set("TAG_VALUE", value)
                .command()
                .arguments();

        assertEquals(expected, words.get(words.indexOf("-retry-join") + 1));
    }

    @Test
    void passesEveryEntryToJoinButItself() {
        Draft draft = Draft.of("agent")
                .set(
                        "CONSUL_RETRY_JOIN",
                        "10.0.0.4 10.0.0.5 10.0.0.5:8301 10.0.0.5:9301 [10.0.0.5] consul.example"
                                + " \"provider=aws tag_key=a tag_value='b c'\" 'provider=k8s label_selector=\"app=consul\"'");

        assertEquals(
                WHO + " -retry-join 10.0.0.4 -retry-join 10.0.0.5:9301 -retry-join consul.example"
                        + " -retry-join provider=aws tag_key=a tag_value='b c'"
                        + " -retry-join provider=k8s label_selector=\"app=consul\" -client=0.0.0.0 " + META,
                draft.derived());
        assertEquals(
                List.of(
                        "-retry-join 10.0.0.5 not passed: it is this agent's own address",
                        "-retry-join 10.0.0.5:8301 not passed: it is this agent's own address",
                        "-retry-join [10.0.0.5] not passed: it is this agent's own address"),
                draft.command().notes());
        List<List<String>> joins = draft.command().flags().stream()
                .map(Flag::words)
                .filter(words -> words.getFirst().equals("-retry-join"))
                .toList();
        assertEquals(List.of("-retry-join", "provider=aws tag_key=a tag_value='b c'"), joins.get(3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CONSUL_RETRY_JOIN=10.0.0.8 agent -advertise 10.0.0.8",
                "CONSUL_RETRY_JOIN=10.0.0.8 agent -bind=10.0.0.8",
                "CONSUL_RETRY_JOIN=[fd00::8]:8301 agent -advertise fd00:0::8",
                "CONSUL_RETRY_JOIN=fd00::8 agent -advertise fd00:0::8",
                "CONSUL_RETRY_JOIN=10.0.0.8:9999 agent -advertise 10.0.0.8 -serf-lan-port 9999"
            })
    void knowsItselfByGivenAddressesToo(String line) {
        assertFalse(Draft.of(line).command().arguments().contains("-retry-join"));
    }

    @Test
    void knowsItselfByTheAddressThatTheScriptBindsTo() {
        Draft draft = Draft.of("CONSUL_RETRY_JOIN=10.0.0.9 agent").bind("-bind", "10.0.0.9");

        assertFalse(draft.command().arguments().contains("-retry-join"));
    }

    /// B2: another one is where nothing listens.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.1.5",
                "10.0.0.5",
                "fd00::5",
                "{{ GetPrivateIP }}",
                "{{ GetInterfaceIP \"eth1\" }}",
                "{{ GetAllInterfaces | exclude \"name\" \"lo\" | attr \"address\" }}",
                "{{ GetAllInterfaces | exclude \"flags\" \"loopback\" | attr \"address\" }}",
            })
    void advertisesTheBindAddressOnTheHostsNetwork(String bind) {
        for (Draft draft : bound(bind)) {
            assertFalse(draft.derived().contains("-advertise"), draft::derived);
            assertTrue(
                    draft.command().notes().stream()
                            .anyMatch(note -> note.startsWith(
                                    "-advertise from metadata not passed: Consul advertises" + " its bind address, ")),
                    () -> draft.command().notes().toString());
        }
    }

    /// B2: it says nothing of where others reach this agent.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0.0.0.0",
                "::",
                "[::]",
                "127.0.0.1",
                "127.0.42.1",
                "::1",
                "{{ GetInterfaceIP \"lo\" }}",
                "{{GetInterfaceIPs `lo`}}",
                "{{ GetAllInterfaces | include \"name\" \"lo\" | attr \"address\" }}",
                "{{ GetAllInterfaces | include \"flags\" \"up|loopback\" | attr \"address\" }}",
                "{{ GetAllInterfaces | include \"network\" \"127.0.0.0/8\" | attr \"address\" }}",
                "{{ \"0.0.0.0\" }}",
            })
    void advertisesTheInstancesAddressWhereItBindsToEveryOneOrToLoopback(String bind) {
        for (Draft draft : bound(bind)) {
            assertTrue(draft.derived().contains("-advertise=10.0.0.5"), draft::derived);
        }
    }

    /// B2: in a container on a bridge the bind address is the container's own.
    @Test
    void advertisesTheInstancesAddressWhereThatIsNotOneOfThisNetworkNamespace() {
        for (Draft draft : bound("172.17.0.2")) {
            draft.here("127.0.0.1", "172.17.0.2");
            assertTrue(draft.derived().contains("-advertise=10.0.0.5"), draft::derived);
        }
    }

    /// C2
    @Test
    void warnsOfAContainerThatSharesTheInstancesNameAndAddressOutsideOfEcs() {
        Draft draft = Draft.of("BOOTSTRAP_EXPECT=3 agent -server").here("127.0.0.1", "172.17.0.2");

        assertEquals(
                List.of(
                        "the instance's address 10.0.0.5 is on no network interface here, as in a container on a bridge:"
                                + " one agent of an instance can run so, with its ports published; run it on the host's network"
                                + " (--network host), or give each of several -node= and -advertise= of its own"),
                draft.command().warnings());
        assertEquals(List.of(), draft.here("127.0.0.1", "10.0.0.5").command().warnings());
        draft.here("172.17.0.2").set("ECS_CONTAINER_METADATA_URI_V4", "http://169.254.170.2/v4/0");
        assertEquals(List.of(), draft.command().warnings());
        assertEquals(
                List.of(),
                Draft.of("BOOTSTRAP_EXPECT=3 agent -server -advertise=10.0.0.7")
                        .here("172.17.0.2")
                        .command()
                        .warnings());
    }

    /// C3: killed and started again without its data, it would be another node of the same name.
    @Test
    void keepsTheNodeIdOfAClientWithoutData() {
        Draft draft = Draft.of("agent").withoutData();

        assertTrue(
                draft.derived().contains("-node=i-1 -node-id=11111111-1111-1111-1111-111111111111 -advertise"),
                draft::derived);
        assertEquals(Draft.ID, draft.origin("-node-id"));
        assertEquals("01234567-89ab-cdef-0012-3456789abcde", NodeId.of("i-0123456789abcdef0"));
        assertEquals("158d1c80-83dd-49d6-b527-399fd6414f5c", NodeId.of("158d1c8083dd49d6b527399fd6414f5c"));
        assertEquals("158d1c80-83dd-49d6-b527-399fd6414f5c", NodeId.of("158d1c80-83dd-49d6-b527-399fd6414f5c"));
    }

    /// C3: a server that lost its data must not vote as the one that had it.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "BOOTSTRAP_EXPECT=3 agent -server",
                "agent -node=x",
                "agent -node-id=01234567-89ab-cdef-0012-3456789abcde",
                "agent -disable-host-node-id=false",
                "agent -hcl=disable_host_node_id=false",
                "agent -hcl=node_id=\"01234567-89ab-cdef-0012-3456789abcde\"",
                "agent -dev"
            })
    void derivesNoNodeIdForAServerNorWhereTheUserSaysWhoTheNodeIs(String line) {
        assertFalse(Draft.of(line).withoutData().derived().contains("-node-id"));
    }

    /// By each of the ways to give it, on an instance with two interfaces.
    private static List<Draft> bound(String bind) {
        List<Draft> drafts = List.of(
                Draft.of("agent").arguments("-bind", bind),
                Draft.of("agent").bind("-bind=" + bind),
                Draft.of("agent").set("CONSUL_LOCAL_CONFIG", "{\"bind_addr\": " + quoted(bind) + "}"));
        drafts.forEach(draft -> draft.here("127.0.0.1", "10.0.0.5", "10.0.1.5"));
        return drafts;
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\\\"") + '"';
    }

    /// B2: there its tag leads nobody.
    @Test
    void warnsOfAServerThatListensElsewhereThanItsTagLeads() {
        Draft draft = Draft.of("BOOTSTRAP_EXPECT=3 TAG_KEY=a TAG_VALUE=b agent -server -bind=10.0.1.5")
                .here("10.0.0.5", "10.0.1.5");
        String warning = "TAG_KEY and TAG_VALUE lead other agents to 10.0.0.5, the instance's first address, where this"
                + " server doesn't listen (the argument -bind): bind to that, or give what leads to the servers in"
                + " CONSUL_RETRY_JOIN";

        assertEquals(List.of(warning), draft.command().warnings());
        assertEquals(
                List.of(),
                draft.set("CONSUL_RETRY_JOIN", "consul.internal").command().warnings());
        assertEquals(
                List.of(),
                Draft.of("TAG_KEY=a TAG_VALUE=b agent -bind=10.0.1.5")
                        .here("10.0.0.5", "10.0.1.5")
                        .command()
                        .warnings());
    }

    @Test
    void looksForIpv6AddressesWhereItAdvertisesAnIpv6BindAddress() {
        Draft draft = Draft.of("TAG_KEY=a TAG_VALUE=b agent -bind=fd00::5").here("10.0.0.5", "fd00::5");

        assertTrue(draft.derived().contains("tag_value=b addr_type=public_v6 region="), draft::derived);
    }

    @Test
    void keepsAClientsApiPrivateWithHostNetworking() {
        Draft client = Draft.of("agent").networkMode(NetworkMode.HOST);
        Draft server = Draft.of("BOOTSTRAP_EXPECT=3 agent -server").networkMode(NetworkMode.HOST);

        assertEquals(WHO + " " + META, client.derived());
        assertEquals(
                List.of("-client not passed: with host networking a client's API stays on 127.0.0.1"),
                client.command().notes());
        assertTrue(server.command().arguments().contains("-client=0.0.0.0"));
        assertTrue(Draft.of("agent")
                .networkMode(NetworkMode.AWSVPC)
                .command()
                .arguments()
                .contains("-client=0.0.0.0"));
    }

    @Test
    void warnsOfAnOpenApiWhereTheNetworkModeOfATaskIsUnknown() {
        Draft draft = Draft.of("ECS_CONTAINER_METADATA_URI_V4=http://x agent -node x -advertise y");

        assertEquals(Set.of(), draft.draft().wanted());
        assertEquals(
                List.of("-client=0.0.0.0, though whether this task uses host networking isn't known; give"
                        + " -client=127.0.0.1 if it does"),
                draft.command().warnings());
        assertEquals(List.of(), draft.networkMode(NetworkMode.BRIDGE).command().warnings());
        assertEquals(List.of(), Draft.of("agent").command().warnings());
    }

    @Test
    void passesTheScriptsClientFlagsInsteadOfTheDefault() {
        Draft draft = Draft.of("agent").client("-client=127.0.0.1");

        assertEquals("-client=127.0.0.1 " + WHO + " " + META, draft.derived());
        assertFalse(draft.draft().wanted().contains(Wanted.NETWORK_MODE));
    }

    @Test
    void derivesNoFlagThatTheScriptsVariablesHoldAlready() {
        Draft draft =
                Draft.of("agent").bind("-bind=10.0.0.9", "-advertise=10.0.0.9").client("-client=x", "-node=y");

        assertEquals("-bind=10.0.0.9 -advertise=10.0.0.9 -client=x -node=y " + META, draft.derived());
        assertEquals(Set.of(), draft.draft().wanted());
        assertTrue(draft.command().notes().contains("-node from metadata not passed: -node in CONSUL_CLIENT"));
        assertTrue(draft.command().notes().contains("-advertise from metadata not passed: -advertise in CONSUL_BIND"));
    }

    @Test
    void passesOnlyWhatTheScriptPassesForDevelopment() {
        Draft draft = Draft.of("CONSUL_SERVER=true TAG_KEY=x agent -dev")
                .bind("-bind=a")
                .client("-client=b");

        assertEquals(
                List.of("-data-dir=D", "-config-dir=C", "-bind=a", "-client=b", "-dev"),
                draft.command().arguments());
        assertEquals(
                List.of("with -dev no flag is derived; not used: CONSUL_SERVER, TAG_KEY"),
                draft.command().notes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONSUL_SERVER=maybe agent -help", "agent -server -h", "TAG_KEY=x agent -node --help"})
    void letsConsulPrintItsHelp(String line) {
        assertEquals(List.of(), Draft.of(line).problems());
        assertEquals("", Draft.of(line).derived());
    }

    @Test
    void passesNothingThatNobodyKnows() {
        AgentCommand command =
                Draft.of("TAG_KEY=a TAG_VALUE=b agent").draft().complete(Identity.unknown(), HOST, Map.of());

        assertEquals(
                List.of(
                        "-data-dir=D",
                        "-config-dir=C",
                        "-retry-join",
                        "provider=aws tag_key=a tag_value=b",
                        "-client=0.0.0.0"),
                command.arguments());
        assertEquals(
                List.of(
                        "-node not passed: no source knows this instance's name, so Consul takes its host name",
                        "-advertise not passed: no source knows this instance's address, so Consul chooses one",
                        "the -retry-join by tag names no region: Consul asks the metadata service for it"),
                command.notes());
    }

    @Test
    void passesAnIpv6AddressAsConsulTakesItAndLooksForOthersOfItsKind() {
        Identity identity = new Identity(
                Optional.empty(),
                Optional.of(new Sourced<>("2001:db8::1", Origin.metadata("EC2 ipv6"))),
                Optional.empty(),
                Map.of(),
                NetworkMode.UNKNOWN);
        List<String> words = Draft.of("TAG_KEY=a TAG_VALUE=b agent")
                .draft()
                .complete(identity, HOST, Map.of())
                .arguments();

        assertTrue(words.contains("-advertise=2001:db8::1"), words::toString);
        assertTrue(words.contains("provider=aws tag_key=a tag_value=b addr_type=public_v6"), words::toString);
    }

    /// E: Consul 2.0 refuses IPv6 addresses without brackets.
    @ParameterizedTest
    @CsvSource({
        "fd00::1, [fd00::1]",
        "::1, [::1]",
        "fe80::1%eth0, [fe80::1%eth0]",
        "[fd00::1], [fd00::1]",
        "[fd00::1]:8301, [fd00::1]:8301",
        "10.0.0.6:8301, 10.0.0.6:8301",
        "consul:8301, consul:8301",
    })
    void putsIpv6AddressesToJoinIntoBrackets(String entry, String passed) {
        List<String> words =
                Draft.of("CONSUL_RETRY_JOIN=" + entry + " agent").command().arguments();

        assertEquals(passed, words.get(words.indexOf("-retry-join") + 1));
    }

    /// E
    @Test
    void warnsOfAStrayWordInTheFlagsOfAVariable() {
        String warning = "word 2 of CONSUL_CLIENT is no flag, so Consul refuses it, and reads none behind it;"
                + " put quotes around a value with blanks: -client='a b'";

        assertEquals(
                List.of(warning),
                Draft.of("agent").client("-client=a", "b").command().warnings());
        assertEquals(
                List.of(),
                Draft.of("agent")
                        .client("-client=a b", "-http-port", "8600")
                        .command()
                        .warnings());
    }

    /// F5
    @ParameterizedTest
    @ValueSource(strings = {"-xds-port=1", "-log-levels-of-a-newer-consul=x", "-dc=a", "-h", "-help", "-locality x"})
    void doesNotGuessAtFlagsOfANewerConsul(String flag) {
        assertEquals(List.of(), Draft.of("agent " + flag).draft().warnings());
    }

    @ParameterizedTest
    @CsvSource({"fd00::5, true", "10.0.0.5, false", "'{{ GetAllInterfaces | include \"type\" \"::\" }}', false"})
    void looksForIpv6AddressesWhereOneIsGiven(String address, boolean ipv6) {
        Draft draft = Draft.of("TAG_KEY=a TAG_VALUE=b agent").arguments("-advertise", address);

        assertEquals(ipv6, draft.derived().contains("tag_value=b addr_type=public_v6 region="), draft::derived);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CONSUL_SERVER=true BOOTSTRAP_EXPECT=2 agent | an even number of servers (2) bears no more failures than 1; use an odd one",
                "agent -server -bootstrap-expect 4           | an even number of servers (4) bears no more failures than 3; use an odd one",
                "agent -client=x true                        | word 2 after agent is no flag, so Consul refuses it, and reads none behind it; switches are written as -server=true",
                // F5
                "agent -client=x -sever                      | -sever is no flag of Consul's that the launcher knows: did you mean -server?",
                "agent -dev -retryjoin=x                     | -retryjoin is no flag of Consul's that the launcher knows: did you mean -retry-join?",
                "CONSUL_SERVER=true CONSUL_RETRY_JOIN=x BOOTSTRAP_EXPECT=3 agent --bootsrap-expect=3 | -bootsrap-expect is no flag of Consul's that the launcher knows: did you mean -bootstrap-expect?",
                "agent -client=x -node= -advertise=y         | the argument -node is empty, so Consul takes its host name; remove it and -node is derived",
                "agent -client=x -advertise=                 | the argument -advertise is empty, so Consul takes its bind address; remove it and -advertise is derived",
            })
    void warnsOfWhatIsHardlyMeant(String line, String warning) {
        assertEquals(List.of(), Draft.of(line).problems());
        assertEquals(List.of(warning), Draft.of(line).command().warnings());
        assertEquals(List.of(warning), Draft.of(line).draft().warnings());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CONSUL_SERVER=true BOOTSTRAP_EXPECT=1 agent | a cluster of one server starts without any other, and loses its data with it",
                "agent -server -bootstrap-expect=0           | a server that expects none never starts a cluster, it only joins one",
                "CONSUL_SERVER=true BOOTSTRAP_EXPECT=5 agent -bootstrap-expect 3 | BOOTSTRAP_EXPECT has no effect: the argument -bootstrap-expect",
                "CONSUL_SERVER=true BOOTSTRAP_EXPECT=5 agent -bootstrap | BOOTSTRAP_EXPECT has no effect: the argument -bootstrap",
                "CONSUL_SERVER=false BOOTSTRAP_EXPECT=3 agent -server | CONSUL_SERVER=false has no effect: the argument -server says otherwise",
                "CONSUL_UI=true agent -ui=false              | CONSUL_UI has no effect: the argument -ui",
                "agent -node x                               | -node from metadata not passed: the argument -node",
                "agent --advertise=x                         | -advertise from metadata not passed: the argument -advertise",
                "TAG_KEY=a TAG_VALUE=b agent -retry-join c   | -retry-join by TAG_KEY and TAG_VALUE not passed: the argument -retry-join",
                "CONSUL_RETRY_JOIN=a agent -retry-join c     | -retry-join by CONSUL_RETRY_JOIN not passed: the argument -retry-join",
                "agent -client x                             | -client=0.0.0.0 by default not passed: the argument -client",
                "agent -node-meta instance-id:x              | -node-meta=instance-id from metadata not passed: the argument -node-meta",
            })
    void saysWhoBeatWhom(String line, String note) {
        assertEquals(List.of(note), Draft.of(line).command().notes());
    }

    @Test
    void completesAsOftenAsAskedWithTheSameResult() {
        AgentDraft draft = Draft.of("CONSUL_RETRY_JOIN=10.0.0.5 agent -node x").draft();

        assertEquals(
                draft.complete(Draft.identity(NetworkMode.HOST), HOST, Map.of()),
                draft.complete(Draft.identity(NetworkMode.HOST), HOST, Map.of()));
    }
}
