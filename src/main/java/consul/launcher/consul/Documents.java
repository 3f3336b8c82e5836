package consul.launcher.consul;

import consul.launcher.json.JsonException;
import consul.launcher.json.JsonNode;
import consul.launcher.json.JsonReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Turns the API's documents into values. What a version of Consul adds is passed over; what it must have is asked for,
/// so that nobody decides on a half.
final class Documents {

    /// Consul's own word.
    private static final String UNKNOWN_NODE = "(unknown)";

    /// It is JSON, or none, but not what was expected.
    static final class Strange extends Exception {
        private static final long serialVersionUID = 1;

        Strange(String message) {
            super(message);
        }
    }

    /// Reads one document.
    interface Reader<T> {
        T read(String text) throws Strange;
    }

    private interface Element<T> {
        T of(JsonNode node) throws Strange;
    }

    <T> ApiAnswer<T> read(ApiAnswer<String> answer, Reader<T> reader) {
        if (!(answer instanceof ApiAnswer.Ok<String>(String text))) {
            return answer.withoutValue();
        }
        try {
            return new ApiAnswer.Ok<>(reader.read(text));
        } catch (Strange e) {
            return new ApiAnswer.Refused<>(200, "not what Consul answers: " + e.getMessage());
        }
    }

    List<String> peers(String text) throws Strange {
        return list(text, Documents::string);
    }

    List<Member> members(String text) throws Strange {
        return list(text, Documents::member);
    }

    String nodeId(String text) throws Strange {
        return text(object(tree(text), "Config"), "NodeID");
    }

    AgentSelf self(String text) throws Strange {
        JsonNode tree = tree(text);
        JsonNode config = object(tree, "Config");
        JsonNode raft = tree.path("Stats").path("raft");
        return new AgentSelf(
                text(config, "NodeName"),
                text(config, "NodeID"),
                text(config, "Datacenter"),
                flag(config, "Server"),
                text(config, "Version"),
                member(object(tree, "Member")),
                raft.isObject() ? Optional.of(raftStats(raft)) : Optional.empty());
    }

    RaftConfiguration raftConfiguration(String text) throws Strange {
        JsonNode tree = tree(text);
        List<RaftConfiguration.Server> servers = new ArrayList<>();
        for (JsonNode server : servers(tree)) {
            servers.add(new RaftConfiguration.Server(
                    text(server, "ID"),
                    text(server, "Node"),
                    text(server, "Address"),
                    flag(server, "Leader"),
                    flag(server, "Voter")));
        }
        return new RaftConfiguration(servers, number(tree, "Index"));
    }

    AutopilotHealth autopilotHealth(String text) throws Strange {
        List<AutopilotHealth.Server> servers = new ArrayList<>();
        JsonNode tree = tree(text);
        // The leader hasn't looked yet.
        boolean none = tree.isObject()
                && tree.path("Servers").isMissing()
                && tree.path("Healthy").isBoolean();
        for (JsonNode server : none ? JsonNode.MISSING : servers(tree)) {
            servers.add(new AutopilotHealth.Server(
                    text(server, "ID"), text(server, "SerfStatus"), flag(server, "Voter"), flag(server, "Healthy")));
        }
        return new AutopilotHealth(servers);
    }

    /// The answers are in the order of the questions.
    Set<AclRule> lacking(String text, List<AclRule> asked) throws Strange {
        Set<AclRule> lacking = EnumSet.noneOf(AclRule.class);
        if (text.contains("ACL support disabled")) {
            return lacking;
        }
        int at = 0;
        for (JsonNode answer : tree(text)) {
            if (at < asked.size() && !flag(answer, "Allow")) {
                lacking.add(asked.get(at));
            }
            at++;
        }
        if (at != asked.size()) {
            throw new Strange(asked.size() + " answers are expected");
        }
        return lacking;
    }

    Boolean success(String text) throws Strange {
        return flag(tree(text), "Success");
    }

