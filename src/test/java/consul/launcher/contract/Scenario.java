package consul.launcher.contract;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.testkit.Recorder;
import consul.launcher.testkit.Recorder.Call;
import consul.launcher.testkit.Running;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// One start of the real launcher in a world of its own: directories, a PATH with recorders for `consul`, `su-exec` and
/// `setcap` and nothing else that the launcher could mistake for them, an environment of exactly the given variables
/// (no metadata service is ever asked: `CONSUL_METADATA=none`), and, as root, a mount namespace whose `/etc/passwd` has
/// the user and group `consul` of the official image.
///
/// The launcher is `target/launcher/docker-entrypoint.sh`, or what the system property `launcher.command` says.
final class Scenario implements AutoCloseable {

    /// The official image's user and group.
    static final int CONSUL_UID = 100;

    static final int CONSUL_GID = 1000;
    static final String CONSUL_HOME = "/home/consul";

    /// A user that isn't the default one, for `CONSUL_UID=operator`.
    static final int OPERATOR_UID = 1500;

    static final int OPERATOR_GID = 1600;
    static final String OPERATOR_HOME = "/home/operator";

    /// What the starter and commands under test may use. Not the machine's whole PATH: a real gosu, setcap or consul on
    /// it would take part.
    private static final List<String> TOOLS = List.of(
            "sh",
            "env",
            "cat",
            "cut",
            "chmod",
            "dirname",
            "basename",
            "readlink",
            "realpath",
            "uname",
            "ls",
            "id",
            "head",
            "mkdir",
            "mktemp",
            "mv",
            "rm",
            "sed",
            "grep",
            "tr",
            "sleep",
            "setsid",
            "stat",
            "test",
            "true",
            "false",
            "printf",
            "kill",
            "touch",
            "find");

    private static final String BECOME = """
            ids=$1
            shift
            [ "$(id -u)" = 0 ] || { echo 'not root: no change of user' >&2; exit 1; }
            setpriv=$(command -v setpriv)
            PATH=$caller_path
            exec "$setpriv" --reuid "${ids%:*}" --regid "${ids#*:}" --groups "${ids#*:}" -- "$@"
            """;

    private final Path home;
    private final Recorder programs;
    private final Map<String, String> variables = new TreeMap<>();
    private final List<String> preparations = new ArrayList<>();
    private final List<String> wrappers = new ArrayList<>();
    private final List<String> callers = new ArrayList<>();
    private boolean ownNetwork;
    private boolean asInit;
    private boolean replaced;

    private Scenario(Path home) throws IOException {
        this.home = home;
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        programs = Recorder.in(home);
        programs.install("consul");
        installPrivilegeTool("su-exec");
        programs.install("setcap");
        Files.createDirectory(data());
        Files.createDirectory(config());
        Files.createDirectory(work());
        Path tools = Files.createDirectory(home.resolve("tools"));
        for (String tool : TOOLS) {
            Files.createSymbolicLink(tools.resolve(tool), onPath(tool));
        }
        variables.put("PATH", programs.bin() + ":" + tools);
        variables.put("JAVA_HOME", System.getProperty("java.home"));
        variables.put("HOME", "/somewhere");
        variables.put("CONSUL_METADATA", "none");
        variables.put("CONSUL_DATA_DIR", data().toString());
        variables.put("CONSUL_CONFIG_DIR", config().toString());
    }

