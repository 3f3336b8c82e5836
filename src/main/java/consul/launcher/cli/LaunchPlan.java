package consul.launcher.cli;

import consul.launcher.agent.Flag;
import consul.launcher.agent.Role;
import consul.launcher.config.EntrypointSettings;
import consul.launcher.entrypoint.Command;
import consul.launcher.entrypoint.Privileges;
import consul.launcher.entrypoint.Step;
import consul.launcher.identity.Identity;
import consul.launcher.process.Execution;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Everything a launch will do, decided but not done.
///
/// @param command what the arguments mean
/// @param mode how it is run
/// @param stopTimeout how long Consul has to end after a stop signal
/// @param program the words before the flags: `consul agent`, or the whole command where the launcher adds nothing
/// @param flags the agent's flags with their origins; empty where the launcher adds nothing
/// @param privileges as whom it runs
/// @param steps what is changed first
/// @param execution what is run in the end
/// @param role what kind of agent it is; empty if it is no agent, or one that only prints its help
/// @param identity who this instance is, as far as it was asked for
/// @param notes for the operator
/// @param warnings for the operator, louder
record LaunchPlan(
        Command command,
        EntrypointSettings.Mode mode,
        Duration stopTimeout,
        List<String> program,
        List<Flag> flags,
        Privileges privileges,
        List<Step> steps,
        Execution execution,
        Optional<Role> role,
        Identity identity,
        List<String> notes,
        List<String> warnings) {

    /// Whether it is an agent whose data outlives it: neither one with `-dev` nor one that only prints its help.
    boolean keepsData() {
        return role.isPresent() && role.get() != Role.DEV;
    }

    /// What follows `agent` on the command line of an agent.
    List<String> agentArguments() {
        List<String> words = execution.words();
        return words.subList(words.indexOf("agent") + 1, words.size());
    }
}
