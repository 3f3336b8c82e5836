package consul.launcher.agent;

import java.nio.file.Path;

/// A program that drafts a command for a configuration directory, so that a test sees which classes that loads.
final class StartPath {

    private StartPath() {}

    /// @param arguments the configuration directory, then what follows `agent`
    public static void main(String[] arguments) {
        Draft draft = Draft.of("CONSUL_SERVER=true BOOTSTRAP_EXPECT=3 TAG_KEY=a TAG_VALUE=b agent")
                .directory(Path.of(arguments[0]));
        for (int i = 1; i < arguments.length; i++) {
            draft.arguments(arguments[i]);
        }
        System.out.println(draft.command().arguments());
    }
}
