package consul.launcher.cli;

import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.Durations;
import consul.launcher.config.Log;
import consul.launcher.consul.Readiness;
import consul.launcher.process.ExecScript;
import consul.launcher.process.Execution;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `wait [--timeout 60s] [-- CMD…]`: waits until the local agent is ready, then lets the starter become CMD.
final class WaitCommand {

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    /// Between two looks at the agent. A look costs it next to nothing, and an agent becomes ready once.
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final ReadyCommand ready;
    private final Log log;

    WaitCommand(ReadyCommand ready, Log log) {
        this.ready = ready;
        this.log = log;
    }

    /// What is asked for.
    ///
    /// @param command may be empty
    private record Request(Duration timeout, List<String> command) {}

    /// Waits. A command is told to the starter as what to become.
    ///
    /// @return 0, or 1 when the time is over
    int run(List<String> words, Starter starter) {
        Optional<Request> request = parse(words);
        if (request.isEmpty()) {
            log.error("usage: consul-launcher wait [--timeout 60s] [-- COMMAND…]");
            return CommandLine.USAGE;
        }
        Optional<ConsulApiSettings> settings = ready.settings();
        if (settings.isEmpty()) {
            return CommandLine.CONFIGURATION;
        }
        Optional<String> why = waitFor(settings.get(), request.get().timeout());
        if (why.isPresent()) {
            log.error("not ready after " + request.get().timeout().toSeconds() + " s: " + why.get());
            return 1;
        }
        List<String> command = request.get().command();
        return command.isEmpty()
                ? 0
                : starter.tell(ExecScript.of(new Execution(List.of(), command, Map.of()), words.size()));
    }

    private static Optional<String> waitFor(ConsulApiSettings settings, Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            Readiness readiness = ReadyCommand.check(settings, false);
            if (!(readiness instanceof Readiness.NotReady not)) {
                return Optional.empty();
            }
            long left = end - System.nanoTime();
            if (left <= 0) {
                return Optional.of(not.why());
            }
            try {
                Thread.sleep(Math.min(PAUSE.toMillis(), left / 1_000_000 + 1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.of("interrupted");
            }
        }
    }

    private static Optional<Request> parse(List<String> words) {
        Duration timeout = DEFAULT_TIMEOUT;
        int at = 0;
        while (at < words.size() && !words.get(at).equals("--")) {
            String word = words.get(at);
            String value;
            if (word.startsWith("--timeout=")) {
                value = word.substring("--timeout=".length());
                at++;
            } else if (word.equals("--timeout") && at + 1 < words.size()) {
                value = words.get(at + 1);
                at += 2;
            } else {
                return Optional.empty();
            }
            Optional<Duration> parsed = Durations.timeout(value);
            if (parsed.isEmpty()) {
                return Optional.empty();
            }
            timeout = parsed.get();
        }
        List<String> command = at < words.size() ? words.subList(at + 1, words.size()) : List.of();
        return at < words.size() && command.isEmpty() ? Optional.empty() : Optional.of(new Request(timeout, command));
    }
}
