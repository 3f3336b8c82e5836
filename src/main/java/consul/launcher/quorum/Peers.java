package consul.launcher.quorum;

import consul.launcher.consul.AgentSelf;
import consul.launcher.consul.ApiAnswer;
import consul.launcher.consul.ConsulApi;
import consul.launcher.consul.LocalAgent;
import consul.launcher.consul.RaftConfiguration;
import consul.launcher.consul.RaftStats;
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

    /// All of them together; a call has its own limit.
    static final Duration LIMIT = Duration.ofSeconds(12);

    /// The same while Consul is stopped for it.
    static final Duration LIMIT_STOPPED = Duration.ofSeconds(6);

    private final Opener opener;
    private final InstantSource clock;

    Peers(Opener opener, InstantSource clock) {
        this.opener = opener;
        this.clock = clock;
    }

    /// @param names who is expected, by address
    /// @param within all of them together
    /// @return what those said who answered
    List<Answer> ask(Map<String, String> names, Duration within) {
        List<Future<Optional<Answer>>> asked = new ArrayList<>();
        List<Answer> answers = new ArrayList<>();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            names.forEach((address, name) -> asked.add(threads.submit(() -> ask(address, name))));
            long end = System.nanoTime() + within.toNanos();
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
            return new ConsulApi(agent).self() instanceof ApiAnswer.Ok<AgentSelf> ok
                    ? ok.value().raft().map(Raft::end)
                    : Optional.empty();
        }
    }

    private Optional<Answer> ask(String address, String name) {
        Optional<LocalAgent> opened = opener.open(address);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (LocalAgent agent = opened.get()) {
            ConsulApi api = new ConsulApi(agent);
            return switch (api.self()) {
                case ApiAnswer.Ok<AgentSelf> ok -> told(api, ok.value());
                case ApiAnswer.Denied<AgentSelf> denied ->
                    Optional.of(new Answer.Refused(name, clock.instant(), denied.rule()));
                case ApiAnswer.Unreachable<AgentSelf> _,
                        ApiAnswer.Foreign<AgentSelf> _,
                        ApiAnswer.Refused<AgentSelf> _ -> Optional.empty();
            };
        }
    }

    private Optional<Answer> told(ConsulApi api, AgentSelf self) {
        String name = self.nodeName();
        if (name.isEmpty() || self.nodeId().isEmpty()) {
            return Optional.empty();
        }
        if (!self.server()) {
            return Optional.of(told(self, RaftState.blank(), ""));
        }
        if (self.raft().isEmpty() || !(api.leader() instanceof ApiAnswer.Ok<String>(String leader))) {
            return Optional.empty();
        }
        RaftStats stats = self.raft().get();
        if (stats.isBlank()) {
            return Optional.of(told(self, RaftState.blank(), leader));
        }
        return switch (api.raftConfiguration(stats)) {
            case ApiAnswer.Ok<RaftConfiguration> ok -> Optional.of(told(self, Raft.state(stats, ok.value()), leader));
            case ApiAnswer.Denied<RaftConfiguration> denied ->
                Optional.of(new Answer.Refused(name, clock.instant(), denied.rule()));
            case ApiAnswer.Unreachable<RaftConfiguration> _,
                    ApiAnswer.Foreign<RaftConfiguration> _,
                    ApiAnswer.Refused<RaftConfiguration> _ -> Optional.empty();
        };
    }

    private Answer told(AgentSelf self, RaftState raft, String leader) {
        return new Answer.Told(
                self.nodeName(),
                clock.instant(),
                self.nodeId(),
                Raft.address(self),
                self.server(),
                raft,
                leader.isEmpty() ? Optional.empty() : Optional.of(leader));
    }
}
