package consul.launcher.recovery;

import consul.launcher.config.AgentSettings;
import consul.launcher.config.Durations;
import consul.launcher.config.Environment;
import consul.launcher.config.Problem;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// How quorum recovery behaves.
///
/// @param mode `CONSUL_QUORUM_RECOVERY`
/// @param confirmation `CONSUL_QUORUM_RECOVERY_CONFIRM`: for so long nobody may have seen a leader
/// @param maxLoss `CONSUL_QUORUM_RECOVERY_MAX_LOSS`: the longest time of acknowledged writes that may be given
///     up; [#ANY_LOSS] for `any`
/// @param tag `TAG_KEY=TAG_VALUE`, which every server's instance carries; empty if not configured
public record Settings(Mode mode, Duration confirmation, Duration maxLoss, Optional<String> tag) {

    /// Longer than any time: no loss is too large.
    public static final Duration ANY_LOSS = Duration.ofSeconds(Long.MAX_VALUE);
    public static final Duration DEFAULT_CONFIRMATION = Duration.ofSeconds(60);
    public static final Duration DEFAULT_MAX_LOSS = Duration.ofSeconds(30);

    /// An ordinary election is over by then: Consul needs 6 to 8 s with its default `raft_multiplier`.
    public static final Duration LEAST_CONFIRMATION = Duration.ofSeconds(10);

    static final String MODE = "CONSUL_QUORUM_RECOVERY";
    static final String CONFIRM = "CONSUL_QUORUM_RECOVERY_CONFIRM";
    static final String MAX_LOSS = "CONSUL_QUORUM_RECOVERY_MAX_LOSS";

    public Settings {
        if (confirmation.compareTo(LEAST_CONFIRMATION) < 0) {
            throw new IllegalArgumentException("a confirmation time under " + LEAST_CONFIRMATION + ": " + confirmation);
        }
        if (maxLoss.isNegative()) {
            throw new IllegalArgumentException("a negative loss: " + maxLoss);
        }
    }

    /// Whether any of the variables is set.
    public static boolean areGiven(Environment environment) {
        return environment.get(MODE).isPresent()
                || environment.get(CONFIRM).isPresent()
                || environment.get(MAX_LOSS).isPresent();
    }

    /// Reads the variables; what is wrong goes to `problems`, with the default in its place.
    public static Settings from(Environment environment, Consumer<Problem> problems) {
        Optional<String> tag = environment
                .get(AgentSettings.TAG_KEY)
                .flatMap(key -> environment.get(AgentSettings.TAG_VALUE).map(value -> key + "=" + value));
        return new Settings(
                mode(environment, problems), confirmation(environment, problems), maxLoss(environment, problems), tag);
    }

    private static Mode mode(Environment environment, Consumer<Problem> problems) {
        return switch (environment.word(MODE).orElse("advise")) {
            case "advise" -> Mode.ADVISE;
            case "auto" -> Mode.AUTO;
            case "off" -> Mode.OFF;
            default -> {
                String value = environment.get(MODE).orElse("");
                problems.accept(
                        new Problem(MODE + " is '" + value + "'", "set it to advise (the default), auto or off"));
                yield Mode.ADVISE;
            }
        };
    }

    private static Duration confirmation(Environment environment, Consumer<Problem> problems) {
        Optional<Duration> duration = Durations.parse(environment.word(CONFIRM).orElse("60s"))
                .filter(given -> given.compareTo(LEAST_CONFIRMATION) >= 0);
        if (duration.isEmpty()) {
            String value = environment.get(CONFIRM).orElse("");
            problems.accept(new Problem(
                    CONFIRM + " is '" + value + "'", "set it to a time of at least 10s, for example 60s or 2m"));
        }
        return duration.orElse(DEFAULT_CONFIRMATION);
    }

    private static Duration maxLoss(Environment environment, Consumer<Problem> problems) {
        String word = environment.word(MAX_LOSS).orElse("30s");
        Optional<Duration> duration = word.equals("any") ? Optional.of(ANY_LOSS) : Durations.parse(word);
        if (duration.isEmpty()) {
            String value = environment.get(MAX_LOSS).orElse("");
            problems.accept(
                    new Problem(MAX_LOSS + " is '" + value + "'", "set it to a time such as 30s or 5m, or to any"));
        }
        return duration.orElse(DEFAULT_MAX_LOSS);
    }
}
