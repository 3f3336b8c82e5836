package consul.launcher.entrypoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccountsTest {

    @TempDir
    private Path etc;

    @BeforeEach
    void writeFiles() throws IOException {
        Files.writeString(
                etc.resolve("passwd"),
                "root:x:0:0:root:/root:/bin/sh\nconsul:x:100:1000::/home/consul:/sbin/nologin\nbroken\n");
        Files.writeString(etc.resolve("group"), "root:x:0:\nconsul:x:1000:\n");
    }

    @Test
    void resolvesNamesAndTakesNumbersAsTheyAre() {
        Accounts accounts = Accounts.read(etc);
        assertEquals(Optional.of(100), accounts.uid("consul"));
        assertEquals(Optional.of(1000), accounts.gid("consul"));
        assertEquals(Optional.of(4711), accounts.uid("4711"));
        assertEquals(Optional.empty(), accounts.uid("nobody-here"));
        assertEquals(Optional.empty(), accounts.uid("99999999999"));
        assertEquals(Optional.empty(), accounts.uid(""));
    }

    @Test
    void homeIsTheUsersOrTheRoot() {
        Accounts accounts = Accounts.read(etc);
        assertEquals("/home/consul", accounts.home(100));
        assertEquals("/", accounts.home(4711));
    }

    @Test
    void filesThatDoNotExistHaveNoEntries() {
        assertEquals(Optional.empty(), Accounts.read(etc.resolve("nowhere")).uid("consul"));
    }
}