    /// All its values are strings.
    private static RaftStats raftStats(JsonNode raft) throws Strange {
        String lastContact = text(raft, "last_contact");
        Optional<Duration> contact = GoDuration.parse(lastContact);
        if (contact.isEmpty() && !lastContact.equals("never")) {
            throw new Strange("last_contact is '" + lastContact + "', a duration or never is expected");
        }
        return new RaftStats(
                text(raft, "state"),
                number(raft, "term"),
                number(raft, "last_log_term"),
                number(raft, "last_log_index"),
                number(raft, "last_snapshot_term"),
                number(raft, "last_snapshot_index"),
                number(raft, "commit_index"),
                number(raft, "applied_index"),
                contact,
                configuration(text(raft, "latest_configuration")));
    }

    /// As Go prints a list of structures: `[{Suffrage:Voter ID:… Address:ip:8300} {…}]`.
    private static List<RaftConfiguration.Server> configuration(String text) throws Strange {
        List<RaftConfiguration.Server> servers = new ArrayList<>();
        String rest = text.strip();
        if (!rest.startsWith("[") || !rest.endsWith("]")) {
            throw new Strange("latest_configuration is not a list");
        }
        rest = rest.substring(1, rest.length() - 1).strip();
        while (!rest.isEmpty()) {
            int id = rest.indexOf(" ID:");
            int address = rest.indexOf(" Address:");
            int end = rest.indexOf('}');
            if (!rest.startsWith("{Suffrage:") || id < 0 || address < id || end < address) {
                throw new Strange("latest_configuration has no Suffrage, ID and Address in its order");
            }
            servers.add(new RaftConfiguration.Server(
                    rest.substring(id + " ID:".length(), address),
                    UNKNOWN_NODE,
                    rest.substring(address + " Address:".length(), end),
                    false,
                    rest.substring("{Suffrage:".length(), id).equals("Voter")));
            rest = rest.substring(end + 1).strip();
        }
        return servers;
    }

    private static Member member(JsonNode node) throws Strange {
        Map<String, String> tags = new TreeMap<>();
        for (Map.Entry<String, JsonNode> tag : object(node, "Tags").properties()) {
            tags.put(tag.getKey(), string(tag.getValue()));
        }
        return new Member(
                text(node, "Name"),
                text(node, "Addr"),
                (int) number(node, "Port"),
                Member.Status.of((int) number(node, "Status")),
                tags);
    }

    private static JsonNode tree(String text) throws Strange {
        try {
            return JsonNode.parse(text);
        } catch (JsonException e) {
            throw new Strange(String.valueOf(e.getMessage()));
        }
    }

    /// Element by element: a list of thousands as one tree would take more memory than a supervisor has.
    private static <T> List<T> list(String text, Element<T> element) throws Strange {
        List<T> all = new ArrayList<>();
        JsonReader reader = new JsonReader(text);
        if (!reader.beginsList()) {
            throw new Strange("a list is expected");
        }
        try {
            while (reader.hasElement(all.isEmpty())) {
                all.add(element.of(reader.value()));
            }
        } catch (JsonException e) {
            throw new Strange(String.valueOf(e.getMessage()));
        }
        return List.copyOf(all);
    }

    private static JsonNode servers(JsonNode node) throws Strange {
        JsonNode field = node.path("Servers");
        if (!field.isArray()) {
            throw new Strange("it has no list Servers");
        }
        return field;
    }

    private static JsonNode object(JsonNode node, String name) throws Strange {
        JsonNode field = node.path(name);
        if (!field.isObject()) {
            throw new Strange("it has no object " + name);
        }
        return field;
    }

    private static String text(JsonNode node, String name) throws Strange {
        JsonNode field = node.path(name);
        if (!field.isTextual()) {
            throw new Strange("it has no text " + name);
        }
        return field.asText();
    }

    private static String string(JsonNode node) throws Strange {
        if (!node.isTextual()) {
            throw new Strange("a text is expected");
        }
        return node.asText();
    }

    private static boolean flag(JsonNode node, String name) throws Strange {
        JsonNode field = node.path(name);
        if (!field.isBoolean()) {
            throw new Strange("it has no flag " + name);
        }
        return field.asBoolean();
    }

    /// A number, or a text with one.
    private static long number(JsonNode node, String name) throws Strange {
        JsonNode field = node.path(name);
        try {
            return Long.parseLong(field.asText());
        } catch (NumberFormatException e) {
            throw new Strange("it has no number " + name);
        }
    }
}
