package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.Recorder.Call;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The launcher on a terminal, as `docker run -it` has it: rules 24 and 25. The terminal is that of `script`, of
/// util-linux, which types what it reads from its own stdin, here a pipe with a name.
@Execution(ExecutionMode.CONCURRENT)
final class TerminalProcessIT {

    private static final String CTRL_C = "\003";
    private static final String CTRL_D = "\004";
    private static final String CTRL_BACKSLASH = "\034";

    @AutoClose
    private final Scenario scenario = Scenario.create();

    private final Path keyboard = scenario.home().resolve("keyboard");

    /// Starts the launcher on a terminal of its own, in the foreground.
    private Running startOnTerminal(String init, String mode) {
        if (!init.equals("none")) {
            scenario.withRealProgram(init);
        }
        assertEquals(0, Running.run("mkfifo", keyboard.toString()).exitCode());
        return scenario.prepared("exec <" + keyboard)
                .with("CONSUL_LAUNCHER_MODE", mode)
                .startedBy(
                        "sh",
                        "-c",
                        "launcher=$1; export launcher; exec " + Scenario.onPath("script")
                                + " -qec 'exec \"$launcher\" agent -dev' /dev/null",
                        "sh")
                .start();
    }

    private OutputStream keyboard() throws IOException {
        return Files.newOutputStream(keyboard);
    }

    private static void type(OutputStream keyboard, String text) throws IOException {
        keyboard.write(text.getBytes(StandardCharsets.UTF_8));
        keyboard.flush();
    }

    @ParameterizedTest
    @CsvSource({"none, supervise", "dumb-init, supervise", "none, exec", "dumb-init, exec"})
    @DisplayName("rule 24: a terminal is Consul's own, in all three directions")
    void handsTheTerminalOver(String init, String mode) throws IOException {
        scenario.programs().does("consul", """
                for i in 0 1 2; do [ -t $i ] || exit 40; done
                : >"$record/ready"
                read -r first && read -r second
                echo "$first+$second" >"$record/typed"
                echo shown
                # What is written last may be lost with a terminal that ends.
                while [ -d "$record" ] && [ ! -s "$record/end" ]; do sleep 0.02; done
                exit "$(cat "$record/end")"
                """);

        try (Running terminal = startOnTerminal(init, mode);
                OutputStream keyboard = keyboard()) {
            Call consul = scenario.programs().awaitReady("consul", terminal);
            type(keyboard, "eins\nzwei ü\n");
            Eventually.until("it to be shown", Running.PATIENCE, () -> shown(terminal.stdoutSoFar()) > 0);
            consul.end(9);
            Running.Finished finished = terminal.await();

            assertEquals(9, finished.exitCode(), finished::toString);
            assertEquals("eins+zwei ü\n", Files.readString(consul.record().resolve("typed")));
            assertEquals(1, shown(finished.stdout()), finished::toString);
        }
    }

    private static long shown(String stdout) {
        return stdout.lines().filter("shown"::equals).count();
    }

    /// What the launcher hands on comes a moment after what the terminal sends itself. So two more signals to what runs
    /// on the terminal, one after the other, show that the launcher has dealt with the first one.
    @ParameterizedTest
    @CsvSource({
        "none, supervise, INT, USR2, QUIT",
        "dumb-init, supervise, INT, QUIT, QUIT",
        "none, exec, INT, USR2, USR2",
        "dumb-init, exec, INT, USR2, USR2",
        "none, exec, QUIT, USR2, USR2",
    })
    @DisplayName("rule 25: Ctrl-C and Ctrl-\\ on a terminal reach Consul exactly once")
    void passesKeysThatAreSignalsOnOnce(String init, String mode, String signal, String next, String handedOn)
            throws IOException {
        scenario.programs().waitsForSignals("consul");
        if (init.equals("none") && mode.equals("supervise")) {
            // Then it takes a USR2 for a QUIT.
            scenario.with("CONSUL_LAUNCHER_INIT", "shell");
        }

        try (Running terminal = startOnTerminal(init, mode);
                OutputStream keyboard = keyboard()) {
            Call consul = scenario.programs().awaitReady("consul", terminal);
            type(keyboard, signal.equals("INT") ? CTRL_C : CTRL_BACKSLASH);
            consul.awaitSignals(1);
            Scenario.signalInit(terminal, next);
            consul.awaitSignals(2);
            Scenario.signalInit(terminal, next);
            consul.awaitSignals(3);

            assertEquals(List.of(signal, handedOn, handedOn), consul.signals());
            consul.end(3);
            assertEquals(3, terminal.await().exitCode());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"supervise", "exec"})
    @DisplayName("rule 24: the end of a terminal's input, Ctrl-D, reaches Consul as that")
    void passesCtrlDOn(String mode) throws IOException {
        scenario.programs().does("consul", """
                : >"$record/ready"
                while read -r line; do echo "$line" >>"$record/typed"; done
                exit 9
                """);

        try (Running terminal = startOnTerminal("none", mode);
                OutputStream keyboard = keyboard()) {
            Call consul = scenario.programs().awaitReady("consul", terminal);
            type(keyboard, "eins\n" + CTRL_D);

            assertEquals(9, terminal.await().exitCode());
            assertEquals("eins\n", Files.readString(consul.record().resolve("typed")));
        }
    }
}
