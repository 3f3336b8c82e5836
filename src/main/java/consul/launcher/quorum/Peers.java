package consul.launcher.quorum;

import com.fasterxml.jackson.databind.JsonNode;
import consul.launcher.consul.ApiAnswer;
import consul.launcher.consul.Json;
import consul.launcher.consul.LocalAgent;
import consul.launcher.recovery.Answer;
import consul.launcher.recovery.LogWatch;
import consul.launcher.recovery.RaftState;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Asks other agents what they hold, all at once.
final class Peers {

    static final String AGENT_READ = "agent = \"read\"";
    static final String OPERATOR_READ = "operator = \"read\"";

    /// All of them together; a call has its own limit.
    private static final Duration LIMIT = Duration.ofSeconds(12);

    /// Opens the API of the agent at an address.
    interface Opener {
        /// Empty if it can't be opened at all.
        Optional<LocalAgent> open(String host);
    }

    private final Opener opener;
    private final InstantSource clock;

    Peers(Opener opener, InstantSource clock) {
        this.opener = opener;
        this.clock = clock;
    }

    /// @param names who is expected, by address
    /// @return what those said who answered
    List<Answer> ask(Map<String, String> names) {
        List<Future<Optional<Answer>>> asked = new ArrayList<>();
        List<Answer> answers = new ArrayList<>();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            names.forEach((address, name) -> asked.add(threads.submit(() -> ask(address, name))));
            long end = System.nanoTime() + LIMIT.toNanos();
            for (Future<Optional<Answer>> one : asked) {
                result(one, end - System.nanoTime()).ifPresent(answers::add);
            }
        } finally {
            threads.shutdownNow();
        }
        return answers;
    }

    private static Optional<Answer> result(Future<Optional<Answer>> future, long nanos) {
        try {
            return future.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // Who doesn't answer has no answer, whatever the reason.
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /// Where the log of the server at an address ends; empty if it doesn't answer.
    Optional<LogWatch.End> end(String address) {
        Optional<LocalAgent> opened = opener.open(address);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (LocalAgent agent = opened.get()) {
            return Json.read(agent.get("/v1/agent/self", AGENT_READ)) instanceof ApiAnswer.Ok<JsonNode>(JsonNode self)
                    ? Optional.of(Raft.end(self))
                    : Optional.empty();
        }
    }

    private Optional<Answer> ask(String address, String name) {
        Optional<LocalAgent> opened = opener.open(address);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (LocalAgent agent = opened.get()) {
            return switch (Json.read(agent.get("/v1/agent/self", AGENT_READ))) {
                case ApiAnswer.Ok<JsonNode> ok -> told(agent, ok.value());
                case ApiAnswer.Denied<JsonNode> denied ->
                    Optional.of(new Answer.Refused(name, clock.instant(), denied.rule()));
                case ApiAnswer.Unreachable<JsonNode> _ -> Optional.empty();
                case ApiAnswer.Refused<JsonNode> _ -> Optional.empty();
            };
        }
    }

    private Optional<Answer> told(LocalAgent agent, JsonNode self) {
        JsonNode config = self.path("Config");
        String name = config.path("NodeName").asText();
        String id = config.path("NodeID").asText();
        if (name.isEmpty() || id.isEmpty()) {
            return Optional.empty();
        }
        String raftAddress = Raft.address(self.path("Member"));
        if (!config.path("Server").asBoolean()) {
            return Optional.of(new Answer.Told(
                    name, clock.instant(), id, raftAddress, false, RaftState.blank(), Optional.empty()));
        }
        if (!(agent.leader() instanceof ApiAnswer.Ok<String>(String known))) {
            return Optional.empty();
        }
        Optional<String> leader = known.isEmpty() ? Optional.empty() : Optional.of(known);
        if (Raft.isBlank(self)) {
            return Optional.of(
                    new Answer.Told(name, clock.instant(), id, raftAddress, true, RaftState.blank(), leader));
        }
        return switch (Json.read(agent.get("/v1/operator/raft/configuration?stale", OPERATOR_READ))) {
            case ApiAnswer.Ok<JsonNode> ok -> {
                RaftState raft = Raft.state(self, ok.value());
                yield Optional.of(new Answer.Told(name, clock.instant(), id, raftAddress, true, raft, leader));
            }
            case ApiAnswer.Denied<JsonNode> denied ->
                Optional.of(new Answer.Refused(name, clock.instant(), denied.rule()));
            case ApiAnswer.Unreachable<JsonNode> _ -> Optional.empty();
            case ApiAnswer.Refused<JsonNode> _ -> Optional.empty();
        };
    }
}
