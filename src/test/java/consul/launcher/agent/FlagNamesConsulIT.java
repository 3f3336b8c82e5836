package consul.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.RealConsul;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class FlagNamesConsulIT {

    /// In Consul's help a boolean flag stands alone, any other as `-name=<value>`.
    @Test
    void knowsEveryFlagOfConsulAndWhetherItTakesAValue() {
        String help = RealConsul.find().run("127.0.0.1", "agent", "-help").stdout();
        Set<String> booleans = new TreeSet<>();
        Set<String> valued = new TreeSet<>();
        for (String line : help.lines().map(String::strip).toList()) {
            if (line.matches("-[a-z_-]+")) {
                booleans.add(line.substring(1));
            } else if (line.matches("-[a-z_-]+=<.*>")) {
                valued.add(line.substring(1, line.indexOf('=')));
            }
        }

        assertTrue(booleans.contains("server") && valued.contains("node"), help);
        booleans.removeAll(FlagNames.BOOLEAN);
        valued.removeAll(FlagNames.VALUED);
        assertEquals(Set.of(), booleans, "boolean flags that the launcher doesn't know");
        assertEquals(Set.of(), valued, "flags with a value that the launcher doesn't know");
    }
}
