package consul.launcher.cli;

import consul.launcher.aws.Ahead;
import consul.launcher.config.Environment;
import java.util.List;

/// The outermost place: the only one that reads the real environment and exits.
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        // Whether metadata will be asked is known only later; where it isn't, this costs nobody anything but a thread.
        if (args.length > 1 && args[1].equals("agent")) {
            Ahead.begin();
        }
        int code = new CommandLine(Surroundings.real(new Environment(System.getenv()))).run(List.of(args));
        // Not System.exit, which has a logger made to say so: in exec mode Consul would wait for it, 10 ms.
        Runtime.getRuntime().halt(code);
    }
}
