package consul.launcher.entrypoint;

import consul.launcher.config.FileTrouble;
import consul.launcher.config.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Makes the planned steps, in order, up to the first that fails and is needed.
public final class Preparer {

    /// Runs a short command to its end.
    public interface Runner {
        /// Its exit code, and what it said on stdout and stderr.
        ///
        /// @throws IOException if it can't be started, or doesn't end in time
        Outcome run(List<String> command) throws IOException;

        record Outcome(int exitCode, String output) {}
    }

    private final Runner runner;
    private final Consumer<String> warnings;

    /// @param runner for `setcap`
    /// @param warnings what failed but isn't needed
    public Preparer(Runner runner, Consumer<String> warnings) {
        this.runner = runner;
        this.warnings = warnings;
    }

    /// The problem that ends the start, or nothing if all steps that are needed were made.
    public Optional<Problem> make(List<Step> steps) {
        for (Step step : steps) {
            Optional<Problem> problem = make(step);
            if (problem.isPresent()) {
                return problem;
            }
        }
        return Optional.empty();
    }

    private Optional<Problem> make(Step step) {
        try {
            does(step);
            return Optional.empty();
        } catch (IOException e) {
            String what = "can't " + step.describe() + ": " + FileTrouble.describe(e);
            if (isNeeded(step)) {
                return Optional.of(new Problem(what, wayOut(step)));
            }
            warnings.accept(what + "; going on without: " + wayOut(step));
            return Optional.empty();
        }
    }

    /// No switch over types on the way to Consul: the JDK writes a class for it.
    @SuppressWarnings("IfChainToSwitch")
    private void does(Step step) throws IOException {
        if (step instanceof Step.CreateDirectory create) {
            create(create);
        } else if (step instanceof Step.ChangeOwner change) {
            Owners.change(change.path(), change.owner());
        } else if (step instanceof Step.WriteLocalConfig write) {
            Path directory = write.file().resolveSibling("");
            if (!Files.isDirectory(directory)) {
                create(new Step.CreateDirectory(directory, write.owner(), false));
            }
            LocalConfig.write(write.file(), write.content(), write.owner());
        } else if (step instanceof Step.RemoveLocalConfig remove) {
            Files.deleteIfExists(remove.file());
        } else if (step instanceof Step.RemoveOldMarker remove) {
            Files.deleteIfExists(remove.file());
        } else if (step instanceof Step.WriteSecrets write) {
            byte[] content = write.secrets().content().getBytes(StandardCharsets.UTF_8);
            Replacement.of(write.file(), content, write.owner(), "rw-------", Optional.empty());
        } else if (step instanceof Step.RemoveSecrets remove) {
            Files.deleteIfExists(remove.file());
        } else {
            allow((Step.AllowPrivilegedPorts) step);
        }
    }

    private static void create(Step.CreateDirectory create) throws IOException {
        if (create.owner().isPresent()) {
            Owners.followed(existing(create.path()));
        }
        Files.createDirectories(create.path());
        if (create.owner().isPresent()) {
            Owners.change(create.path(), create.owner().get());
        }
    }

    private void allow(Step.AllowPrivilegedPorts allow) throws IOException {
        Runner.Outcome outcome = runner.run(allow.command());
        if (outcome.exitCode() != 0) {
            throw new IOException(
                    "exit code " + outcome.exitCode() + ", " + outcome.output().strip());
        }
    }

    private static boolean isNeeded(Step step) {
        return switch (step) {
            case Step.CreateDirectory create -> create.needed();
            case Step.ChangeOwner change -> change.needed();
            case Step.WriteLocalConfig write -> write.needed();
            case Step.WriteSecrets _, Step.AllowPrivilegedPorts _ -> true;
            case Step.RemoveLocalConfig _, Step.RemoveOldMarker _, Step.RemoveSecrets _ -> false;
        };
    }

    private static String wayOut(Step step) {
        return switch (step) {
            case Step.CreateDirectory create -> mount(create.path());
            case Step.ChangeOwner change -> mount(change.path());
            case Step.WriteLocalConfig write ->
                "make its directory writable, or put the configuration there as a file ("
                        + Owners.describe(existing(write.file().resolveSibling(""))) + ")";
            case Step.WriteSecrets _ -> "make the configuration directory writable for the launcher";
            case Step.RemoveSecrets remove -> "remove " + remove.file();
            case Step.RemoveLocalConfig remove -> "remove " + remove.file();
            case Step.RemoveOldMarker remove -> "remove " + remove.file();
            case Step.AllowPrivilegedPorts _ ->
                "allow the capability SETFCAP, or unset CONSUL_ALLOW_PRIVILEGED_PORTS and use ports above 1023";
        };
    }

    private static String mount(Path path) {
        return "mount a directory that the Consul user owns (now " + Owners.describe(existing(path)) + ")";
    }

    private static Path existing(Path path) {
        Path absolute = path.toAbsolutePath();
        for (Path each = absolute; each != null; each = each.getParent()) {
            if (Files.exists(each)) {
                return each;
            }
        }
        return absolute;
    }
}
