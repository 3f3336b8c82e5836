package consul.launcher.cli;

import consul.launcher.aws.MetadataSource;
import consul.launcher.aws.Pace;
import consul.launcher.config.Environment;
import consul.launcher.config.MetadataSettings;
import consul.launcher.entrypoint.Addresses;
import consul.launcher.entrypoint.HostInterfaces;
import consul.launcher.entrypoint.Preparer;
import consul.launcher.identity.IdentitySource;
import consul.launcher.process.ShortRun;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/// Everything outside that a launch looks at, as values and ports.
///
/// @param environment the environment
/// @param in for what a person confirms
/// @param out for what was asked for: plan, version
/// @param err for the log and everything else
/// @param clock for the log
/// @param etc where passwd and group are
/// @param self the status file of the launcher's own process
/// @param interfaces the network interfaces
/// @param metadata makes the source of identity from its settings
/// @param runner runs short commands
/// @param decision where the starter reads what to become, if it asked
record Surroundings(
        Environment environment,
        InputStream in,
        PrintStream out,
        PrintStream err,
        InstantSource clock,
        Path etc,
        Path self,
        Addresses.Interfaces interfaces,
        Function<MetadataSettings, IdentitySource> metadata,
        Preparer.Runner runner,
        Optional<Path> decision) {

    /// The descriptor on which the starter script waits for a decision; only set if it does.
    private static final String DECISION = "CONSUL_LAUNCHER_DECISION";

    static Surroundings real(Environment environment) {
        Preparer.Runner runner = new ShortRun();
        return new Surroundings(
                environment,
                new FileInputStream(FileDescriptor.in),
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                InstantSource.system(),
                Path.of("/etc"),
                Path.of("/proc/self/status"),
                new HostInterfaces(runner),
                settings -> new MetadataSource(settings, Pace.real()),
                runner,
                environment.get(DECISION).map(number -> Path.of("/proc/self/fd", number)));
    }

    /// Not System.out: its encoding depends on the locale, and Consul's output is UTF-8.
    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
    }
}
