package consul.launcher.recovery;

import java.util.List;

/// What the facts allow.
public sealed interface Decision {

    /// The same for as long as nothing changed that a person would want to know.
    String key();

    /// For the log and for people.
    String line();

    /// There is nothing to recover here.
    ///
    /// @param detail who, since when
    record NotNeeded(Why why, String detail) implements Decision {

        /// A closed set.
        public enum Why {
            CLIENT("this agent is a client"),
            LEADER("a leader was seen within the confirmation time"),
            CONFIRMING("the time without a leader is not yet confirmed"),
            QUORUM_ANSWERS("a majority of the voters is alive and answers: electing a leader is Consul's own task"),
            NOT_A_HOLDER("this server holds no raft state; the one that does decides");

            private final String text;

            Why(String text) {
                this.text = text;
            }
        }

        @Override
        public String key() {
            return why.name();
        }

        @Override
        public String line() {
            return "no recovery: " + why.text + (detail.isEmpty() ? "" : ": " + detail);
        }
    }

    /// There may be need, but something is missing or doubtful.
    ///
    /// @param subjects the instances, servers or rules in question, sorted
    /// @param detail what was seen of each
    record Blocked(Reason reason, List<String> subjects, String detail) implements Decision {
        public Blocked {
            subjects = subjects.stream().distinct().sorted().toList();
        }

        /// Exactly what to do about it.
        public String nextStep() {
            return reason.nextStep(String.join(", ", subjects));
        }

        @Override
        public String key() {
            return reason.name() + subjects;
        }

        @Override
        public String line() {
            return "recovery blocked: " + reason.what() + (detail.isEmpty() ? "" : ": " + detail) + ". Next: "
                    + nextStep();
        }
    }

    /// Every guard is satisfied: the plan may be applied by a person, and by the launcher if the plan says so.
    record Recover(Plan plan) implements Decision {

        @Override
        public String key() {
            return "plan " + plan.hash();
        }

        @Override
        public String line() {
            return plan.headline();
        }
    }
}
