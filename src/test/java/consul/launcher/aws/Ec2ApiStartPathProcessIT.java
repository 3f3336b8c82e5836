package consul.launcher.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.mockec2.Ec2Mock;
import consul.launcher.mockec2.Options;
import consul.launcher.testkit.Recorder;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Signatures, XML, TLS and JSON trees cost a multiple of a whole start, so nothing on the way to Consul loads them.
final class Ec2ApiStartPathProcessIT {

    private static final Path LAUNCHER = Path.of(System.getProperty("launcher.directory", "target/launcher"));

    private static final List<String> LATER = List.of(
            "software.amazon.awssdk.",
            "javax.xml.",
            "javax.net.ssl.SSLContext ",
            "com.fasterxml.jackson.databind.",
            "consul.launcher.aws.Ec2Api",
            "consul.launcher.consul.ConsulApi ");

    @TempDir
    Path home;

    @Test
    void startsConsulWithoutTheEc2Api() throws IOException {
        Recorder programs = Recorder.in(home);
        programs.install("consul");
        Path log = home.resolve("classes.log");
        try (Ec2Mock mock = Ec2Mock.start(Options.loopback("id=i-0123456789abcdef0,address=127.0.43.1"))) {
            ProcessBuilder builder = new ProcessBuilder(
                    LAUNCHER.resolve("consul-launcher").toString(), "run", "agent", "-server", "-bootstrap-expect=1");
            builder.environment().keySet().removeIf(name -> name.startsWith("CONSUL_") || name.startsWith("AWS_"));
            builder.environment().merge("PATH", programs.bin().toString(), (path, bin) -> bin + ":" + path);
            builder.environment().put("_JAVA_OPTIONS", "-Xlog:class+load:file=" + log + "::filecount=0");
            builder.environment().put("AWS_EC2_METADATA_SERVICE_ENDPOINT", mock.endpoint("127.0.43.1"));
            builder.environment().put("AWS_METADATA_SERVICE_TIMEOUT", "60");
            builder.environment().put("CONSUL_DISABLE_PERM_MGMT", "");
            builder.environment().put("CONSUL_DATA_DIR", home.toString());
            builder.environment().put("CONSUL_CONFIG_DIR", home.toString());
            builder.environment().put("TAG_KEY", "Role");
            builder.environment().put("TAG_VALUE", "consul");
            try (Running running = Running.start(builder)) {
                assertEquals(0, running.await().exitCode(), running::toString);
            }
        }

        assertTrue(programs.calls("consul").getFirst().arguments().contains("-node=i-0123456789abcdef0"));
        List<String> loaded = Files.readAllLines(log);
        assertTrue(loaded.stream().anyMatch(line -> line.contains("consul.launcher.aws.Ec2Metadata ")));
        assertEquals(
                List.of(),
                loaded.stream()
                        .filter(line -> LATER.stream().anyMatch(line::contains))
                        .toList());
    }
}
