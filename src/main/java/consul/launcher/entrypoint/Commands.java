package consul.launcher.entrypoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// Finds out which command is meant.
public final class Commands {

    private static final String CONSUL = "consul";

    /// Subcommands that every Consul since 1.8 has (`consul --help` of 1.8.7 and the commands reference of later ones),
    /// so that no process is needed to know them. `agent` is a case of its own.
    private static final Set<String> SUBCOMMANDS = Set.of(
            "acl",
            "catalog",
            "config",
            "connect",
            "debug",
            "event",
            "exec",
            "force-leave",
            "info",
            "intention",
            "join",
            "keygen",
            "keyring",
            "kv",
            "leave",
            "lock",
            "login",
            "logout",
            "maint",
            "members",
            "monitor",
            "operator",
            "reload",
            "rtt",
            "services",
            "snapshot",
            "tls",
            "validate",
            "version",
            "watch");

    private Commands() {}

    /// @param arguments the container's arguments
    /// @param help what `consul --help WORD` prints, empty if Consul can't be run; asked for unknown words only
    public static Command of(List<String> arguments, Function<String, String> help) {
        if (arguments.isEmpty()
                || (arguments.size() == 1 && arguments.getFirst().isEmpty())) {
            return new Command.Consul(List.of(CONSUL));
        }
        String first = arguments.getFirst();
        if (first.equals("agent")) {
            return new Command.Agent(arguments.subList(1, arguments.size()));
        }
        if (first.equals(CONSUL)) {
            return arguments.size() > 1 && arguments.get(1).equals("agent")
                    ? new Command.ExplicitAgent(arguments)
                    : new Command.Consul(arguments);
        }
        if (first.isEmpty() || first.startsWith("-") || SUBCOMMANDS.contains(first) || isSubcommand(first, help)) {
            return new Command.Consul(behindConsul(arguments));
        }
        return new Command.Other(arguments);
    }

    /// A word with a slash is a path; any other may be a subcommand of a newer Consul, whose help then names it.
    private static boolean isSubcommand(String word, Function<String, String> help) {
        return word.indexOf('/') < 0 && containsWord(help.apply(word), CONSUL + " " + word);
    }

    /// Literally, and not as the beginning of a longer word.
    private static boolean containsWord(String text, String phrase) {
        for (int at = text.indexOf(phrase); at >= 0; at = text.indexOf(phrase, at + 1)) {
            int end = at + phrase.length();
            if (end == text.length() || Character.isWhitespace(text.charAt(end))) {
                return true;
            }
        }
        return false;
    }

    private static List<String> behindConsul(List<String> arguments) {
        List<String> words = new ArrayList<>(arguments.size() + 1);
        words.add(CONSUL);
        words.addAll(arguments);
        return words;
    }
}
