package consul.launcher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// F5: misspelt variables.
class VariableNamesTest {

    @ParameterizedTest
    @CsvSource({
        "TAG_KYE, TAG_KEY",
        "TAGKEY, TAG_KEY",
        "TAG_VALU, TAG_VALUE",
        "tag_key, TAG_KEY",
        "CONSUL_TAG_KEY, TAG_KEY",
        "CONSUL_BOOTSTRAP_EXPECT, BOOTSTRAP_EXPECT",
        "BOOTSTRAP_EXPCET, BOOTSTRAP_EXPECT",
        "CONSUL_RETRYJOIN, CONSUL_RETRY_JOIN",
        "CONSUL_RETRY-JOIN, CONSUL_RETRY_JOIN",
        "CONSUL_QUORUM_RECOVRY, CONSUL_QUORUM_RECOVERY",
        "CONSUL_SEVER, CONSUL_SERVER",
        "CONSULSERVER, CONSUL_SERVER",
        "CONSOL_DATA_DIR, CONSUL_DATA_DIR",
        "CONSUL_DATADIR, CONSUL_DATA_DIR",
        "CONSUL_ENCRIPT, CONSUL_ENCRYPT",
        "CONSUL_ALLOW_PRIVILEDGED_PORTS, CONSUL_ALLOW_PRIVILEGED_PORTS",
        "CONSUL_LOCAL_CONFG, CONSUL_LOCAL_CONFIG",
        "CONSUL_ACL_AGENT_TOCKEN_FILE, CONSUL_ACL_AGENT_TOKEN_FILE",
    })
    void areTold(String name, String meant) {
        assertEquals(
                List.of(name + " is no variable that the launcher knows: did you mean " + meant + "?"), warnings(name));
    }

    /// Consul's own, its tools', what container platforms set, and what isn't close.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CONSUL_HTTP_AUTH CONSUL_GRPC_ADDR CONSUL_GRPC_CACERT CONSUL_GRPC_CAPATH CONSUL_NAMESPACE",
                "CONSUL_PARTITION CONSUL_LICENSE CONSUL_LICENSE_PATH CONSUL_VERSION CONSUL_TEMPLATE_LOG",
                "CONSUL_LOGIN_DATACENTER CONSUL_ECS_CONFIG_JSON CONSUL_K8S_NAMESPACE CONSUL_UI_SETTINGS_DEFAULT",
                "CONSUL_ADDR CONSUL_HOST CONSUL_PORT CONSUL_URL CONSUL_TOKEN CONSUL_SERVERS CONSUL_NODE CONSUL_NAME",
                "CONSUL_DC CONSUL_ID CONSUL_IP CONSUL_LOG CONSUL_LOG_LEVEL CONSUL_DATACENTER CONSUL_DOMAIN CONSUL_HOME",
                "CONSUL_PORT_8500_TCP CONSUL_PORT_8500_TCP_ADDR CONSUL_SERVICE_HOST CONSUL_SERVICE_PORT_HTTP",
                "CONSUL_UI_PORT CONSUL_UI_SERVICE_HOST CONSUL_SERVER_PORT_8300_TCP_PROTO CONSUL_SERVER_SERVICE_PORT",
                "CONSUL_ENV_GOPATH CONSUL_SERVER_NAME CONSUL_CLIENT_NAME CONSUL_LAUNCHER_HOME CONSUL_LAUNCHER_INIT",
                "CONSUL_LAUNCHER_LC_ALL CONSUL_LAUNCHER_DECISION PATH HOME TERM TZ TAG TAGS TAG_NAME IMAGE_TAG BOOTSTRAP",
                "RETRY_JOIN SERVER LEAVE UID DATA_DIR METADATA CONTAINER_ID CONSUMER_KEY CONFIG_DIR HTTP_ADDR",
                "AWS_REGION AWS_DEFAULT_REGION AWS_REGIONS HTTP_PROXY ECS_CONTAINER_METADATA_URI HOSTNAME",
            })
    void areNoneWhereTheyAreSomebodyElses(String names) {
        assertEquals(List.of(), warnings(names.split(" ")));
    }

    @Test
    void areNoneWhereTheRightNameIsSetToo() {
        assertEquals(List.of(), warnings("TAG_KYE", "TAG_KEY"));
    }

    /// E: as Docker's --env-file keeps them.
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '^',
            value = {
                "CONSUL_DATA_DIR, \"/consul/data\", true",
                "CONSUL_ACL_AGENT_TOKEN, 'secret', true",
                "CONSUL_SERVER, \"true\", true",
                "CONSUL_BIND, \"10.0.0.1\", false",
                "CONSUL_RETRY_JOIN, \"provider=aws\", false",
                "CONSUL_DATA_DIR, /a\"b\", false",
                "CONSUL_ENCRYPT, \"\", false",
                "SOMETHING, \"a\", false",
            })
    void tellOfValuesInQuotesWithoutThem(String name, String value, boolean told) {
        assertEquals(
                told ? List.of(name + " is in quotes, which count as a part of its value: remove them") : List.of(),
                VariableNames.warnings(new Environment(Map.of(name, value))));
    }

    @Test
    void areSoughtAmongAllThatTheReadmeLists() throws IOException {
        // That the README lists those that are read, another test makes sure of.
        Set<String> listed = new TreeSet<>();
        for (String line : Files.readAllLines(Path.of("README.md"))) {
            if (line.startsWith("| `")) {
                Pattern.compile("`((CONSUL_|BOOTSTRAP_|TAG_)[A-Z_]+)`")
                        .matcher(line.substring(0, line.indexOf(" | ")))
                        .results()
                        .forEach(match -> listed.add(match.group(1)));
            }
        }
        Set<String> known = new TreeSet<>(VariableNames.known());
        // Whose table says "or with `_FILE` behind the name".
        known.removeIf(name -> name.endsWith("_FILE") && !listed.contains(name));

        assertEquals(listed, known);
    }

    private static List<String> warnings(String... names) {
        Map<String, String> variables = new TreeMap<>();
        for (String name : names) {
            variables.put(name, "x");
        }
        return VariableNames.warnings(new Environment(variables));
    }
}
