package consul.launcher.testkit;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// A real Consul binary, asked by its own command line.
///
/// @param binary its path, absolute
public record RealConsul(Path binary) {

    /// The one that `CONSUL_BINARY` names, else the one on PATH.
    ///
    /// @throws AssertionError if there is none: a test that needs Consul never passes without
    public static RealConsul find() {
        String named = System.getenv("CONSUL_BINARY");
        if (named != null && !named.isEmpty()) {
            return new RealConsul(Path.of(named).toAbsolutePath());
        }
        for (String directory : System.getenv("PATH").split(Pattern.quote(File.pathSeparator), -1)) {
            Path candidate = Path.of(directory, "consul");
            if (Files.isExecutable(candidate)) {
                return new RealConsul(candidate.toAbsolutePath());
            }
        }
        throw new AssertionError("no Consul on PATH: set CONSUL_BINARY, to what bin/consul prints for example");
    }

    /// Runs a Consul command to its end.
    ///
    /// @param address the agent's, whose HTTP API listens on 8500
    public Running.Finished run(String address, String... arguments) {
        List<String> command = new ArrayList<>(List.of(binary.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("CONSUL_"));
        builder.environment().put("CONSUL_HTTP_ADDR", "http://" + address + ":8500");
        try (Running running = Running.start(builder)) {
            return running.await();
        }
    }

    public String version() {
        return run("127.0.0.1", "version").stdout().lines().findFirst().orElse("Consul of an unknown version");
    }

    /// The members as the agent at this address sees them; none while it doesn't answer.
    public List<Member> members(String address) {
        return run(address, "members")
                .stdout()
                .lines()
                .skip(1)
                .map(Member::parse)
                .toList();
    }

    /// @param address IP address and gossip port
    /// @param status `alive`, `left`, `leaving` or `failed`
    /// @param type `server` or `client`
    public record Member(String node, String address, String status, String type) {

        private static Member parse(String line) {
            String[] columns = line.strip().split(" +", -1);
            return new Member(columns[0], columns[1], columns[2], columns[3]);
        }
    }
}
