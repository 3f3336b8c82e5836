package consul.launcher.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import consul.launcher.config.Leave;
import consul.launcher.watch.LeavePolicy.Health;
import consul.launcher.watch.LeavePolicy.Role;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeavePolicyTest {

    /// The table of docs/operations.md. Health: `leader voters healthyOthers voter`, or `?`.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AUTO   | CLIENT | false | ?               | true",
                "AUTO   | CLIENT | true  | ?               | true",
                "AUTO   | DEV    | true  | true 1 0 true   | false",
                "AUTO   | SERVER | false | true 3 2 true   | false",
                "AUTO   | SERVER | true  | ?               | false",
                "AUTO   | SERVER | true  | false 3 2 true  | false",
                "AUTO   | SERVER | true  | true 3 2 true   | true",
                "AUTO   | SERVER | true  | true 3 1 true   | false",
                "AUTO   | SERVER | true  | true 2 1 true   | true",
                "AUTO   | SERVER | true  | true 2 0 true   | false",
                "AUTO   | SERVER | true  | true 1 0 true   | false",
                "AUTO   | SERVER | true  | true 5 3 true   | true",
                "AUTO   | SERVER | true  | true 5 2 true   | false",
                "AUTO   | SERVER | true  | true 3 3 false  | true",
                "ALWAYS | SERVER | false | ?               | true",
                "ALWAYS | CLIENT | false | ?               | true",
                "NEVER  | SERVER | true  | true 3 2 true   | false",
                "NEVER  | CLIENT | true  | true 3 2 true   | false",
            })
    void leavesOnlyWhereThatIsRight(Leave setting, Role role, boolean instanceEnds, String health, boolean leaves) {
        assertEquals(
                leaves,
                LeavePolicy.decide(setting, role, instanceEnds, parse(health)).leaves());
    }

    private static Health parse(String text) {
        if (text.equals("?")) {
            return new Health.Unknown("the agent doesn't answer");
        }
        String[] parts = text.split(" ", -1);
        return new Health.Known(
                Boolean.parseBoolean(parts[0]),
                Integer.parseInt(parts[1]),
                Integer.parseInt(parts[2]),
                Boolean.parseBoolean(parts[3]));
    }
}
