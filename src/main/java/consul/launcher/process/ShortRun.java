package consul.launcher.process;

import consul.launcher.entrypoint.Preparer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs commands that end by themselves at once, such as `setcap` or `consul --help`, with no stdin.
public final class ShortRun implements Preparer.Runner {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    /// @throws IOException if it can't be started, or hasn't ended after 10 s, or the thread was interrupted
    @Override
    public Outcome run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .start();
        try {
            // What these commands say fits into a pipe's buffer, so they never wait for a reader.
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("no end within " + LIMIT.toSeconds() + " s");
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome(process.exitValue(), output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
