package consul.launcher.image;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.HostConfig;
import consul.launcher.testkit.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.ThrowingFunction;

/// A started container, whatever became of it: that it ended at once is a result too. Closing it removes it with its
/// anonymous volumes.
final class Launched implements AutoCloseable {

    /// How long a test waits for a container at most: far beyond what any needs, so that a slow machine fails no test.
    static final Duration PATIENCE = Duration.ofSeconds(90);

    /// A flag of the agent: elections within a second or two, instead of eight.
    static final String QUICK = "-hcl=performance { raft_multiplier = 1 }";

    private static final DockerClient DOCKER = DockerClientFactory.lazyClient();

    private final GenericContainer<?> container;

    private Launched(GenericContainer<?> container) {
        this.container = container;
    }

    /// Starts the launcher's image with these arguments, or its own where there are none.
    static Launched start(String... arguments) {
        return start(Images.launcher(), _ -> {}, arguments);
    }

    static Launched start(Consumer<GenericContainer<?>> settings, String... arguments) {
        return start(Images.launcher(), settings, arguments);
    }

    @SuppressWarnings("resource") // closed by close()
    static Launched start(String image, Consumer<GenericContainer<?>> settings, String... arguments) {
        GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(image))
                .withStartupCheckStrategy(new Started())
                .withStartupAttempts(1);
        if (arguments.length > 0) {
            container.withCommand(arguments);
        }
        settings.accept(container);
        container.start();
        return new Launched(container);
    }

    /// Runs the launcher's image to its end.
    static Ended run(Consumer<GenericContainer<?>> settings, String... arguments) {
        return run(Images.launcher(), settings, arguments);
    }

    static Ended run(String image, Consumer<GenericContainer<?>> settings, String... arguments) {
        try (Launched launched = start(image, settings, arguments)) {
            return launched.await();
        }
    }

    /// A setting by the engine's own API, for what Testcontainers has no word.
    static Consumer<GenericContainer<?>> host(UnaryOperator<HostConfig> change) {
        return container -> container.withCreateContainerCmdModifier(command -> command.withHostConfig(
                change.apply(Objects.requireNonNullElseGet(command.getHostConfig(), HostConfig::newHostConfig))));
    }

    /// `docker run --user`.
    static Consumer<GenericContainer<?>> user(String user) {
        return container -> container.withCreateContainerCmdModifier(command -> command.withUser(user));
    }

    static Consumer<GenericContainer<?>> variable(String name, String value) {
        return container -> container.withEnv(name, value);
    }

    static void removeVolume(String name) {
        DOCKER.removeVolumeCmd(name).exec();
    }

    String id() {
        return container.getContainerId();
    }

    InspectContainerResponse inspect() {
        return DOCKER.inspectContainerCmd(id()).exec();
    }

    boolean isRunning() {
        return Boolean.TRUE.equals(inspect().getState().getRunning());
    }

    /// Waits for its end.
    Ended await() {
        return await(PATIENCE);
    }

    Ended await(Duration patience) {
        Eventually.until("the end of " + this, patience, () -> !isRunning());
        int code = Math.toIntExact(
                Objects.requireNonNull(inspect().getState().getExitCodeLong(), "exit code of a container that ended"));
        return new Ended(code, stdout(), stderr());
    }

    /// `docker stop`, with a time that a container which handles signals doesn't need.
    Ended stop() {
        DOCKER.stopContainerCmd(id())
                .withTimeout(Math.toIntExact(PATIENCE.toSeconds()))
                .exec();
        return await();
    }

    /// Starts it again after its end.
    void restart() {
        DOCKER.startContainerCmd(id()).exec();
    }

    String stdout() {
        return container.getLogs(OutputFrame.OutputType.STDOUT);
    }

    String stderr() {
        return container.getLogs(OutputFrame.OutputType.STDERR);
    }

    /// Reads a file of it, also after its end.
    <T> T read(String path, ThrowingFunction<InputStream, T> reader) {
        return container.copyFileFromContainer(path, reader);
    }

    /// `docker exec`.
    Container.ExecResult exec(String... command) {
        try {
            return container.execInContainer(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while running " + List.of(command), e);
        }
    }

    /// What the command says on stdout.
    ///
    /// @throws AssertionError if it fails
    String tell(String... command) {
        Container.ExecResult result = exec(command);
        if (result.getExitCode() != 0) {
            throw new AssertionError(List.of(command) + " in " + this + ": exit code " + result.getExitCode() + "\n"
                    + result.getStdout() + result.getStderr());
        }
        return result.getStdout();
    }

    /// Waits until the agent in it knows a leader.
    Launched awaitLeader() {
        Eventually.until("a leader in " + id(), PATIENCE, () -> {
            if (!isRunning()) {
                throw new IllegalStateException("it ended: " + await());
            }
            return exec("consul", "operator", "raft", "list-peers", "-stale=false")
                            .getExitCode()
                    == 0;
        });
        return this;
    }

    /// The processes in it, each as user and command line.
    List<String> processes() {
        return tell("ps", "-o", "user,args").lines().skip(1).map(String::strip).toList();
    }

    @Override
    public void close() {
        container.stop();
    }

    @Override
    public String toString() {
        return container.getDockerImageName() + " " + id();
    }

    /// A container that has ended.
    record Ended(int exitCode, String stdout, String stderr) {

        /// The launcher's lines of that level, without what stands before the message.
        List<String> errors() {
            return stderr.lines()
                    .filter(line -> line.contains("[ERROR] launcher: "))
                    .map(line -> line.substring(line.indexOf("launcher: ") + "launcher: ".length()))
                    .toList();
        }

        @Override
        public String toString() {
            return "exit code " + exitCode + "\n--- stdout ---\n" + stdout + "--- stderr ---\n" + stderr + "---";
        }
    }

    /// Testcontainers calls a container that ends at once a failure.
    private static final class Started extends StartupCheckStrategy {

        @Override
        public StartupStatus checkStartupState(DockerClient client, String id) {
            return StartupStatus.SUCCESSFUL;
        }
    }
}
