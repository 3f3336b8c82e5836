package consul.launcher.process;

import consul.launcher.config.Listing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The Consul agents that run in this container, by their command lines.
public final class RunningAgents {

    private RunningAgents() {}

    /// @param process its directory in `/proc`, named after its process id
    /// @param arguments what follows `agent` on its command line
    public record Agent(Path process, List<String> arguments) {

        /// Whether a path in its arguments is this directory here, and not one of that name in another container.
        public boolean means(Path its, Path directory) {
            Path base = process.resolve(its.isAbsolute() ? "root" : "cwd");
            Path relative = its.isAbsolute() ? Path.of("/").relativize(its) : its;
            try {
                return Files.isSameFile(base.resolve(relative), directory);
            } catch (IOException e) {
                // Root without SYS_PTRACE may not look through another user's process; in one container both see the
                // same.
                return its.isAbsolute() && isInTheSameContainer() && isSame(its, directory);
            }
        }

        private boolean isInTheSameContainer() {
            try {
                return Files.mismatch(process.resolve("cgroup"), process.resolveSibling("self/cgroup")) < 0;
            } catch (IOException e) {
                return false;
            }
        }

        private static boolean isSame(Path one, Path other) {
            try {
                return Files.isSameFile(one, other);
            } catch (IOException e) {
                return false;
            }
        }
    }

    /// What follows `agent` on the command line of each, in no order. Empty where `/proc` can't be read.
    ///
    /// @param proc `/proc` but for tests
    public static List<List<String>> arguments(Path proc) {
        return all(proc).stream().map(Agent::arguments).toList();
    }

    /// All of them, in no order. Empty where `/proc` can't be read.
    ///
    /// @param proc `/proc` but for tests
    public static List<Agent> all(Path proc) {
        List<Agent> agents = new ArrayList<>();
        try {
            for (Path process : Listing.of(proc)) {
                if (!isProcess(process)) {
                    continue;
                }
                List<String> words = commandLine(process.resolve("cmdline"));
                if (words.size() >= 2
                        && isConsul(words.getFirst())
                        && words.get(1).equals("agent")) {
                    agents.add(new Agent(process, words.subList(2, words.size())));
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        return agents;
    }

    private static boolean isProcess(Path entry) {
        return Character.isDigit(String.valueOf(entry.getFileName()).charAt(0));
    }

    private static boolean isConsul(String program) {
        return program.equals("consul") || program.endsWith("/consul");
    }

    /// Empty for a process that is gone, or somebody else's.
    private static List<String> commandLine(Path file) {
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            return text.isEmpty()
                    ? List.of()
                    : List.of(text.substring(0, text.length() - 1).split("\0", -1));
        } catch (IOException e) {
            return List.of();
        }
    }
}
