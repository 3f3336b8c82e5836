package consul.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import consul.launcher.testkit.RealConsul;
import consul.launcher.testkit.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The launcher's reader of HCL and Consul's own agree on what is HCL at all.
class HclConsulIT {

    @TempDir
    Path directory;

    /// `~` stands for a line break. Only keys that Consul has, so that the syntax alone decides.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "node_name = \"x\"",
                "node_name=\"x\", server=true",
                "server = true node_name = \"x\"",
                "\"node_name\" = \"x\"~\"ports\" { \"http\" = 1 }",
                "NODE_NAME = \"x\"",
                "node_name = \"a\"~node_name = \"x\"",
                "# c~// d~/* e~ f */ node_name = \"x\" # g",
                "ports = {~ http = 1~},~node_name = \"x\"",
                "node_name = \"a${b(\"q\")}c\"",
                "node_name = \"a${b{c}d}e}\"",
                "client_addr = \"{{ GetInterfaceIP \\\"lo\\\" }}\"",
                "node_name = \"a\\\\b\\t\\x41\\101\\u00e9\\U0001F600\"",
                "node_name = <<END~x~END~",
                "node_name = <<-END~  x~  END~",
                "node_name = <<END~x~END",
                "retry_join = [\"a\", # c~ \"b\",~]",
                "retry_join = [\"a\",,\"b\"]",
                "retry_join = [,\"a\"]",
                "ports = [{ http = 1 }]",
                "node_meta { a-b = \"x\" c.d = \"y\" }",
                "node_meta { \"a b\" = \"x\", }",
                "bootstrap_expect = 0x3 server = true",
                "bootstrap_expect = 007 server = true",
                "{\"node_name\": \"x\"}",
                " ~ {\"node_name\": \"x\"}",
                "# nothing",
                "server = true~ports = {",
                "server = yes",
                "server = TRUE",
                "node_name = x",
                "retry_join = [\"a\" \"b\"]",
                "server=true;",
                "node_name = \"a~b\"",
                "node_name = \"\\q\"",
                "node_name = \"\\uZZZZ\"",
                "node_name = <<END~b~",
                "node_name = <b",
                "server = true~/* a",
                "server = true }",
                "server true",
                "server server = 1",
                "= 1",
                "[1]",
                "ports = { \"http\" : 1 }",
                "bootstrap_expect = +1",
                "\uFEFFserver = true",
                "{\"node_name\": x}",
                // B4: JSON as HCL reads it.
                "{\"server\": true, \"retry_join\": [\"a\",],}",
                "{\"server\": true,,}",
                "{\"retry_join\": [\"a\",,\"b\"]}",
                "{\"retry_join\": [,\"a\" \"b\"]}",
                "{\"server\": true \"node_name\": \"x\"}",
                "{\"server\": true} x",
                "{\"server\": true}}",
                "{\"server\": true",
                "{\"ports\": {\"http\": 1",
                "{\"retry_join\": [\"a\"",
                "{\"retry_join\": [\"a\"}",
                "{\"node_name\": \"a\" // c~}",
                "{\"node_name\" \"x\"}",
                "{\"ports\" \"http\": 1}",
                "{\"node_name\"=\"x\"}",
                "{node_name: \"x\"}",
                "{\"node_name\": \"x~y\"}",
                "{\"node_name\": \"x\\qy\"}",
                "{\"node_name\": \"a\\/b\"}",
                "{\"node_name\": \"a${b\"}",
                "{\"node_name\": \"a${\"b\"}c\"}",
                "{\"node_name\": null}",
                "{\"node_name\": }",
                "{\"bootstrap_expect\": 03}",
                "{\"bootstrap_expect\": 0x3}",
                "{\"bootstrap_expect\": +3}",
                "{\"bootstrap_expect\": -}",
                "{\"server\": tru}",
                "{\"retry_join\": [null]}",
                "{\"retry_join\": [true, \"a\"]}",
                "{\"retry_join\": [[\"a\"], \"b\"]}",
                "{\"retry_join\": [[\"a\", \"b\"]}",
                "{:1}",
                "{,}",
                "{1}",
                "{}{",
                "{\"a",
            })
    void readsWhatConsulReadsAndRefusesWhatConsulRefuses(String text) throws IOException {
        String hcl = text.replace('~', '\n');
        Path file = Files.writeString(directory.resolve("a.hcl"), hcl);

        Running.Finished validated = RealConsul.find().run("127.0.0.1", "validate", file.toString());

        boolean consulReads = !validated.stdout().concat(validated.stderr()).contains("failed to parse");
        assertEquals(consulReads, reads(hcl), () -> hcl + "\n" + validated);
    }

    private static boolean reads(String hcl) {
        try {
            HclConfiguration.read(hcl, "f");
            return true;
        } catch (ConfigurationSyntaxException e) {
            return false;
        }
    }
}