    static Scenario create() {
        try {
            return new Scenario(Files.createTempDirectory("contract"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// An interface that doesn't exist on any machine.
    static final String NO_INTERFACE = "nosuch0";

    Path home() {
        return home;
    }

    Path data() {
        return home.resolve("data");
    }

    Path config() {
        return home.resolve("config");
    }

    Path localConfig() {
        return config().resolve("local.json");
    }

    /// The launcher's working directory.
    Path work() {
        return home.resolve("work");
    }

    Recorder programs() {
        return programs;
    }

    /// The launcher's environment.
    Map<String, String> variables() {
        return variables;
    }

    Scenario with(String variable, String value) {
        variables.put(variable, value);
        return this;
    }

    Scenario without(String variable) {
        variables.remove(variable);
        return this;
    }

    /// Takes a program off the PATH.
    Scenario withoutProgram(String name) {
        try {
            Files.delete(programs.bin().resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /// Puts a recorder on the PATH that takes `uid:gid COMMAND…` and becomes the command as that user.
    Scenario installPrivilegeTool(String name) {
        programs.install(name);
        if (NeedsRoot.Condition.isRoot()) {
            programs.does(name, BECOME);
        } else {
            programs.does(name, "echo 'not root: no change of user' >&2; exit 1\n");
        }
        return this;
    }

    /// Takes one of the tools that every image has off the PATH.
    Scenario withoutTool(String name) {
        try {
            Files.delete(home.resolve("tools").resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /// Puts one of the machine's own programs on the PATH.
    Scenario withRealProgram(String name) {
        try {
            Files.createSymbolicLink(programs.bin().resolve(name), onPath(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /// Puts a program in the place of a recorder, or beside them.
    Scenario withProgram(String name, Path program) {
        try {
            Files.deleteIfExists(programs.bin().resolve(name));
            Files.createSymbolicLink(programs.bin().resolve(name), program);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /// Lines of sh that run as root in the scenario's own mount namespace before the launcher starts.
    Scenario prepared(String... lines) {
        preparations.addAll(List.of(lines));
        return this;
    }

    /// Gives the scenario its own network, with the loopback interface up and what the lines of `ip` arguments make.
    Scenario inOwnNetwork(String... ipLines) {
        ownNetwork = true;
        preparations.add("ip link set lo up");
        for (String line : ipLines) {
            preparations.add("ip " + line);
        }
        return this;
    }

    /// Runs the launcher as process 1, as a container does: in its own PID namespace. What [#start] returns is then the
    /// process outside, which has the launcher's exit code but doesn't pass signals on; see [#signalInit].
    Scenario asInit() {
        asInit = true;
        return this;
    }

    /// Lets this command start the launcher, whose command line comes behind it: an init of the image's own, or a shell
    /// that sets something up. Its program is one of the machine's.
    Scenario startedBy(String program, String... arguments) {
        callers.add(onPath(program).toString());
        callers.addAll(List.of(arguments));
        return this;
    }

    /// Starts these words in the place of the launcher, with the arguments behind them, as a container with an
    /// entrypoint
    /// of its own does.
    Scenario startedInsteadBy(List<String> words) {
        callers.addAll(words);
        replaced = true;
        return this;
    }

    /// Puts the launcher where the official image has its script, by path and on the PATH, and an empty `/mnt` that
    /// every user may write into. To be called last, in a root directory of its own.
    Scenario withImagesEntrypoint() {
        Path root = home.resolve("root");
        Path installed = Path.of("/usr/local/bin/docker-entrypoint.sh");
        prepared(
                "mount -t tmpfs -o mode=1777 tmpfs " + root + "/mnt",
                "mount -t tmpfs tmpfs " + root + installed.getParent(),
                "printf '#!/bin/sh\\nexec \"%s\" \"$@\"\\n' \"$launcher\" >" + root + installed,
                "chmod 755 " + root + installed);
        return withProgram("docker-entrypoint.sh", installed);
    }

    /// Sends a signal to process 1 of the namespace, as an engine does.
    static void signalInit(Running outside, String signal) {
        long init = ProcessHandle.of(outside.pid())
                .flatMap(handle -> handle.children().findFirst())
                .orElseThrow(() -> new AssertionError("nothing runs in " + outside))
                .pid();
        Running.send(signal, Long.toString(init));
    }

    /// Sends a signal to a recorder in the namespace, whose process id in there isn't the one out here.
    static void signalInside(Running outside, Call call, String signal) {
        String inside = call.field("Pid");
        List<Long> pids = ProcessHandle.of(outside.pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .map(ProcessHandle::pid)
                .filter(pid -> idInside(pid).equals(inside))
                .toList();
        assertEquals(1, pids.size(), () -> "one process " + inside + " in " + outside);
        Running.send(signal, Long.toString(pids.getFirst()));
    }

    /// The last of a process's ids is that in the innermost namespace; empty for a process that is gone.
    private static String idInside(long pid) {
        try (Stream<String> status = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return status.filter(line -> line.startsWith("NSpid:"))
                    .map(line -> line.substring(line.lastIndexOf('\t') + 1))
                    .findFirst()
                    .orElse("");
        } catch (IOException | UncheckedIOException e) {
            return "";
        }
    }

    /// Answers somebody who asks by HTTP, byte for byte.
    static void answer(Socket asking, String answer) throws IOException {
        asking.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
    }

    /// Runs the launcher as this user and group, with no other group and no capability.
    Scenario as(int uid, int gid) {
        wrappers.addAll(
                List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups", "--inh-caps=-all", "--"));
        Path launcher = launcher();
        Path reachable = home.resolve("launcher");
        // A clone in a private directory can't be reached by another user where it is.
        preparations.add("if ! setpriv --reuid=" + uid + " --regid=" + gid + " --clear-groups test -r "
                + quoted(launcher)
                + "; then mkdir -p " + reachable + " && mount --bind " + quoted(launcher.resolveSibling(".")) + " "
                + reachable
                + " && launcher=" + reachable.resolve(launcher.getFileName()) + "; fi");
        return this;
    }

    /// Gives the launcher a root directory of its own in which `/consul` is empty and every other directory is the
    /// machine's.
    Scenario inOwnRoot() {
        Path root = home.resolve("root");
        preparations.add("mkdir " + root + " && mount -t tmpfs tmpfs " + root);
        preparations.add("for d in /*; do if [ -L \"$d\" ]; then cp -P \"$d\" " + root
                + "; elif [ -d \"$d\" ]; then mkdir " + root + "$d; mount --rbind \"$d\" " + root + "$d; fi; done");
        preparations.add("mkdir -p " + root + "/consul " + home + "/consul && mount --bind " + home + "/consul " + root
                + "/consul");
        wrappers.addFirst(root.toString());
        wrappers.addFirst("chroot");
        return this;
    }

    /// Runs the launcher to its end.
    Outcome run(String... arguments) {
        return run(bytes(arguments));
    }

    /// As above, with arguments that need not be text.
    Outcome run(List<byte[]> arguments) {
        try (Running running = start(arguments)) {
            return new Outcome(running.await(), running.pid(), programs.calls());
        }
    }

    /// Runs the launcher to its end and shows that it changed nothing and started nothing but the programs that only
    /// answer questions, said nothing on stdout, and gave no stack trace.
    Outcome refuses(int exitCode, String... arguments) {
        List<String> before = tree();
        Outcome outcome = run(arguments);
        assertAll(
                () -> assertEquals(exitCode, outcome.exitCode(), "exit code of " + outcome),
                () -> assertEquals(List.of(), outcome.calls("consul"), "Consul is not started"),
                () -> assertEquals(before, tree(), "nothing is written or chowned"),
                () -> assertEquals("", outcome.stdout(), "stdout"),
                () -> outcome.assertSpeaksPlainly());
        return outcome;
    }

    Running start(String... arguments) {
        return start(bytes(arguments));
    }

    /// As `start`, of `consul-launcher` with a command of its own instead of `docker-entrypoint.sh`.
    Running startLauncher(String... arguments) {
        preparations.add("launcher=" + quoted(starter()));
        return start(arguments);
    }

    private Running start(List<byte[]> arguments) {
        try {
            Path script = home.resolve("start.sh");
            Files.write(script, script(arguments));
            List<String> command = new ArrayList<>();
            if (NeedsRoot.Condition.isRoot()) {
                command.addAll(List.of("unshare", "--mount"));
                if (ownNetwork) {
                    command.add("--net");
                }
                if (asInit) {
                    command.addAll(List.of("--pid", "--fork", "--kill-child", "--mount-proc"));
                }
            }
            command.addAll(List.of("sh", script.toString()));
            return Running.start(new ProcessBuilder(command).directory(work().toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<byte[]> bytes(String... arguments) {
        return Arrays.stream(arguments)
                .map(argument -> argument.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /// As a script, because neither an argument nor a variable of a Java process can be given bytes that aren't text.
    private byte[] script(List<byte[]> arguments) throws IOException {
        StringBuilder head = new StringBuilder("set -e\nlauncher=" + quoted(launcher()) + "\n");
        if (NeedsRoot.Condition.isRoot()) {
            Files.writeString(home.resolve("passwd"), """
                    root:x:0:0:root:/root:/bin/sh
                    consul:x:%d:%d:Linux User,,,:%s:/bin/sh
                    operator:x:%d:%d::%s:/bin/sh
                    """.formatted(
                            CONSUL_UID, CONSUL_GID, CONSUL_HOME, OPERATOR_UID, OPERATOR_GID, OPERATOR_HOME));
            Files.writeString(home.resolve("group"), """
                    root:x:0:
                    consul:x:%d:consul
                    operator:x:%d:
                    """.formatted(CONSUL_GID, OPERATOR_GID));
            head.append("mount --bind " + home + "/passwd /etc/passwd\n");
            head.append("mount --bind " + home + "/group /etc/group\n");
        }
        for (String preparation : preparations) {
            head.append(preparation).append('\n');
        }
        // A group of its own, so that a signal to the group doesn't reach the test; and the signals as they are by
        // default, because a build in the background ignores some and children inherit that.
        head.append("exec env --default-signal ");
        for (String wrapper : wrappers) {
            head.append(wrapper).append(' ');
        }
        head.append("setsid env -i");
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            head.append(' ').append(quoted(variable.getKey() + "=" + variable.getValue()));
        }
        for (String caller : callers) {
            head.append(' ').append(quoted(caller));
        }
        head.append(replaced ? "" : " \"$launcher\"");
        ByteArrayOutputStream script = new ByteArrayOutputStream();
        script.writeBytes(head.toString().getBytes(StandardCharsets.UTF_8));
        for (byte[] argument : arguments) {
            // One character per byte, so that quoting leaves every byte alone.
            String quoted = quoted(new String(argument, StandardCharsets.ISO_8859_1));
            script.writeBytes((" " + quoted).getBytes(StandardCharsets.ISO_8859_1));
        }
        script.write('\n');
        return script.toByteArray();
    }

    private static String quoted(Object word) {
        return "'" + word.toString().replace("'", "'\\''") + "'";
    }

    /// The script that is behind both commands.
    static Path starter() {
        return launcher().resolveSibling("consul-launcher");
    }

    private static Path launcher() {
        Path launcher = Path.of(System.getProperty("launcher.command", "target/launcher/docker-entrypoint.sh"))
                .toAbsolutePath();
        if (!Files.isExecutable(launcher)) {
            throw new AssertionError("no launcher at " + launcher + ": build it first (mvn package)");
        }
        return launcher;
    }

    static boolean isOnPath(String name) {
        return candidates(name).findFirst().isPresent();
    }

    static Path onPath(String name) {
        return candidates(name)
                .findFirst()
                .orElseThrow(() -> new AssertionError("these tests need the program " + name));
    }

    private static Stream<Path> candidates(String name) {
        return Stream.of((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable);
    }

    /// Every file of the data, configuration and working directories with owner, mode, times and content: any write or
    /// chown in between makes a difference, even one that changes nothing.
    List<String> tree() {
        List<String> lines = new ArrayList<>();
        for (Path top : List.of(data(), config(), work())) {
            walk(top, file -> lines.add(home.relativize(file) + " " + facts(file)));
        }
        return lines;
    }

    private static String facts(Path file) {
        try {
            Map<String, Object> attributes = Files.readAttributes(file, "unix:uid,gid,mode,ctime,size");
            String content = Files.isRegularFile(file) ? Arrays.toString(Files.readAllBytes(file)) : "";
            return new TreeMap<>(attributes) + " " + content;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void walk(Path top, Consumer<Path> visitor) {
        if (Files.notExists(top)) {
            return;
        }
        try (Stream<Path> files = Files.walk(top)) {
            files.sorted().forEach(visitor);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Owner and mode of a file, as `uid:gid mode`.
    static String ownerAndMode(Path file) {
        try {
            int mode = (int) Files.getAttribute(file, "unix:mode");
            return Files.getAttribute(file, "unix:uid") + ":" + Files.getAttribute(file, "unix:gid") + " "
                    + Integer.toOctalString(mode & 07777);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void chown(Path file, int uid, int gid) {
        try {
            Files.setAttribute(file, "unix:uid", uid);
            Files.setAttribute(file, "unix:gid", gid);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            Files.walkFileTree(home, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(
                        Path directory, @org.jspecify.annotations.Nullable IOException e) throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What came of a start.
    ///
    /// @param launcherPid the process id of the launcher
    /// @param calls the recorders' calls, in order
    record Outcome(int exitCode, String stdout, String stderr, long launcherPid, List<Call> calls) {

        private Outcome(Running.Finished finished, long launcherPid, List<Call> calls) {
            this(finished.exitCode(), finished.stdout(), finished.stderr(), launcherPid, calls);
        }

        /// The one call of Consul.
        Call consul() {
            List<Call> consul = calls("consul");
            assertEquals(1, consul.size(), "Consul is called once by " + this);
            return consul.getFirst();
        }

        List<Call> calls(String name) {
            return calls.stream().filter(call -> call.name().equals(name)).toList();
        }

        /// The arguments that Consul got.
        List<String> argv() {
            return consul().arguments();
        }

        List<String> stderrLines() {
            return stderr.lines().toList();
        }

        /// The lines of stderr that tell of an error.
        List<String> errors() {
            return stderrLines().stream()
                    .filter(line -> line.contains("[ERROR]"))
                    .toList();
        }

        /// Shows that one line of stderr has all these parts.
        void assertTells(String... parts) {
            assertTrue(
                    stderrLines().stream().anyMatch(line -> Stream.of(parts).allMatch(line::contains)),
                    () -> "no line with " + List.of(parts) + " in " + this);
        }

        /// Shows that stderr has the launcher's log lines and nothing of a Java program's innards.
        void assertSpeaksPlainly() {
            for (String line : stderrLines()) {
                assertTrue(line.matches("\\S+Z \\[(INFO|WARN|ERROR)] {1,2}launcher: .*"), () -> "a log line: " + line);
            }
            assertFalse(stderr.contains("Exception"), () -> "no exception in " + this);
            assertFalse(stderr.contains("\tat "), () -> "no stack trace in " + this);
        }

        @Override
        public String toString() {
            return "exit code " + exitCode + ", calls " + calls + "\n--- stdout ---\n" + stdout + "--- stderr ---\n"
                    + stderr + "---";
        }
    }
}
