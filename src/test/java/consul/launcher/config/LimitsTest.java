package consul.launcher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// F17. The texts are those of JDK 25.
final class LimitsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/proc/self/fd: Too many open files",
                "Cannot run program \"setsid\": Bad file descriptor, error: 24 (Too many open files) ",
            })
    void namesTheLimitOnOpenFiles(String message) {
        assertTold(
                "the limit on open files ", Limits.describe(new ExceptionInInitializerError(new IOException(message))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unable to create native thread: possibly out of memory or process/resource limits reached",
                "Cannot run program \"setsid\": error=11, Resource temporarily unavailable",
                "Cannot run program \"setsid\": Exec failed, error: 11 (Resource temporarily unavailable) ",
            })
    void namesTheLimitOnProcesses(String message) {
        assertTold("the limit on processes and threads ", Limits.describe(new OutOfMemoryError(message)));
    }

    @Test
    void takesNothingElseForALimit() {
        assertEquals("", Limits.describe(new OutOfMemoryError("Java heap space")));
    }

    private static void assertTold(String start, String told) {
        assertEquals(start, told.substring(0, Math.min(told.length(), start.length())));
    }
}
