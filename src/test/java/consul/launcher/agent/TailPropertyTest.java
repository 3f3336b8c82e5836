package consul.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import consul.launcher.identity.Identity;
import consul.launcher.identity.NetworkMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever the user gives, and whatever else is wrong: the arguments come out as the exact end of the command.
class TailPropertyTest {

    private static final List<String> PIECES = List.of(
            "-",
            "--",
            "---",
            "=",
            "-=",
            "-server",
            "--server",
            "-server=",
            "-server=x",
            "-node",
            "-node=",
            "--node=a b",
            "-dev",
            "-dev=0",
            "-h",
            "-help",
            "-hcl",
            "node_name = \"x\"",
            "{",
            "\"",
            "'",
            "",
            " ",
            "\n",
            "\t",
            "*",
            "?",
            "$HOME",
            "`x`",
            "\\",
            "-config-file",
            "-config-dir",
            "/nonexistent",
            "-config-format",
            "json",
            "hcl",
            "-retry-join",
            "provider=aws",
            "-bootstrap-expect",
            "3",
            "-1",
            "-encrypt",
            "é€\uD83D\uDE00",
            "\uD800",
            "-é",
            "-client",
            "0.0.0.0",
            "-node-meta",
            "a:b",
            "-unknown",
            "-ui",
            "-advertise",
            "::1",
            "[::1]:8301",
            "-bootstrap");

    private static final List<String> VARIABLES = List.of(
            "CONSUL_SERVER",
            "CONSUL_UI",
            "BOOTSTRAP_EXPECT",
            "TAG_KEY",
            "TAG_VALUE",
            "CONSUL_RETRY_JOIN",
            "AWS_REGION",
            "CONSUL_LOCAL_CONFIG",
            "ECS_CONTAINER_METADATA_URI_V4");

    private static final List<String> VALUES = List.of(
            "",
            "true",
            "false",
            "0",
            "1",
            "3",
            "x",
            "a b",
            "'",
            "\"",
            "a,b",
            "provider=aws tag_key=x",
            "{\"server\": true}",
            "{",
            "{{",
            "\n",
            "\uD83D\uDE00",
            "10.0.0.5",
            "[::1]",
            "null",
            "[1]");

    @Test
    void endsWithTheUsersArgumentsUntouched() {
        Random random = new Random(20260104);
        List<NetworkMode> modes = List.of(NetworkMode.values());
        for (int i = 0; i < 20_000; i++) {
            Draft draft = new Draft();
            List<String> words = new ArrayList<>();
            for (int n = random.nextInt(8); n > 0; n--) {
                words.add(word(random));
            }
            for (String variable : VARIABLES) {
                if (random.nextInt(3) == 0) {
                    draft.set(variable, VALUES.get(random.nextInt(VALUES.size())));
                }
            }
            draft.arguments(words.toArray(String[]::new));
            AgentDraft made = draft.draft();
            Identity identity =
                    random.nextBoolean() ? Identity.unknown() : Draft.identity(modes.get(random.nextInt(modes.size())));

            List<String> all = made.complete(identity, new AgentDraft.Host(_ -> true, random.nextBoolean()), Map.of())
                    .arguments();

            assertEquals(List.of("-data-dir=D", "-config-dir=C"), all.subList(0, 2), words::toString);
            assertEquals(words, all.subList(all.size() - words.size(), all.size()), words::toString);
            assertEquals(all.size(), Masked.words(all).size(), words::toString);
        }
    }

    private static String word(Random random) {
        String word = PIECES.get(random.nextInt(PIECES.size()));
        return random.nextInt(6) == 0 ? word + PIECES.get(random.nextInt(PIECES.size())) : word;
    }
}
