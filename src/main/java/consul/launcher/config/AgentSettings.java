package consul.launcher.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The variables that make an agent's flags. Read for every agent, but what is wrong with them only stops one that
/// uses them: `-dev` and `-help` don't, so the problems are kept here until the arguments are known.
///
/// @param server `CONSUL_SERVER`
/// @param ui `CONSUL_UI`
/// @param bootstrapExpect `BOOTSTRAP_EXPECT`, at least 1
/// @param tag `TAG_KEY` and `TAG_VALUE`, both or none
/// @param retryJoin the words of `CONSUL_RETRY_JOIN`, quotes removed
/// @param leave `CONSUL_LEAVE`
/// @param region `AWS_REGION`, else `AWS_DEFAULT_REGION`
/// @param ecsTask whether ECS runs this container, by `ECS_CONTAINER_METADATA_URI_V4`
/// @param names the agent variables that are set, valid or not, in the order of the documentation
/// @param faults what is wrong with them
/// @param warnings what was read otherwise than it was written
public record AgentSettings(
        Optional<Boolean> server,
        Optional<Boolean> ui,
        Optional<Integer> bootstrapExpect,
        Optional<Tag> tag,
        List<String> retryJoin,
        Leave leave,
        Optional<Sourced<String>> region,
        boolean ecsTask,
        List<String> names,
        List<Fault> faults,
        List<String> warnings) {

    public static final String SERVER = "CONSUL_SERVER";
    public static final String UI = "CONSUL_UI";
    public static final String BOOTSTRAP_EXPECT = "BOOTSTRAP_EXPECT";
    public static final String TAG_KEY = "TAG_KEY";
    public static final String TAG_VALUE = "TAG_VALUE";
    public static final String RETRY_JOIN = "CONSUL_RETRY_JOIN";

    public static final String LEAVE = "CONSUL_LEAVE";

    /// Stands for `AWS_DEFAULT_REGION` too, in faults.
    public static final String REGION = "AWS_REGION";

    private static final List<String> NAMES =
            List.of(SERVER, UI, BOOTSTRAP_EXPECT, TAG_KEY, TAG_VALUE, RETRY_JOIN, LEAVE);

    /// The EC2 tag that the cluster's instances share.
    public record Tag(String key, String value) {}

    /// What is wrong with one variable. It stops nothing where the variable has no effect.
    public record Fault(String variable, Problem problem) {}

    public AgentSettings {
        retryJoin = List.copyOf(retryJoin);
        names = List.copyOf(names);
        faults = List.copyOf(faults);
        warnings = List.copyOf(warnings);
    }

    public static AgentSettings from(Environment environment) {
        List<Fault> faults = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (String name : List.of(TAG_KEY, TAG_VALUE, RETRY_JOIN)) {
            environment.unreadable(name).ifPresent(of(name, faults));
        }
        Optional<Tag> tag = tag(environment, of(TAG_KEY, faults), warnings::add);
        Consumer<Problem> ignored = _ -> {};
        return new AgentSettings(
                truth(environment, SERVER, of(SERVER, faults)),
                truth(environment, UI, of(UI, faults)),
                servers(environment, of(BOOTSTRAP_EXPECT, faults)),
                tag,
                RetryJoinWords.read(environment, of(RETRY_JOIN, faults)),
                leave(environment, of(LEAVE, faults)),
                // Without a tag nobody needs it.
                AwsRegion.from(environment, tag.isPresent() ? of(REGION, faults) : ignored),
                environment.get("ECS_CONTAINER_METADATA_URI_V4").isPresent(),
                names(environment),
                faults,
                warnings);
    }

    private static Consumer<Problem> of(String variable, List<Fault> faults) {
        return problem -> faults.add(new Fault(variable, problem));
    }

    /// What is wrong with the variables, whether they have an effect or not.
    public List<Problem> problems() {
        List<Problem> problems = new ArrayList<>(faults.size());
        for (Fault fault : faults) {
            problems.add(fault.problem());
        }
        return problems;
    }

    /// Whether the variable is set and not empty, even to something that is no value.
    public boolean isSet(String name) {
        return names.contains(name);
    }

    private static List<String> names(Environment environment) {
        List<String> names = new ArrayList<>();
        for (String name : NAMES) {
            if (environment.get(name).isPresent()) {
                names.add(name);
            }
        }
        return names;
    }

    private static Optional<Boolean> truth(Environment environment, String name, Consumer<Problem> problems) {
        String word = environment.word(name).orElse(null);
        if (word == null) {
            return Optional.empty();
        }
        Optional<Boolean> truth = Truth.ofLauncher(word);
        if (truth.isEmpty()) {
            problems.accept(Truth.problem(name, environment.get(name).orElse("")));
        }
        return truth;
    }

    private static Leave leave(Environment environment, Consumer<Problem> problems) {
        return switch (environment.word(LEAVE).orElse("auto")) {
            case "auto" -> Leave.AUTO;
            case "always" -> Leave.ALWAYS;
            case "never" -> Leave.NEVER;
            default -> {
                String value = environment.get(LEAVE).orElse("");
                problems.accept(new Problem(LEAVE + " is '" + value + "'", "set it to auto, always or never"));
                yield Leave.AUTO;
            }
        };
    }

    private static Optional<Integer> servers(Environment environment, Consumer<Problem> problems) {
        String value = environment.get(BOOTSTRAP_EXPECT).orElse(null);
        if (value == null) {
            return Optional.empty();
        }
        int number;
        try {
            number = Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            number = -1;
        }
        if (number < 1) {
            problems.accept(new Problem(
                    BOOTSTRAP_EXPECT + " is '" + value + "', which is no number of servers",
                    "set it to how many servers the cluster has, 3 or 5"));
            return Optional.empty();
        }
        return Optional.of(number);
    }

    private static Optional<Tag> tag(Environment environment, Consumer<Problem> problems, Consumer<String> warnings) {
        String key = unquoted(environment, TAG_KEY, warnings);
        String value = unquoted(environment, TAG_VALUE, warnings);
        if (key == null && value == null) {
            return Optional.empty();
        }
        if (key == null || value == null) {
            String there = key == null ? TAG_VALUE : TAG_KEY;
            String missing = key == null ? TAG_KEY : TAG_VALUE;
            problems.accept(new Problem(
                    there + " is set without " + missing,
                    "set both to the tag that the cluster's instances share, or none"));
            return Optional.empty();
        }
        boolean goodKey = isTag(TAG_KEY, key, problems);
        boolean goodValue = isTag(TAG_VALUE, value, problems);
        return goodKey && goodValue ? Optional.of(new Tag(key, value)) : Optional.empty();
    }

    /// The value without quotes around all of it, which files for Docker's `--env-file` pass on as they are.
    private static @Nullable String unquoted(Environment environment, String name, Consumer<String> warnings) {
        String value = environment.get(name).orElse(null);
        if (value == null || !VariableNames.isQuoted(value)) {
            return value;
        }
        warnings.accept(name + " is in quotes, which were taken off: no tag is found with them; remove them");
        return value.substring(1, value.length() - 1);
    }

    /// EC2 allows no control character in a tag, and go-discover's quotes can't hold a line break.
    private static boolean isTag(String name, String value, Consumer<Problem> problems) {
        for (int i = 0; i < value.length(); i++) {
            if (Character.isISOControl(value.charAt(i))) {
                problems.accept(new Problem(
                        name + " has a control character at position " + (i + 1) + ", which no EC2 tag can have",
                        "remove it; often it is the line break at the end of a file"));
                return false;
            }
        }
        return true;
    }
}
