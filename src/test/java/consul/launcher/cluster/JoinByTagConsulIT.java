package consul.launcher.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import consul.launcher.testkit.RealConsul;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Consul's own discovery, as the launcher sets it up, against the EC2 API's real name.
final class JoinByTagConsulIT {

    private static final String EC2 = "ec2.eu-central-1.amazonaws.com";

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin");

    /// Longer than the cluster itself waits, so that its story is told.
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir
    Path directory;

    @Test
    void findsTheServersByTheirTag() throws IOException {
        Running.Finished allowed = Running.run("unshare", "--map-root-user", "--mount", "--net", "true");
        assumeTrue(allowed.exitCode() == 0, "this machine lets nobody have a network of its own: " + allowed.stderr());

        Running.Finished finished = join("consul");

        assertEquals(0, finished.exitCode(), finished.toString());
        List<String> lines = finished.stdout().lines().toList();
        assertEquals(
                List.of(
                        "i-0cc00000000000011 alive",
                        "i-0cc00000000000012 alive",
                        "i-0cc00000000000013 alive",
                        "i-0cc00000000000014 alive"),
                lines.subList(0, lines.size() - 1));
        assertNotEquals("asked 0", lines.getLast());
    }

    private Running.Finished join(String tagValue) throws IOException {
        Path keyStore = directory.resolve("ec2.p12");
        Path certificate = directory.resolve("ec2.pem");
        Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1 localhost " + EC2 + "\n");
        keytool("-genkeypair", "-keyalg", "EC", "-dname", "CN=ec2", "-ext", "san=dns:" + EC2, "-keystore", keyStore);
        keytool("-exportcert", "-rfc", "-file", certificate, "-keystore", keyStore);
        // A network and a hosts file of its own: port 443 is free there, and nobody else is told where EC2 is.
        try (Running running = Running.start(new ProcessBuilder(
                "unshare",
                "--map-root-user",
                "--mount",
                "--net",
                "sh",
                "-c",
                "ip link set lo up && mount --bind \"$1\" /etc/hosts && shift && exec \"$@\"",
                "sh",
                hosts.toString(),
                JAVA.resolve("java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                JoinByTag.class.getName(),
                System.getProperty("launcher.directory") + "/consul-launcher",
                RealConsul.find().binary().toString(),
                Files.createDirectory(directory.resolve("work")).toString(),
                keyStore.toString(),
                certificate.toString(),
                tagValue))) {
            return running.await(PATIENCE);
        }
    }

    private static void keytool(Object... arguments) {
        List<String> command = new ArrayList<>(List.of(JAVA.resolve("keytool").toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        command.addAll(List.of("-alias", "ec2", "-storetype", "PKCS12", "-storepass", "changeit"));
        Running.Finished finished = Running.run(command.toArray(String[]::new));
        assertEquals(0, finished.exitCode(), finished.toString());
    }
}
