package consul.launcher.quorum;

import consul.launcher.config.ConsulApiSettings;
import consul.launcher.config.Environment;
import consul.launcher.config.SecretFiles;
import consul.launcher.consul.LocalAgent;
import consul.launcher.consul.TlsException;
import consul.launcher.recovery.Member;
import consul.launcher.recovery.RaftServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;

/// The API of a Consul agent that says what a test wants, in the form of Consul 1.8.7.
final class FakeAgent implements AutoCloseable {

    private final MockWebServer server = new MockWebServer();

    /// What was asked, with its method where that isn't GET.
    final List<String> asked = new CopyOnWriteArrayList<>();

    /// The beginnings of paths that the token may not read.
    final Set<String> denied = new ConcurrentSkipListSet<>();

    /// Told of each question, before it is answered.
    volatile Consumer<String> onAsked = _ -> {};

    final String name;
    final String id;
    volatile String ip;
    volatile int gossipPort = 8301;
    volatile boolean isServer = true;
    volatile boolean down;

    volatile String leader = "";
    volatile String state = "Follower";
    volatile String contact = "50ms";
    volatile long term = 2;
    volatile long index = 100;
    volatile long applied = 100;
    volatile List<RaftServer> configuration = List.of();
    volatile List<Member> members = List.of();

    /// @param letter names the instance `i-0000000x`, the node `id-x`
    /// @param number ends the address 10.0.0.x
    FakeAgent(String letter, int number) {
        this.name = "i-0000000" + letter;
        this.id = "id-" + letter;
        this.ip = "10.0.0." + number;
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                String path = String.valueOf(request.getTarget());
                String method = String.valueOf(request.getMethod());
                String question = method.equals("GET") ? path : method + " " + path;
                asked.add(question);
                onAsked.accept(question);
                return answer(path);
            }
        });
        try {
            server.start(InetAddress.ofLiteral("127.0.0.1"), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    LocalAgent open() {
        ConsulApiSettings settings = ConsulApiSettings.from(new Environment(Map.of()), new SecretFiles(), _ -> {});
        var address = new ConsulApiSettings.Address.Tcp(false, "127.0.0.1", server.getPort());
        try {
            return new LocalAgent(address, settings, Duration.ofSeconds(30));
        } catch (TlsException e) {
            throw new AssertionError(e);
        }
    }

    String raftAddress() {
        return ip + ":8300";
    }

    RaftServer asVoter() {
        return new RaftServer(id, raftAddress(), name, true);
    }

    Member as(Member.Status status) {
        return new Member(name, id, raftAddress(), status, isServer);
    }

    /// Those questions that begin so.
    long asked(String beginning) {
        return asked.stream().filter(question -> question.startsWith(beginning)).count();
    }

    private MockResponse answer(String path) {
        if (down) {
            return reply(503, "down");
        }
        if (denied.stream().anyMatch(path::startsWith)) {
            return reply(403, "Permission denied");
        }
        if (path.startsWith("/v1/agent/join/")) {
            return reply(200, "");
        }
        return switch (path) {
            case "/v1/status/leader" -> reply(200, "\"" + leader + "\"");
            case "/v1/status/peers" ->
                reply(
                        200,
                        configuration.stream()
                                .map(one -> "\"" + one.address() + "\"")
                                .collect(Collectors.joining(",", "[", "]")));
            case "/v1/agent/self" -> reply(200, self());
            case "/v1/agent/members" -> reply(200, members());
            case "/v1/operator/raft/configuration?stale" ->
                contact.equals("never") ? reply(500, "No cluster leader") : reply(200, configuration());
            default -> reply(404, path);
        };
    }

    private static MockResponse reply(int status, String body) {
        return new MockResponse.Builder().code(status).body(body).build();
    }

    private String self() {
        String raft = "";
        if (isServer) {
            List<String> servers = new ArrayList<>();
            for (RaftServer one : configuration) {
                servers.add("{Suffrage:" + (one.voter() ? "Voter" : "Nonvoter") + " ID:" + one.id() + " Address:"
                        + one.address() + "}");
            }
            raft = """
                    "raft": {"state": "%s", "term": "%d", "last_log_term": "%d", "last_log_index": "%d",
                    "last_snapshot_term": "0", "last_snapshot_index": "0", "commit_index": "%d",
                    "applied_index": "%d", "last_contact": "%s", "latest_configuration": "[%s]"}""".formatted(
                            state,
                            term,
                            configuration.isEmpty() ? 0 : term,
                            configuration.isEmpty() ? 0 : index,
                            configuration.isEmpty() ? 0 : index,
                            applied,
                            contact,
                            String.join(" ", servers));
        }
        return """
                {"Config": {"NodeName": "%s", "NodeID": "%s", "Datacenter": "dc1", "Server": %s, "Version": "1.8.7"},
                 "Member": %s, "Stats": {%s}}""".formatted(name, id, isServer, member(as(Member.Status.ALIVE)), raft);
    }

    private String members() {
        return members.stream().map(this::member).collect(Collectors.joining(",", "[", "]"));
    }

    private String member(Member member) {
        int status = switch (member.status()) {
            case ALIVE -> 1;
            case LEAVING -> 2;
            case LEFT -> 3;
            case FAILED -> 4;
        };
        return "{\"Name\": \"" + member.name() + "\", \"Addr\": \"" + Raft.host(member.address())
                + "\", \"Port\": " + gossipPort + ", \"Status\": " + status + ", \"Tags\": {\"id\": \""
                + member.raftId()
                + "\", \"port\": \"8300\", \"role\": \"" + (member.server() ? "consul" : "node") + "\"}}";
    }

    private String configuration() {
        return configuration.stream()
                .map(one -> "{\"ID\": \"" + one.id() + "\", \"Node\": \"" + one.node() + "\", \"Address\": \""
                        + one.address() + "\", \"Leader\": false, \"Voter\": " + one.voter() + "}")
                .collect(Collectors.joining(",", "{\"Servers\": [", "], \"Index\": 0}"));
    }

    /// The paths that were asked, each once.
    Set<String> askedOnce() {
        return new TreeSet<>(asked);
    }

    @Override
    public void close() {
        server.close();
    }
}
