package consul.launcher.entrypoint;

import java.util.List;

/// What the container's arguments mean: the first rule that matches (rules 11-17 of docker-entrypoint.sh).
public sealed interface Command {

    /// `agent …`: an agent whose command line the launcher completes.
    ///
    /// @param arguments the user's arguments behind `agent`
    record Agent(List<String> arguments) implements Command {
        public Agent {
            arguments = List.copyOf(arguments);
        }

        @Override
        public boolean startsAgent() {
            return true;
        }
    }

    /// `consul agent …`: an agent whose command line is the user's alone; wrappers rely on it.
    ///
    /// @param words the whole command, `consul` first
    record ExplicitAgent(List<String> words) implements Command {
        public ExplicitAgent {
            words = List.copyOf(words);
        }

        @Override
        public boolean startsAgent() {
            return true;
        }
    }

    /// Any other use of the Consul binary.
    ///
    /// @param words the whole command, `consul` first
    record Consul(List<String> words) implements Command {
        public Consul {
            words = List.copyOf(words);
        }
    }

    /// Somebody else's program: executed as it is, as the current user.
    record Other(List<String> words) implements Command {
        public Other {
            words = List.copyOf(words);
        }

        @Override
        public boolean runsConsul() {
            return false;
        }

        /// Whether it is a command of the launcher's own, such as `consul-launcher doctor`.
        public boolean isLauncher() {
            String program = words.getFirst();
            return program.substring(program.lastIndexOf('/') + 1).equals("consul-launcher");
        }
    }

    /// Whether it starts an agent, so that directories and the local configuration matter. Every start asks: a
    /// method, since the first switch over types makes the JDK write a class, which takes 3 ms and is in no AOT
    /// cache.
    default boolean startsAgent() {
        return false;
    }

    /// Whether the Consul binary runs, so that privileges are dropped.
    default boolean runsConsul() {
        return true;
    }
}
