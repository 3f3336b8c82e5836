package consul.launcher.recovery;

import java.util.Optional;

/// How far the application of a plan has come, kept in the data directory before each step begins. One line of
/// text.
///
/// @param plan the plan's hash
/// @param step the step that began
public record Journal(String plan, Step step) {

    /// In this order. After the last one and its verification the journal is deleted.
    public enum Step {
        /// The raft directory is being copied.
        COPY,
        /// The copy is whole; peers.json is being written, to another name and renamed.
        WRITE,
        /// peers.json is in its place; Consul is about to start.
        START
    }

    public String line() {
        return "consul-launcher recovery " + plan + " " + step + "\n";
    }

    /// Empty if it isn't one: cut off, or of somebody else.
    public static Optional<Journal> read(String text) {
        for (Step step : Step.values()) {
            int end = text.indexOf(" " + step + "\n");
            String head = "consul-launcher recovery ";
            if (text.startsWith(head) && end > head.length()) {
                Journal journal = new Journal(text.substring(head.length(), end), step);
                return journal.line().equals(text) ? Optional.of(journal) : Optional.empty();
            }
        }
        return Optional.empty();
    }
}
