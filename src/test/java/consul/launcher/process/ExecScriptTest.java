package consul.launcher.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExecScriptTest {

    @Test
    void leavesTheUsersArgumentsToTheStarter() {
        Execution execution =
                new Execution(List.of("su-exec", "100:1000", "consul", "agent"), List.of("x", "y"), Map.of());
        assertEquals("""
                shift 1
                exec 'su-exec' '100:1000' 'consul' 'agent' "$@"
                """, ExecScript.of(execution, 3));
    }

    @Test
    void quotesEverythingThatAShellWouldExpand() {
        Execution execution =
                new Execution(List.of("a'b", "$(id)", "\"\\`", "n\nl", ""), List.of(), Map.of("HOME", "/a b"));
        assertEquals(
                "export HOME='/a b'\nshift 0\nexec 'a'\\''b' '$(id)' '\"\\`' 'n\nl' '' \"$@\"\n",
                ExecScript.of(execution, 0));
    }
}
