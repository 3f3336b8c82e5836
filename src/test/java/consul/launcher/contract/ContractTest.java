package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Method;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// That the suite is whole: every rule of the contract has a test that names it.
final class ContractTest {

    private static final int RULES = 28;
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    @Test
    void everyRuleHasATest() {
        TreeSet<Integer> tested = new TreeSet<>();
        Stream.of(
                        AddressesProcessIT.class,
                        DirectoriesProcessIT.class,
                        ArgumentsProcessIT.class,
                        PrivilegesProcessIT.class,
                        LifeProcessIT.class,
                        InitProcessIT.class)
                .flatMap(suite -> Stream.of(suite.getDeclaredMethods()))
                .forEach(method -> tested.addAll(rules(method)));

        assertEquals(IntStream.rangeClosed(1, RULES).boxed().toList(), List.copyOf(tested));
    }

    private static List<Integer> rules(Method method) {
        DisplayName name = method.getAnnotation(DisplayName.class);
        if (name == null || !name.value().startsWith("rule")) {
            return List.of();
        }
        String head = name.value().substring(0, name.value().indexOf(':'));
        return NUMBER.matcher(head)
                .results()
                .map(number -> Integer.valueOf(number.group()))
                .toList();
    }
}
