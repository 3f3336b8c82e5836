package consul.launcher.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.Environment;
import consul.launcher.config.Log;
import consul.launcher.entrypoint.HostInterfaces;
import consul.launcher.identity.IdentitySource;
import consul.launcher.process.ShortRun;
import consul.launcher.testkit.HeldAndByName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@HeldAndByName
final class RecoveryCommandTest {

    private static final String HASH = "0123456789ab";

    @TempDir
    private Path data;

    /// Five seconds go by whenever the clock is asked.
    private final AtomicLong seconds = new AtomicLong();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void fill() throws IOException {
        Files.createDirectories(data.resolve("launcher"));
        Files.createDirectories(data.resolve("raft"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "status more", "plan --yes", "apply a b"})
    void explainsItself(String words) {
        assertEquals(CommandLine.USAGE, run("", words.isEmpty() ? List.of() : List.of(words.split(" "))));
        assertTrue(err().contains("usage: consul-launcher recovery status, plan, or apply [--yes] [HASH]"), this::err);
    }

    @Test
    void saysThatThereIsNoPlan() {
        assertEquals(1, run("", List.of("plan")));
        assertTrue(out().contains("no report: there is a leader"), this::out);
        assertEquals(0, run("", List.of("status")));
        assertEquals(1, run("", List.of("apply", "--yes")));
        assertFalse(Files.exists(order()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'.' | there is no data directory ",
                "raft | holds no raft state: its agent is a client, which has no quorum to recover, or a server that"
                        + " never started",
                "launcher | no launcher watches the quorum of "
            })
    @DisplayName("F2: says what is wrong where there is nothing to tell of")
    void saysWhatIsWrong(String missing, String said) throws IOException {
        for (String each : List.of("raft", "launcher", ".")) {
            if (missing.equals(".") || each.equals(missing)) {
                Files.delete(data.resolve(each).normalize());
            }
        }
        for (String command : List.of("status", "plan", "apply")) {
            assertEquals(1, run("", List.of(command)), command);
            assertTrue(err().contains("[ERROR] launcher: "), this::err);
            assertTrue(err().contains(said), this::err);
            assertEquals("", out());
            err.reset();
        }
    }

    @Test
    void showsThePlan() throws IOException {
        plan();
        assertEquals(0, run("", List.of("plan")));
        assertTrue(out().contains("By hand: consul-launcher recovery apply " + HASH), this::out);
    }

    @Test
    void appliesNoOtherPlanThanTheOneThatWasRead() throws IOException {
        plan();
        assertEquals(1, run("", List.of("apply", "ba9876543210", "--yes")));
        assertTrue(err().contains("the plan is now " + HASH + ", not ba9876543210"), this::err);
        assertFalse(Files.exists(order()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "yes\n", "0123456789aB\n"})
    void changesNothingUnlessThePlanIsNamed(String typed) throws IOException {
        plan();
        assertEquals(1, run(typed, List.of("apply")));
        assertTrue(err().contains("nothing was changed"), this::err);
        assertFalse(Files.exists(order()));
    }

    @Test
    void ordersThePlanAndWaits() throws IOException {
        plan();
        // The launcher has begun, and Consul has taken it in.
        Files.writeString(data.resolve("launcher/journal"), "consul-launcher recovery " + HASH + " START\n");

        assertEquals(0, run(HASH + "\n", List.of("apply")));

        assertEquals(HASH + "\n", Files.readString(order()));
        assertTrue(out().contains("plan " + HASH + " is applied here"), this::out);
    }

    private void plan() throws IOException {
        Files.writeString(
                data.resolve("launcher/report"),
                "2026-11-22T12:00:00Z\nplan\nBy hand: consul-launcher recovery apply " + HASH + " on i-0000000a\n");
    }

    private Path order() {
        return data.resolve("launcher/order");
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private int run(String typed, List<String> words) {
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        Surroundings surroundings = new Surroundings(
                new Environment(Map.of("CONSUL_DATA_DIR", data.toString())),
                new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                errors,
                () -> Instant.EPOCH.plusSeconds(seconds.addAndGet(5)),
                Path.of("/etc"),
                Path.of("/proc/self/status"),
                new HostInterfaces(new ShortRun()),
                _ -> _ -> new IdentitySource.NotFound(List.of(), List.of()),
                _ -> {
                    throw new AssertionError("nothing is run");
                },
                Optional.empty());
        return new RecoveryCommand(surroundings, new Log(errors, InstantSource.system()), data.resolve("proc"))
                .run(words);
    }
}
