package consul.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import consul.launcher.config.SecretSettings.Secret;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SecretConfigurationTest {

    @Test
    void keepsEveryCharacterOfASecret() throws IOException {
        String odd = "a\"b\\c\nd\te\u0001fé";
        JsonNode json = new ObjectMapper()
                .readTree(SecretConfiguration.json(List.of(
                        new Secret("encrypt", "k", "CONSUL_ENCRYPT"),
                        new Secret("acl.tokens.agent", odd, "CONSUL_ACL_AGENT_TOKEN"),
                        new Secret("acl.tokens.default", "d", "CONSUL_ACL_DEFAULT_TOKEN"))));
        assertEquals("k", json.at("/encrypt").asText());
        assertEquals(odd, json.at("/acl/tokens/agent").asText());
        assertEquals("d", json.at("/acl/tokens/default").asText());
    }

    @Test
    void writesTokensAlone() {
        assertEquals(
                "{\"acl\":{\"tokens\":{\"agent\":\"t\"}}}\n",
                SecretConfiguration.json(List.of(new Secret("acl.tokens.agent", "t", "CONSUL_ACL_AGENT_TOKEN"))));
    }
}
