package consul.launcher.agent;

import consul.launcher.config.Problem;
import java.util.ArrayList;
import java.util.List;

/// What is said about a command while it is decided.
final class Findings {

    private final List<Problem> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    void problem(String what, String remedy) {
        problems.add(new Problem(what, remedy));
    }

    void problems(List<Problem> more) {
        problems.addAll(more);
    }

    void warn(String warning) {
        warnings.add(warning);
    }

    void warn(List<String> more) {
        warnings.addAll(more);
    }

    void note(String note) {
        notes.add(note);
    }

    List<Problem> problems() {
        return List.copyOf(problems);
    }

    List<String> warnings() {
        return List.copyOf(warnings);
    }

    List<String> notes() {
        return List.copyOf(notes);
    }

    /// For a second step that adds to what the first found, without changing it.
    Findings copy() {
        Findings copy = new Findings();
        copy.problems.addAll(problems);
        copy.warnings.addAll(warnings);
        copy.notes.addAll(notes);
        return copy;
    }
}
