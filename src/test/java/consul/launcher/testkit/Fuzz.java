package consul.launcher.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// Makes arguments and environments, from plausible to absurd. The same seed makes the same ones.
///
/// No case lets the launcher ask a metadata service but one on a closed port of the loopback interface.
public final class Fuzz {

    /// @param seed makes this case again
    /// @param arguments the launcher's arguments
    /// @param variables its environment
    public record Case(long seed, List<String> arguments, Map<String, String> variables) {

        @Override
        public String toString() {
            return "seed " + seed + ": arguments " + arguments + ", environment " + variables;
        }
    }

    private static final List<String> COMMANDS = List.of(
            "agent",
            "agent",
            "agent",
            "agent",
            "agent",
            "consul",
            "version",
            "kv",
            "members",
            "-dev",
            "--version",
            "",
            "sh",
            "frobnicate",
            "/bin/no-such-program",
            "*",
            "agent ",
            "Agent",
            "-",
            "--");

    /// Flags that the launcher looks at, and some that it must not.
    private static final List<String> FLAGS = List.of(
            "node",
            "advertise",
            "bind",
            "client",
            "server",
            "ui",
            "dev",
            "bootstrap-expect",
            "bootstrap",
            "retry-join",
            "join",
            "node-meta",
            "data-dir",
            "config-dir",
            "config-file",
            "encrypt",
            "datacenter",
            "log-level",
            "hcl",
            "config-format",
            "domain",
            "recursor",
            "dns-port",
            "no-such-flag",
            "h",
            "help",
            "");

    private static final List<String> VALUES = List.of(
            "",
            "1",
            "3",
            "0",
            "-1",
            "true",
            "false",
            "TRUE",
            "10.0.0.1",
            "fd00::1",
            "[::1]",
            "0.0.0.0",
            "i-0123456789abcdef0",
            "a b",
            "  ",
            "\t",
            "a\nb",
            "*",
            "?",
            "$HOME",
            "$(id)",
            "`id`",
            "\\",
            "'",
            "\"",
            "'a b'",
            "\"a b\"",
            "'a",
            "\"",
            "{{ GetPrivateIP }}",
            "{{ GetInterfaceIP \"eth0\" }}",
            "{{",
            "}}",
            "{\"a\":1}",
            "{",
            "[]",
            "[1,",
            "null",
            "provider=aws tag_key=k tag_value=v",
            "\"provider=aws tag_key=k tag_value=v\" 10.0.0.2",
            "provider=",
            "=",
            "==",
            "--",
            "-",
            "-x",
            "%s%n%d",
            "99999999999999999999",
            "1e9",
            "0x10",
            "NaN",
            "ü",
            "日本",
            "\ud83d\ude00",
            "\u0001",
            "\u007f",
            "\u00a0",
            "\u2028",
            "\ufeff",
            "../..",
            "/",
            ".",
            "/dev/null",
            "/proc/self/mem",
            "x".repeat(5000),
            "-node=x",
            "--node=x",
            "agent",
            "consul",
            "root",
            "consul:consul",
            "-1:-1",
            "auto",
            "ec2",
            "ecs",
            "none",
            "exec",
            "supervise",
            "always",
            "never",
            "lo",
            "no0",
            "5s",
            "1h",
            "-5s",
            "5",
            "http://127.0.0.1:1",
            "http://[",
            "://",
            "a=b",
            "a=b=c");

    private static final List<String> VARIABLES = List.of(
            "CONSUL_BIND",
            "CONSUL_BIND_INTERFACE",
            "CONSUL_CLIENT",
            "CONSUL_CLIENT_INTERFACE",
            "CONSUL_LOCAL_CONFIG",
            "CONSUL_DISABLE_PERM_MGMT",
            "CONSUL_UID",
            "CONSUL_GID",
            "CONSUL_ALLOW_PRIVILEGED_PORTS",
            "CONSUL_LAUNCHER_MODE",
            "CONSUL_SERVER",
            "CONSUL_UI",
            "BOOTSTRAP_EXPECT",
            "TAG_KEY",
            "TAG_VALUE",
            "CONSUL_RETRY_JOIN",
            "CONSUL_STOP_TIMEOUT",
            "CONSUL_LEAVE",
            "AWS_EC2_METADATA_DISABLED",
            "AWS_EC2_METADATA_V1_DISABLED",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
            "AWS_METADATA_SERVICE_TIMEOUT",
            "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
            "AWS_REGION",
            "CONSUL_METADATA");

