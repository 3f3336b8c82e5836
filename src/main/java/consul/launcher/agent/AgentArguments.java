package consul.launcher.agent;

import consul.launcher.config.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Arguments as Go's `flag` package reads them for `consul agent`: `-x v`, `-x=v`, `--x v`, `--x=v`, booleans alone or
/// with `=`. Reading ends at `--`, at the first word that is no flag, and at the first that Consul will refuse. The
/// words themselves are never changed.
final class AgentArguments {

    /// @param name without dashes
    /// @param value `true` for a boolean flag alone
    /// @param words how many words it takes, 1 or 2
    private record Read(String name, String value, int words) {}

    private final List<String> words;
    private final List<Read> flags = new ArrayList<>();
    private int end;
    private Optional<String> refusal = Optional.empty();

    private AgentArguments(List<String> words) {
        this.words = List.copyOf(words);
    }

    static AgentArguments parse(List<String> words) {
        AgentArguments arguments = new AgentArguments(words);
        while (arguments.readNext()) {
            // The work is done in the condition.
        }
        return arguments;
    }

    /// The flag's value; the last one counts, as in Consul.
    Optional<String> last(String name) {
        for (int i = flags.size() - 1; i >= 0; i--) {
            if (flags.get(i).name().equals(name)) {
                return Optional.of(flags.get(i).value());
            }
        }
        return Optional.empty();
    }

    /// All values of a flag that can be repeated.
    List<String> all(String... names) {
        List<String> values = new ArrayList<>();
        for (Read flag : flags) {
            for (String name : names) {
                if (flag.name().equals(name)) {
                    values.add(flag.value());
                }
            }
        }
        return values;
    }

    /// The flags' names, without dashes, as often as they were given.
    List<String> names() {
        List<String> names = new ArrayList<>(flags.size());
        for (Read flag : flags) {
            names.add(flag.name());
        }
        return names;
    }

    /// Whether Consul will print its help and end: it looks at every word before `--`, even at values.
    boolean asksForHelp() {
        for (String word : words) {
            if (word.equals("--")) {
                break;
            }
            if (word.equals("-h") || word.equals("-help") || word.equals("--help")) {
                return true;
            }
        }
        return last("h").isPresent() || last("help").isPresent();
    }

    /// Whether the agent is one for development, which keeps nothing.
    boolean isDev() {
        return GoText.truth(last("dev").orElse("false")).orElse(false);
    }

    /// A flag that Consul can't read, and why.
    Optional<String> refusal() {
        return refusal;
    }

    /// Which word, counted from 1, is the first that is no flag and that Consul therefore refuses, with all behind it.
    /// Not the word itself: it may be a secret that a slip has parted from its flag.
    Optional<Integer> stray() {
        return refusal.isEmpty() && end < words.size() ? Optional.of(end + 1) : Optional.empty();
    }

    /// Every word, in order, those of one flag together.
    List<Flag> asFlags(Origin origin) {
        List<Flag> all = new ArrayList<>(words.size());
        int at = 0;
        for (Read flag : flags) {
            all.add(new Flag(words.subList(at, at + flag.words()), origin));
            at += flag.words();
        }
        for (; at < words.size(); at++) {
            all.add(Flag.of(origin, words.get(at)));
        }
        return all;
    }

    private boolean readNext() {
        if (end == words.size()) {
            return false;
        }
        String word = words.get(end);
        if (word.length() < 2 || word.charAt(0) != '-') {
            return false;
        }
        if (word.equals("--")) {
            end++;
            return false;
        }
        String text = word.substring(word.charAt(1) == '-' ? 2 : 1);
        if (text.startsWith("-") || text.startsWith("=")) {
            int equals = word.indexOf('=');
            String shown = equals < 0 ? word : word.substring(0, equals + 1) + "…";
            refusal = Optional.of("the argument '" + shown + "' is no flag that Consul can read");
            return false;
        }
        int equals = text.indexOf('=');
        if (equals > 0) {
            return add(text.substring(0, equals), text.substring(equals + 1), 1);
        }
        if (FlagNames.BOOLEAN.contains(text) || !takesNext(text)) {
            return add(text, "true", 1);
        }
        if (end + 1 == words.size()) {
            refusal = Optional.of("the argument -" + text + " has no value");
            return false;
        }
        return add(text, words.get(end + 1), 2);
    }

    /// A flag that no known Consul has takes the next word unless that looks like a flag: taking it for a boolean is
    /// the smaller mistake, since what follows is still read.
    private boolean takesNext(String name) {
        if (FlagNames.VALUED.contains(name)) {
            return true;
        }
        return end + 1 < words.size() && !words.get(end + 1).startsWith("-");
    }

    private boolean add(String name, String value, int count) {
        flags.add(new Read(name, value, count));
        end += count;
        return true;
    }
}
