package consul.launcher.cli;

import consul.launcher.config.Environment;
import java.util.List;

/// The outermost place: the only one that reads the real environment and exits.
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(Surroundings.real(new Environment(System.getenv()))).run(List.of(args)));
    }
}