    private final Path home;

    /// @param home where a case's directories are: `data`, `config`, and the file `work/file`
    public Fuzz(Path home) {
        this.home = home;
    }

    public Case make(long seed) {
        Random random = new Random(seed);
        // Neighbouring seeds give similar first numbers.
        random.nextInt();
        return new Case(seed, List.copyOf(arguments(random)), variables(random));
    }

    private List<String> arguments(Random random) {
        List<String> arguments = new ArrayList<>();
        if (random.nextInt(25) == 0) {
            return arguments;
        }
        arguments.add(random.nextInt(15) == 0 ? text(random) : one(COMMANDS, random));
        if (arguments.getFirst().equals("consul") && random.nextBoolean()) {
            arguments.add("agent");
        }
        for (int n = random.nextInt(6); n > 0; n--) {
            switch (random.nextInt(4)) {
                case 0 -> arguments.add(text(random));
                case 1 -> arguments.add(dash(random) + one(FLAGS, random));
                case 2 -> arguments.add(dash(random) + one(FLAGS, random) + "=" + text(random));
                default -> {
                    arguments.add(dash(random) + one(FLAGS, random));
                    arguments.add(text(random));
                }
            }
        }
        return arguments;
    }

    private Map<String, String> variables(Random random) {
        Map<String, String> variables = new TreeMap<>();
        variables.put("CONSUL_DATA_DIR", directory("data", random));
        variables.put("CONSUL_CONFIG_DIR", directory("config", random));
        // Most cases have few variables, so that they get past the first checks.
        int chance = 2 + random.nextInt(20);
        for (String name : VARIABLES) {
            if (random.nextInt(chance) == 0) {
                variables.put(name, random.nextInt(3) == 0 ? plausible(name) : text(random));
            }
        }
        variables.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1");
        if (random.nextInt(10) != 0) {
            variables.put("CONSUL_METADATA", "none");
        } else {
            variables.putIfAbsent("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1");
        }
        if (random.nextInt(20) == 0) {
            variables.put("odd.name " + random.nextInt(9), text(random));
        }
        return variables;
    }

    private static String plausible(String variable) {
        return switch (variable) {
            case "CONSUL_BIND", "CONSUL_CLIENT" -> "10.0.0.1";
            case "CONSUL_BIND_INTERFACE", "CONSUL_CLIENT_INTERFACE" -> "lo";
            case "CONSUL_LOCAL_CONFIG" -> "{\"datacenter\": \"dc2\"}";
            case "CONSUL_UID", "CONSUL_GID" -> "4711";
            case "CONSUL_LAUNCHER_MODE" -> "exec";
            case "BOOTSTRAP_EXPECT" -> "3";
            case "TAG_KEY", "TAG_VALUE" -> "consul";
            case "CONSUL_RETRY_JOIN" -> "10.0.0.2 'provider=aws tag_key=a tag_value=b'";
            case "CONSUL_STOP_TIMEOUT", "AWS_METADATA_SERVICE_TIMEOUT" -> "1";
            case "CONSUL_LEAVE" -> "auto";
            case "AWS_REGION" -> "eu-central-1";
            default -> "true";
        };
    }

    private String directory(String name, Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> home.resolve("work/file").toString();
            case 1 -> home.resolve("work/file/below").toString();
            case 2 -> home.resolve("new " + name + "/deep").toString();
            case 3 -> "";
            default -> home.resolve(name).toString();
        };
    }

    private static String dash(Random random) {
        return random.nextInt(3) == 0 ? "--" : "-";
    }

    private static String text(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> noise(random);
            case 1 -> one(VALUES, random) + one(VALUES, random);
            case 2 -> one(VALUES, random) + " " + one(VALUES, random);
            default -> one(VALUES, random);
        };
    }

    /// Any characters that UTF-8 can hold, but NUL, which neither an argument nor a variable can.
    private static String noise(Random random) {
        StringBuilder noise = new StringBuilder();
        for (int n = random.nextInt(12); n > 0; n--) {
            int c = random.nextInt(3) == 0 ? 1 + random.nextInt(0xD7FF) : 1 + random.nextInt(0x7F);
            noise.append((char) c);
        }
        return noise.toString();
    }

    private static String one(List<String> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }
}
