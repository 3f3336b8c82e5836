package consul.launcher.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import consul.launcher.agent.Flag;
import consul.launcher.agent.Masked;
import consul.launcher.config.MaskedUrl;
import consul.launcher.entrypoint.Privileges;
import consul.launcher.entrypoint.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A plan for programs. Secrets are masked, in `argv` too.
final class PlanJson {

    private PlanJson() {}

    static String of(LaunchPlan plan) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("argv", Masked.words(plan.execution().words()));
        root.put("mode", plan.mode().name().toLowerCase(Locale.ROOT));
        root.put("user", user(plan.privileges()));
        root.put("environment", plan.execution().environment());
        root.put("files", plan.steps().stream().map(PlanJson::step).toList());
        root.put("flags", flags(plan.flags()));
        root.put("warnings", plan.warnings().stream().map(MaskedUrl::inText).toList());
        root.put("notes", plan.notes().stream().map(MaskedUrl::inText).toList());
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps, lists and strings are always JSON", e);
        }
    }

    private static Map<String, Object> user(Privileges privileges) {
        return switch (privileges) {
            case Privileges.Dropped dropped -> Map.of("uid", dropped.uid(), "gid", dropped.gid());
            case Privileges.Kept kept -> Map.of("unchanged", kept.why());
        };
    }

    private static Map<String, Object> step(Step step) {
        Map<String, Object> entry = new LinkedHashMap<>();
        switch (step) {
            case Step.CreateDirectory create -> {
                entry.put("action", "create-directory");
                entry.put("path", create.path().toString());
            }
            case Step.ChangeOwner change -> {
                entry.put("action", "change-owner");
                entry.put("path", change.path().toString());
            }
            case Step.WriteLocalConfig write -> {
                entry.put("action", "write");
                entry.put("path", write.file().toString());
            }
            case Step.WriteSecrets write -> {
                entry.put("action", "write");
                entry.put("path", write.file().toString());
            }
            case Step.RemoveSecrets remove -> {
                entry.put("action", "remove");
                entry.put("path", remove.file().toString());
            }
            case Step.RemoveLocalConfig remove -> {
                entry.put("action", "remove");
                entry.put("path", remove.file().toString());
            }
            case Step.RemoveOldMarker remove -> {
                entry.put("action", "remove");
                entry.put("path", remove.file().toString());
            }
            case Step.AllowPrivilegedPorts allow -> {
                entry.put("action", "run");
                entry.put("path", allow.command().getLast());
            }
        }
        entry.put("description", step.describe());
        return entry;
    }

    private static List<Map<String, Object>> flags(List<Flag> flags) {
        List<List<String>> shown = Masked.perFlag(flags);
        List<Map<String, Object>> entries = new ArrayList<>();
        for (int i = 0; i < flags.size(); i++) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("words", shown.get(i));
            Map<String, Object> origin = new LinkedHashMap<>();
            origin.put("kind", flags.get(i).origin().kind().name().toLowerCase(Locale.ROOT));
            origin.put("detail", flags.get(i).origin().detail());
            entry.put("origin", origin);
            entries.add(entry);
        }
        return entries;
    }
}
