package consul.launcher.mockec2;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a mock starts with.
///
/// @param listen the address to bind; empty for every address of this machine, of which only the loopback ones answer
/// @param port 0 for a free one
/// @param portFile where the port is written once the mock answers
/// @param instances as `--instance` has them
/// @param tasks as `--task` has them
/// @param apiLag how long the EC2 API doesn't see a change
/// @param purgeAfter how long the EC2 API knows a terminated instance
/// @param pageSize the most instances that one answer of the EC2 API has
/// @param tls where it answers by HTTPS too
public record Options(
        Optional<String> listen,
        int port,
        Optional<Path> portFile,
        List<String> instances,
        List<String> tasks,
        Duration apiLag,
        Duration purgeAfter,
        int pageSize,
        Optional<Tls> tls) {

    static final String USAGE = """
            usage: Ec2Mock [--listen ADDRESS] [--port PORT] [--port-file FILE]
                           [--instance id=i-…,address=IP[,NAME=VALUE…]]… [--task id=…[,NAME=VALUE…]]…
                           [--api-lag MILLIS] [--purge-after MILLIS] [--page-size N]
                           [--tls PORT:KEYSTORE:PASSWORD]
            instance: id address ipv6 caller zone type imds=both|v2|v1|v1-403|v1-405|off lifecycle state tag:KEY
            task: id cluster launch=EC2|FARGATE network=host|bridge|awsvpc address ipv6 zone
            """;

    public Options {
        instances = List.copyOf(instances);
        tasks = List.copyOf(tasks);
    }

    /// Without HTTPS.
    public Options(
            Optional<String> listen,
            int port,
            Optional<Path> portFile,
            List<String> instances,
            List<String> tasks,
            Duration apiLag,
            Duration purgeAfter,
            int pageSize) {
        this(listen, port, portFile, instances, tasks, apiLag, purgeAfter, pageSize, Optional.empty());
    }

    /// A mock on a free port of loopback.
    ///
    /// @param instances as `--instance` has them
    public static Options loopback(String... instances) {
        return new Options(
                Optional.empty(),
                0,
                Optional.empty(),
                List.of(instances),
                List.of(),
                Duration.ZERO,
                Duration.ofHours(1),
                1000,
                Optional.empty());
    }

    /// The same, and HTTPS.
    public Options withTls(Tls other) {
        return new Options(listen, port, portFile, instances, tasks, apiLag, purgeAfter, pageSize, Optional.of(other));
    }

    static Options parse(String[] args) {
        Options options = loopback();
        for (int i = 0; i < args.length; i += 2) {
            if (i + 1 == args.length) {
                throw new IllegalArgumentException(args[i] + ": a value is expected");
            }
            options = options.with(args[i], args[i + 1]);
        }
        return options;
    }

    private Options with(String name, String value) {
        return switch (name) {
            case "--listen" ->
                new Options(Optional.of(value), port, portFile, instances, tasks, apiLag, purgeAfter, pageSize, tls);
            case "--port" ->
                new Options(listen, number(name, value), portFile, instances, tasks, apiLag, purgeAfter, pageSize, tls);
            case "--port-file" ->
                new Options(
                        listen, port, Optional.of(Path.of(value)), instances, tasks, apiLag, purgeAfter, pageSize, tls);
            case "--instance" ->
                new Options(listen, port, portFile, plus(instances, value), tasks, apiLag, purgeAfter, pageSize, tls);
            case "--task" ->
                new Options(listen, port, portFile, instances, plus(tasks, value), apiLag, purgeAfter, pageSize, tls);
            case "--api-lag" ->
                new Options(listen, port, portFile, instances, tasks, millis(name, value), purgeAfter, pageSize, tls);
            case "--purge-after" ->
                new Options(listen, port, portFile, instances, tasks, apiLag, millis(name, value), pageSize, tls);
            case "--page-size" ->
                new Options(listen, port, portFile, instances, tasks, apiLag, purgeAfter, number(name, value), tls);
            case "--tls" -> withTls(Tls.parse(value));
            default -> throw new IllegalArgumentException("unknown option " + name);
        };
    }

    private static List<String> plus(List<String> list, String value) {
        List<String> all = new ArrayList<>(list);
        all.add(value);
        return all;
    }

    private static Duration millis(String name, String value) {
        return Duration.ofMillis(number(name, value));
    }

    private static int number(String name, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " " + value + ": a number is expected", e);
        }
    }
}
