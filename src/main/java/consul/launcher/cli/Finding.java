package consul.launcher.cli;

/// What the doctor saw of one thing.
///
/// @param thing what was looked at
/// @param state how it is
/// @param seen in one line
/// @param todo what to do about a problem; empty if there is none, or where `seen` says it already
record Finding(String thing, State state, String seen, String todo) {

    enum State {
        OK("ok"),
        PROBLEM("problem"),
        /// Not looked at, and why.
        SKIPPED("-");

        private final String text;

        State(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    static Finding ok(String thing, String seen) {
        return new Finding(thing, State.OK, seen, "");
    }

    static Finding problem(String thing, String seen, String todo) {
        return new Finding(thing, State.PROBLEM, seen, todo);
    }

    static Finding skipped(String thing, String why) {
        return new Finding(thing, State.SKIPPED, why, "");
    }
}
