package consul.launcher.agent;

import consul.launcher.config.Problem;
import consul.launcher.config.Sourced;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// What the user's configuration says, as far as flags are derived from the same things: `CONSUL_LOCAL_CONFIG`, the
/// `.json` and `.hcl` files of the configuration directory, `-config-file`, `-config-dir` and `-hcl` arguments.
/// Merged as Consul merges it: among files the later wins and lists are appended; arguments beat files; `-hcl`
/// fragments beat arguments.
public final class UserConfiguration {

    private final ConfigurationValues files;
    private final ConfigurationValues fragments;
    private final List<String> warnings;
    private final boolean complete;

    private UserConfiguration(
            ConfigurationValues files, ConfigurationValues fragments, List<String> warnings, boolean complete) {
        this.files = files;
        this.fragments = fragments;
        this.warnings = List.copyOf(warnings);
        this.complete = complete;
    }

    public static UserConfiguration none() {
        return new UserConfiguration(new ConfigurationValues(), new ConfigurationValues(), List.of(), true);
    }

    /// Reads everything. A `local.json` in the directory is the user's own, unless `localConfig` takes its place.
    ///
    /// @param localConfig the text of `CONSUL_LOCAL_CONFIG`
    /// @param configDirectory need not exist
    /// @param userArguments what follows `agent`
    /// @param problems what Consul is sure to refuse
    public static UserConfiguration read(
            Optional<String> localConfig,
            Path configDirectory,
            List<String> userArguments,
            Consumer<Problem> problems) {
        return read(localConfig, true, configDirectory, userArguments, problems);
    }

    /// The same, for a directory whose `local.json` the launcher wrote for a variable that is gone, and will remove.
    public static UserConfiguration readWithoutLocalJson(
            Path configDirectory, List<String> userArguments, Consumer<Problem> problems) {
        return read(Optional.empty(), false, configDirectory, userArguments, problems);
    }

    /// The `-hcl` arguments alone, and no file.
    ///
    /// @param userArguments what follows `agent`
    static UserConfiguration readFragments(List<String> userArguments) {
        List<String> warnings = new ArrayList<>();
        ConfigurationValues fragments = fragments(AgentArguments.parse(userArguments), warnings);
        return new UserConfiguration(new ConfigurationValues(), fragments, warnings, warnings.isEmpty());
    }

    /// The value of a single-valued key by its path, such as `ports.http`; an `-hcl` fragment's before a file's.
    public Optional<Sourced<String>> value(String path) {
        Optional<Sourced<String>> fragment = fragments.value(path);
        return fragment.isPresent() ? fragment : files.value(path);
    }

    /// All entries of a list, such as `retry_join`, in Consul's order.
    public List<Sourced<String>> list(String path) {
        List<Sourced<String>> all = new ArrayList<>(files.list(path));
        all.addAll(fragments.list(path));
        return all;
    }

    /// The files that could not be understood, and why. Consul decides about them.
    public List<String> warnings() {
        return warnings;
    }

    boolean isComplete() {
        return complete;
    }

    ConfigurationValues files() {
        return files;
    }

    ConfigurationValues fragments() {
        return fragments;
    }

    private static UserConfiguration read(
            Optional<String> localConfig,
            boolean keepsLocalFile,
            Path configDirectory,
            List<String> userArguments,
            Consumer<Problem> problems) {
        AgentArguments arguments = AgentArguments.parse(userArguments);
        if (arguments.asksForHelp()) {
            return none();
        }
        Optional<String> format = arguments.last("config-format").filter(text -> !text.isEmpty());
        if (format.isPresent() && !format.get().equals("hcl") && !format.get().equals("json")) {
            problems.accept(new Problem("-config-format is '" + format.get() + "'", "give hcl or json"));
            return none();
        }
        ConfigurationFiles reader = new ConfigurationFiles(configDirectory, localConfig, keepsLocalFile, format);
        reader.readOwnDirectory();
        for (String name : arguments.all("config-file", "config-dir")) {
            reader.readGiven(name);
        }
        List<String> warnings = new ArrayList<>(reader.warnings());
        int before = warnings.size();
        ConfigurationValues fragments = fragments(arguments, warnings);
        boolean complete = reader.isComplete() && warnings.size() == before;
        return new UserConfiguration(reader.values(), fragments, warnings, complete);
    }

    /// @param warnings gets one for each that could not be read
    private static ConfigurationValues fragments(AgentArguments arguments, List<String> warnings) {
        ConfigurationValues fragments = new ConfigurationValues();
        for (String fragment : arguments.all("hcl")) {
            try {
                fragments.merge(HclConfiguration.read(fragment, "-hcl"));
            } catch (ConfigurationSyntaxException e) {
                warnings.add("an -hcl argument could not be read: " + e.what());
            }
        }
        return fragments;
    }
}
