package consul.launcher.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Installs programs that record how they were called, byte for byte, and then do as told. They stand in for programs
/// like `consul` in tests that want to see what such a program really gets: arguments, environment, user, descriptors.
///
/// A recorder is a shell script without a fork before it has read its own `/proc` entry, so what it records is what
/// `execve` gave it. A call becomes visible at once and whole.
public final class Recorder {

    /// What a recorder does when it isn't told otherwise.
    private static final String END_WELL = "exit 0\n";

    private final Path bin;
    private final Path calls;
    private final Path behaviours;

    private Recorder(Path bin, Path calls, Path behaviours) {
        this.bin = bin;
        this.calls = calls;
        this.behaviours = behaviours;
    }

    /// @param home an existing directory that every user can pass through; gets `bin`, `calls` and `behaviours`
    public static Recorder in(Path home) {
        try {
            Path calls = Files.createDirectory(home.resolve("calls"));
            // Whoever the recorder runs as writes here.
            Files.setPosixFilePermissions(calls, PosixFilePermissions.fromString("rwxrwxrwx"));
            return new Recorder(
                    Files.createDirectory(home.resolve("bin")),
                    calls,
                    Files.createDirectory(home.resolve("behaviours")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The directory for PATH.
    public Path bin() {
        return bin;
    }

    /// Installs a recorder under a name in [#bin()].
    public Path install(String name) {
        return install(bin.resolve(name));
    }

    /// Installs a recorder at a path; its calls are found by the file's name.
    public Path install(Path program) {
        String name = program.getFileName().toString();
        String script = """
                #!/bin/sh
                caller_path=$PATH
                PATH=/usr/sbin:/usr/bin:/sbin:/bin
                call=$(mktemp -d %s/.XXXXXXXXXX) || exit 250
                cat /proc/$$/cmdline >"$call/argv"
                cat /proc/$$/environ >"$call/environ"
                # Read without a fork: around one, a shell blocks all signals.
                while IFS= read -r line; do printf '%%s\\n' "$line"; done </proc/$$/status >"$call/status"
                readlink /proc/$$/cwd >"$call/cwd"
                (exec ls -l /proc/$$/fd >"$call/fds")
                chmod 755 "$call"
                record=%s/$(date +%%s%%N)-$$-%s
                mv "$call" "$record"
                . %s
                """.formatted(calls, calls, name, behaviours.resolve(name));
        try {
            Files.writeString(program, script);
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
            if (Files.notExists(behaviours.resolve(name))) {
                does(name, END_WELL);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return program;
    }

    /// What the recorder does after recording: lines of sh, with the call's arguments in `$@`, the directory of its
    /// record in `$record`, and the PATH it was called with in `$caller_path`.
    public void does(String name, String script) {
        try {
            Files.writeString(behaviours.resolve(name), script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Lets the recorder live on, noting every signal in its record until [Call#end(int)].
    public void waitsForSignals(String name) {
        does(name, """
                note() { echo "$1" >>"$record/signals"; }
                trap 'note TERM' TERM; trap 'note INT' INT; trap 'note HUP' HUP
                trap 'note QUIT' QUIT; trap 'note USR1' USR1; trap 'note USR2' USR2
                : >"$record/ready"
                while [ -d "$record" ] && [ ! -s "$record/end" ]; do sleep 0.02 & wait $!; done
                exit "$(cat "$record/end")"
                """);
    }

    /// All calls so far of all recorders, in order.
    public List<Call> calls() {
        try (Stream<Path> records = Files.list(calls)) {
            return records.filter(record -> !record.getFileName().toString().startsWith("."))
                    .sorted()
                    .map(Call::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The calls so far of one recorder, in order.
    public List<Call> calls(String name) {
        return calls().stream().filter(call -> call.name().equals(name)).toList();
    }

    /// Forgets the calls so far. None of their processes may still run.
    public void forget() {
        for (Call call : calls()) {
            try (Stream<Path> files = Files.walk(call.record())) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// Waits for the first call of a recorder that [#waitsForSignals(String)], until it is ready for them.
    public Call awaitReady(String name, Running running) {
        return Eventually.value(() -> name + " to be started by " + running, Running.PATIENCE, () -> {
            if (!running.isAlive() && calls(name).isEmpty()) {
                throw new AssertionError("ended before it called " + name + ": " + running);
            }
            return calls(name).stream()
                    .filter(call -> Files.exists(call.record().resolve("ready")))
                    .findFirst();
        });
    }

    /// One call of a recorder.
    ///
    /// @param name the recorder's file name
    /// @param program the path it was executed by
    /// @param rawArguments the arguments behind the program's name, byte for byte
    /// @param rawEnvironment the environment as it was handed over
    /// @param status the fields of `/proc/self/status`
    /// @param workingDirectory its working directory
    /// @param descriptors the open descriptors, each as `number target`
    /// @param record where all this was read from
    public record Call(
            String name,
            String program,
            List<byte[]> rawArguments,
            List<byte[]> rawEnvironment,
            Map<String, String> status,
            String workingDirectory,
            List<String> descriptors,
            Path record) {

        private static Call read(Path record) {
            try {
                String id = record.getFileName().toString();
                List<byte[]> argv = split(Files.readAllBytes(record.resolve("argv")));
                Map<String, String> status = new HashMap<>();
                for (String line : Files.readAllLines(record.resolve("status"))) {
                    int colon = line.indexOf(':');
                    status.put(
                            line.substring(0, colon), line.substring(colon + 1).strip());
                }
                // The interpreter, the script, and only then what the caller gave.
                return new Call(
                        id.substring(id.indexOf('-', id.indexOf('-') + 1) + 1),
                        text(argv.get(1)),
                        List.copyOf(argv.subList(2, argv.size())),
                        split(Files.readAllBytes(record.resolve("environ"))),
                        Map.copyOf(status),
                        Files.readString(record.resolve("cwd")).strip(),
                        descriptors(Files.readAllLines(record.resolve("fds")), text(argv.get(1))),
                        record);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// From `ls -l`, without the recorder's own script, which its shell keeps open.
        private static List<String> descriptors(List<String> listing, String program) {
            return listing.stream()
                    .filter(line -> line.contains(" -> "))
                    .map(line -> line.substring(line.lastIndexOf(' ', line.indexOf(" -> ") - 1) + 1))
                    .map(line -> line.replace(" -> ", " "))
                    .filter(line -> !line.endsWith(" " + program))
                    .sorted()
                    .toList();
        }

        /// The arguments as text.
        ///
        /// @throws AssertionError if one isn't UTF-8
        public List<String> arguments() {
            return rawArguments.stream().map(Call::text).toList();
        }

        public Optional<String> variable(String name) {
            String start = name + "=";
            return environment().stream()
                    .filter(line -> line.startsWith(start))
                    .map(line -> line.substring(start.length()))
                    .findFirst();
        }

        /// The environment as `NAME=value`, in its order.
        public List<String> environment() {
            return rawEnvironment.stream().map(Call::text).toList();
        }

        public long pid() {
            return Long.parseLong(field("Pid"));
        }

        /// Real, effective, saved and file system uid.
        public List<Integer> uids() {
            return numbers(field("Uid"));
        }

        /// Real, effective, saved and file system gid.
        public List<Integer> gids() {
            return numbers(field("Gid"));
        }

        /// The supplementary groups.
        public List<Integer> groups() {
            return numbers(field("Groups"));
        }

        /// A line of `/proc/self/status`, for example `SigBlk`.
        public String field(String name) {
            String value = status.get(name);
            if (value == null) {
                throw new AssertionError("/proc/self/status has no " + name);
            }
            return value;
        }

        /// The signals noted so far, in order; see [Recorder#waitsForSignals(String)].
        public List<String> signals() {
            try {
                Path signals = record.resolve("signals");
                return Files.exists(signals) ? Files.readAllLines(signals) : List.of();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// Sends a signal to the recorder itself.
        public void signal(String signal) {
            Running.send(signal, Long.toString(pid()));
        }

        /// Lets a recorder that waits for signals exit with this code.
        public void end(int exitCode) {
            try {
                Files.writeString(record.resolve("end"), Integer.toString(exitCode));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// Waits until this many signals were noted.
        public List<String> awaitSignals(int count) {
            return Eventually.value(
                    () -> count + " signals, got " + signals(),
                    Running.PATIENCE,
                    () -> Optional.of(signals()).filter(signals -> signals.size() >= count));
        }

        @Override
        public String toString() {
            return name + " as " + field("Uid").replace('\t', ' ') + ": "
                    + rawArguments.stream()
                            .map(bytes -> "[" + new String(bytes, StandardCharsets.UTF_8) + "]")
                            .toList();
        }

        private static List<Integer> numbers(String field) {
            return Arrays.stream(field.split("\\s+", -1))
                    .filter(number -> !number.isEmpty())
                    .map(Integer::valueOf)
                    .toList();
        }

        private static List<byte[]> split(byte[] bytes) {
            List<byte[]> parts = new ArrayList<>();
            int start = 0;
            for (int i = 0; i < bytes.length; i++) {
                if (bytes[i] == 0) {
                    parts.add(Arrays.copyOfRange(bytes, start, i));
                    start = i + 1;
                }
            }
            return parts;
        }

        private static String text(byte[] bytes) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new AssertionError("not UTF-8: " + Arrays.toString(bytes), e);
            }
        }
    }
}
