package consul.launcher.quorum;

import consul.launcher.aws.Ec2ApiAnswer;
import consul.launcher.aws.Ec2ApiFailure;
import consul.launcher.aws.Ec2Instance;
import consul.launcher.config.AgentSettings.Tag;
import consul.launcher.config.Log;
import consul.launcher.consul.ApiAnswer;
import consul.launcher.consul.LocalAgent;
import consul.launcher.consul.Pulse;
import consul.launcher.process.AgentControl;
import consul.launcher.recovery.Member;
import consul.launcher.recovery.Mode;
import consul.launcher.recovery.RaftServer;
import consul.launcher.recovery.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/// A server `a` with two others, `b` and `c`: their agents, EC2, the data directory, and a process that the watch may
/// stop. Real files, real HTTP, no time but the test's own.
final class Watched implements AutoCloseable {

    static final Tag TAG = new Tag("Role", "consul");

    final FakeAgent own = new FakeAgent("a", 1);
    final FakeAgent second = new FakeAgent("b", 2);
    final FakeAgent third = new FakeAgent("c", 3);
    final LocalAgent agent = own.open();
    final Ec2 ec2 = new Ec2();
    final Consul process = new Consul();
    final Place place;

    /// The watch dies when it says this.
    volatile String deadly = "";

    private final ByteArrayOutputStream said = new ByteArrayOutputStream() {
        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            if (!deadly.isEmpty() && toString(StandardCharsets.UTF_8).contains(deadly)) {
                deadly = "";
                throw new OutOfMemoryError("no more");
            }
        }
    };
    final Log log = new Log(new PrintStream(said, true, StandardCharsets.UTF_8), () -> Instant.EPOCH);
    Instant now = Instant.parse("2026-11-22T12:00:00Z");
    Mode mode = Mode.AUTO;

    Watched(Path data) throws IOException {
        place = new Place(data);
        Files.createDirectories(data.resolve("raft/snapshots"));
        Files.writeString(data.resolve("raft/raft.db"), "log");
        Files.writeString(data.resolve("raft/peers.info"), "info");
        List<RaftServer> servers = List.of(own.asVoter(), second.asVoter(), third.asVoter());
        List<Member> members =
                List.of(own.as(Member.Status.ALIVE), second.as(Member.Status.ALIVE), third.as(Member.Status.ALIVE));
        for (FakeAgent one : List.of(own, second, third)) {
            one.configuration = servers;
            one.members = members;
            one.leader = second.raftAddress();
            ec2.states.put(one.name, Ec2Instance.State.RUNNING);
        }
        second.state = "Leader";
        second.contact = "0";
    }

    Settings settings() {
        return new Settings(mode, Settings.LEAST_CONFIRMATION, Settings.DEFAULT_MAX_LOSS, Optional.of("Role=consul"));
    }

    Optional<LocalAgent> open(String host) {
        for (FakeAgent one : List.of(own, second, third)) {
            if (one.ip.equals(host)) {
                return Optional.of(one.open());
            }
        }
        return Optional.empty();
    }

    Observer observer() {
        return new Observer(settings(), own.name, place, agent, this::cloud, this::open, () -> now, log);
    }

    private Cloud cloud() {
        return new Cloud(ec2, Optional.of(TAG), () -> now);
    }

    /// A new launcher on the same disk.
    QuorumWatch watch() throws IOException {
        QuorumWatch watch = unopened();
        watch.open();
        return watch;
    }

    /// One that reads what was kept at its first look.
    QuorumWatch unopened() {
        return new QuorumWatch(
                new QuorumWatch.Parts(settings(), own.name, place, agent, this::cloud, this::open, process),
                () -> now,
                log);
    }

    /// What the regular look at the agent shows: no more than whether there is a leader.
    static Pulse pulse(boolean leader) {
        return new Pulse(new ApiAnswer.Ok<>(leader ? "10.0.0.1:8300" : ""), Optional.empty(), System.nanoTime());
    }

    String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    /// Looks every two seconds while there is a leader, until the log is known to be complete.
    void calm(QuorumWatch watch) {
        for (int i = 0; i < 12; i++) {
            watch.look(pulse(true));
            pass(Duration.ofSeconds(2));
        }
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    /// The other two are gone for good, and EC2 says so.
    void lose() {
        for (FakeAgent one : List.of(second, third)) {
            one.down = true;
            ec2.states.put(one.name, Ec2Instance.State.TERMINATED);
        }
        own.leader = "";
        own.contact = "3s";
        own.members =
                List.of(own.as(Member.Status.ALIVE), second.as(Member.Status.FAILED), third.as(Member.Status.FAILED));
    }

    /// Looks every second without a leader until something is true, two minutes at most.
    ///
    /// @return whether it came true
    boolean lookUntil(QuorumWatch watch, BooleanSupplier condition) {
        for (int i = 0; i < 120 && !condition.getAsBoolean(); i++) {
            watch.look(pulse(!own.leader.isEmpty()));
            pass(Duration.ofSeconds(1));
        }
        return condition.getAsBoolean();
    }

    /// Two minutes without a leader.
    void leaderless(QuorumWatch watch) {
        lookUntil(watch, () -> false);
    }

    String audit() {
        return read(place.audit());
    }

    static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        agent.close();
        own.close();
        second.close();
        third.close();
    }

    /// Does with peers.json what Consul does: takes it in at its start, and leads by it.
    final class Consul implements AgentControl {

        final List<String> did = new ArrayList<>();
        boolean runs = true;

        /// What happens while it is stopped.
        Runnable onStop = () -> {};

        /// Why it can't be started, once.
        String broken = "";

        /// Whether it elects a leader with what it took in.
        boolean elects = true;

        @Override
        public void stop() {
            did.add("stop");
            runs = false;
            own.down = true;
            onStop.run();
        }

        @Override
        public boolean start() throws IOException {
            if (!broken.isEmpty()) {
                String why = broken;
                broken = "";
                throw new IOException(why);
            }
            if (runs) {
                return false;
            }
            did.add("start");
            runs = true;
            own.down = false;
            if (Files.exists(place.peersJson())) {
                did.add("took in " + Files.readString(place.peersJson()));
                Files.delete(place.peersJson());
                if (elects) {
                    own.leader = own.raftAddress();
                    own.state = "Leader";
                    own.configuration = List.of(own.asVoter());
                }
            }
            return true;
        }
    }

    /// DescribeInstances.
    static final class Ec2 implements Cloud.Api {

        final Map<String, Ec2Instance.State> states = new TreeMap<>();
        Optional<Ec2ApiFailure> failure = Optional.empty();
        int asked;
        Runnable onAsked = () -> {};
        List<String> askedIds = List.of();
        Duration given = Duration.ZERO;

        @Override
        public Ec2ApiAnswer byIds(Collection<String> ids, Duration within) {
            askedIds = List.copyOf(ids);
            onAsked.run();
            return answer();
        }

        @Override
        public Ec2ApiAnswer byTag(String key, String value, Duration within) {
            asked++;
            given = within;
            return answer();
        }

        private Ec2ApiAnswer answer() {
            if (failure.isPresent()) {
                return failure.get();
            }
            List<Ec2Instance> all = new ArrayList<>();
            states.forEach((id, state) -> all.add(new Ec2Instance(
                    id,
                    state,
                    state == Ec2Instance.State.TERMINATED
                            ? Optional.empty()
                            : Optional.of("10.0.0." + (id.charAt(id.length() - 1) - 'a' + 1)),
                    Optional.empty(),
                    Map.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())));
            return new Ec2ApiAnswer.Instances(all);
        }
    }
}
