package consul.launcher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class LogTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Log log = new Log(
            new PrintStream(bytes, true, StandardCharsets.UTF_8),
            InstantSource.fixed(Instant.parse("2026-01-02T03:04:05.006Z")));

    @Test
    void writesConsulsForm() {
        log.info("a");
        log.warn("b");
        log.error("c");
        assertEquals("""
                2026-01-02T03:04:05.006Z [INFO]  launcher: a
                2026-01-02T03:04:05.006Z [WARN]  launcher: b
                2026-01-02T03:04:05.006Z [ERROR] launcher: c
                """, bytes.toString(StandardCharsets.UTF_8));
    }

    @Test
    void keepsAnEventOnOneLineWhateverIsInIt() {
        log.info("a\nb\u001b[31m\rc");
        assertEquals(
                "2026-01-02T03:04:05.006Z [INFO]  launcher: a\\nb?[31m?c\n", bytes.toString(StandardCharsets.UTF_8));
    }
}
