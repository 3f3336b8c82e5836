package consul.launcher.drill;

import consul.launcher.testkit.LocalAgent;
import consul.launcher.testkit.Running;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is played. Each ends well or throws [Stage.Failed].
enum Scenario {
    MINORITY("3 servers, 1 terminated and replaced: the quorum lives, nothing is done") {
        @Override
        void play(Stage stage, Report report) {
            stage.form(3);
            stage.terminate(stage.servers().get(2));
            stage.replace();
            stage.awaitVoters(stage.servers().getFirst(), 3, LONG);
            untouched(stage, report);
        }
    },
    MAJORITY("3 servers, 2 terminated and replaced: recovered by the survivor") {
        @Override
        void play(Stage stage, Report report) {
            stage.form(3);
            loseMajority(stage, report, stage.servers().get(1), stage.servers().get(2));
            once(stage);
        }
    },
    LEADER_SURVIVES("3 servers, the leader is the one that is left: recovered by it") {
        @Override
        void play(Stage stage, Report report) {
            stage.form(3);
            String leader = stage.servers().getFirst().leader().orElse("");
            List<LocalAgent> followers = stage.servers().stream()
                    .filter(agent -> !leader.startsWith(agent.spec().address() + ":"))
                    .toList();
            loseMajority(stage, report, followers.get(0), followers.get(1));
            once(stage);
        }
    },
    LATE("3 servers, 2 terminated, EC2 says so late: more may be lost than is allowed, so a person decides") {
        @Override
        void play(Stage stage, Report report) {
            stage.form(3);
            LocalAgent survivor = stage.servers().get(0);
            LocalAgent second = stage.servers().get(1);
            LocalAgent third = stage.servers().get(2);
            stage.shutDown(second);
            stage.shutDown(third);
            Instant lost = Instant.now();
            stage.awaitLog(survivor, "stopped or on its way down and may come back", LONG);
            stage.until("40 s of doubt", LONG, () -> Instant.now().isAfter(lost.plusSeconds(40)));
            List.of(second, third)
                    .forEach(agent -> stage.cluster()
                            .ec2()
                            .command("terminate", "id=" + agent.spec().id()));
            stage.note("EC2 says terminated");
            stage.awaitLog(survivor, "more acknowledged writes may be lost than is allowed", LONG);
            nothing(stage);
            report.put("decision", "blocked: loss too large");
        }
    },
    RESTARTED("3 servers, 2 terminated, and the task of the third is restarted meanwhile: recovered nevertheless") {
        @Override
        void play(Stage stage, Report report) {
            stage.form(3);
            LocalAgent second = stage.servers().get(1);
            LocalAgent third = stage.servers().get(2);
            LocalAgent survivor = survivor(stage, second, third);
            Instant lost = lose(stage, survivor, second, third);
            LocalAgent again = stage.restartTask(survivor);
            recovered(stage, report, again, lost);
            once(stage);
        }
    },
    KILLED("3 servers, 2 terminated, and the launcher of the third is killed in the midst of the recovery") {
        @Override
        void play(Stage stage, Report report) {
            stage.form(3);
            LocalAgent second = stage.servers().get(1);
            LocalAgent third = stage.servers().get(2);
            LocalAgent survivor = survivor(stage, second, third);
            final Instant lost = lose(stage, survivor, second, third);
            stage.until("the application begins", LONG, () -> Files.exists(stage.launcherFile(survivor, "journal")));
            LocalAgent again = stage.restartKilled(survivor);
            recovered(stage, report, again, lost);
            stage.until("the journal is settled", LONG, () -> !Files.exists(stage.launcherFile(again, "journal")));
            report.put("plans begun", Long.toString(stage.applied()));
        }
    },
    STOPPED("3 servers, 2 stopped: they may come back, so nothing is done, and they do") {
        @Override
        void play(Stage stage, Report report) {
            stage.form(3);
            LocalAgent survivor = stage.servers().get(0);
            LocalAgent second = stage.servers().get(1);
            LocalAgent third = stage.servers().get(2);
            stage.stopInstance(second);
            stage.stopInstance(third);
            stage.awaitLog(survivor, "stopped or on its way down and may come back", LONG);
            stage.startInstance(second);
            stage.startInstance(third);
            stage.awaitLeader(survivor, LONG);
            untouched(stage, report);
        }
    },
    PARTITION("3 servers, 2 cut off, EC2 says running: nothing is done, and they come back") {
        @Override
        void play(Stage stage, Report report) {
            stage.form(3);
            LocalAgent survivor = stage.servers().get(0);
            List<LocalAgent> others = stage.servers().subList(1, 3);
            others.forEach(agent -> stage.freeze(agent, true));
            stage.awaitLog(survivor, "a voter's instance is running: this looks like a partition", LONG);
            others.forEach(agent -> stage.freeze(agent, false));
            stage.awaitLeader(survivor, LONG);
            untouched(stage, report);
        }
    },
    API_DOWN("3 servers, 2 terminated while the EC2 API is denied, then down: nothing is done until it answers") {
        @Override
        void play(Stage stage, Report report) {
            stage.form(3);
            LocalAgent survivor = stage.servers().get(0);
            stage.cluster().ec2().command("fault", "api=ec2,code=UnauthorizedOperation,times=-1");
            stage.note("the EC2 API denies");
            LocalAgent second = stage.servers().get(1);
            LocalAgent third = stage.servers().get(2);
            stage.terminate(second);
            stage.terminate(third);
            stage.awaitLog(survivor, "EC2 refused to say who lives", LONG);
            stage.cluster().ec2().command("clear", "");
            stage.cluster().ec2().command("fault", "api=ec2,status=503,times=-1");
            stage.note("the EC2 API is down");
            stage.awaitLog(survivor, "the EC2 API can't be reached", LONG);
            stage.check(stage.applied() == 0, "a plan was applied without a proof");
            stage.cluster().ec2().command("clear", "");
            stage.note("the EC2 API answers");
            stage.replace();
            stage.replace();
            // It could not be seen when they died, so the loss may be larger than what is allowed without asking.
            stage.until(
                    "recovery, or a refusal because of the loss",
                    LONG,
                    () -> stage.applied() == 1 || survivor.log().contains("more acknowledged writes may be lost"));
            report.put("decision", stage.applied() == 1 ? "recovered" : "blocked: loss too large");
        }
    },
    ALL_REPLACED("3 servers, all terminated and replaced: nobody holds the data, and nothing is done") {
        @Override
        void play(Stage stage, Report report) {
            stage.form(3);
            List.copyOf(stage.servers()).forEach(stage::terminate);
            LocalAgent first = stage.replace();
            stage.replace();
            stage.awaitLog(first, "nobody holds raft state", LONG);
            nothing(stage);
            report.put("decision", "blocked: no survivor");
        }
    },
    ONE_BY_ONE("3 servers, each terminated and replaced in turn, as by an instance refresh: nothing is done") {
        @Override
        void play(Stage stage, Report report) {
            stage.form(3);
            for (int i = 0; i < 3; i++) {
                stage.terminate(stage.servers().getFirst());
                stage.replace();
                stage.awaitVoters(stage.servers().getFirst(), 3, LONG);
            }
            untouched(stage, report);
        }
    },
    FIVE("5 servers, 3 terminated: the same plan on both survivors, applied by hand") {
        @Override
        void play(Stage stage, Report report) {
            stage.form(5);
            LocalAgent one = stage.servers().get(0);
            LocalAgent other = stage.servers().get(1);
            List<LocalAgent> gone = List.copyOf(stage.servers().subList(2, 5));
            gone.forEach(stage::terminate);
            Instant lost = Instant.now();
            stage.awaitLog(one, "By hand: consul-launcher recovery apply ", LONG);
            stage.awaitLog(other, "By hand: consul-launcher recovery apply ", LONG);
            String plan = hash(one);
            stage.check(plan.equals(hash(other)), "the plans differ: " + plan + " and " + hash(other));
            stage.check(stage.applied() == 0, "a plan was applied that is a person's to apply");
            LocalAgent voter = one.log()
                            .contains(plan + ": 3 of 5 voters are dead for good; "
                                    + one.spec().id() + " becomes the only voter")
                    ? one
                    : other;
            order(stage, voter, plan);
            // The voter's log overwrites the other's configuration once it reaches it, and then there is nothing to do.
            LocalAgent follower = other(voter, one, other);
            if (!stage.comesTrue(Duration.ofSeconds(30), () -> follower.leader().isPresent())) {
                order(stage, follower, plan);
            }
            stage.awaitLeader(one, LONG);
            stage.awaitLeader(other, LONG);
            report.seconds("leader after the loss", lost, Instant.now());
            stage.replace();
            stage.awaitVoters(voter, 3, LONG);
            report.put("writes lost", Integer.toString(stage.lost(voter)));
        }

        private LocalAgent other(LocalAgent not, LocalAgent one, LocalAgent two) {
            return not == one ? two : one;
        }

        private String hash(LocalAgent agent) {
            String log = agent.log();
            int at = log.lastIndexOf("recovery apply ") + "recovery apply ".length();
            return log.substring(at, at + 12);
        }

        private void order(Stage stage, LocalAgent agent, String plan) {
            Running.Finished said = stage.cluster().ask(agent, "recovery", "apply", plan, "--yes");
            stage.note("recovery apply on " + agent + ": exit code " + said.exitCode());
            stage.check(said.exitCode() == 0, said.toString());
        }
    },
    CLIENTS("a client whose every server was replaced finds the new ones") {
        @Override
        void play(Stage stage, Report report) {
            stage.form(3);
            LocalAgent client = stage.client();
            stage.awaitLeader(client, LONG);
            List.copyOf(stage.servers()).forEach(stage::terminate);
            stage.awaitNoLeader(client);
            Instant lost = Instant.now();
            for (int i = 0; i < 3; i++) {
                stage.replace();
            }
            stage.awaitLeader(stage.servers().getFirst(), LONG);
            if (!stage.settings().recovery()) {
                stage.staysWithoutLeader(client, WITHOUT);
                report.put("without", "no server for " + WITHOUT.toSeconds() + " s, as long as was watched");
                return;
            }
            stage.awaitLeader(client, LONG);
            report.seconds("client has servers after the loss", lost, Instant.now());
        }
    };

    static final Duration LONG = Duration.ofMinutes(4);

    /// How long it is watched that nothing happens.
    static final Duration WITHOUT = Duration.ofSeconds(90);

    private final String what;

    Scenario(String what) {
        this.what = what;
    }

    String what() {
        return what;
    }

    String label() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    static Optional<Scenario> of(String label) {
        for (Scenario scenario : values()) {
            if (scenario.label().equals(label)) {
                return Optional.of(scenario);
            }
        }
        return Optional.empty();
    }

    abstract void play(Stage stage, Report report);

    /// Whether it shows something with the launchers' recovery switched off.
    boolean isTellingWithout() {
        return this == MAJORITY || this == LEADER_SURVIVES || this == CLIENTS;
    }

    /// The figures of a scenario, in order.
    static final class Report {
        private final Map<String, String> figures = new LinkedHashMap<>();

        void put(String name, String value) {
            figures.put(name, value);
        }

        private final Map<String, Duration> measured = new LinkedHashMap<>();
        private final List<String> missed = new ArrayList<>();

        void seconds(String name, Instant from, Instant to) {
            measured.put(name, Duration.between(from, to));
            put(name, String.format("%.1f s", Duration.between(from, to).toMillis() / 1000.0));
        }

        Duration measured(String name) {
            return measured.getOrDefault(name, Duration.ZERO);
        }

        /// A figure to reach.
        void aim(boolean counts, Duration figure, Duration most, String what) {
            if (counts && figure.compareTo(most) > 0) {
                missed.add(what + ": " + figure.toSeconds() + " s instead of " + most.toSeconds());
            }
        }

        /// The figures that weren't reached.
        List<String> missed() {
            return missed;
        }

        Map<String, String> figures() {
            return figures;
        }
    }

    private static void nothing(Stage stage) {
        stage.check(stage.applied() == 0, "a plan was applied, although nothing was to be done");
    }

    private static void once(Stage stage) {
        long wanted = stage.settings().recovery() ? 1 : 0;
        stage.check(stage.applied() == wanted, stage.applied() + " plans were applied");
    }

    private static void untouched(Stage stage, Report report) {
        int lost = stage.lost(stage.servers().getFirst());
        report.put("writes lost", Integer.toString(lost));
        stage.check(lost == 0, lost + " writes are lost");
        nothing(stage);
        report.put("decision", "nothing was done");
    }

    private static void loseMajority(Stage stage, Report report, LocalAgent second, LocalAgent third) {
        LocalAgent survivor = survivor(stage, second, third);
        final Instant lost = lose(stage, survivor, second, third);
        if (!stage.settings().recovery()) {
            stage.staysWithoutLeader(survivor, WITHOUT);
            report.put("without recovery", "no leader for " + WITHOUT.toSeconds() + " s, as long as was watched");
            return;
        }
        recovered(stage, report, survivor, lost);
        Duration afterLoss = report.measured("leader after the loss");
        Duration afterProof = report.measured("leader after the proof");
        Duration voters = report.measured("three voters after the proof");
        report.aim(
                stage.settings().defaults(), afterLoss, Duration.ofMinutes(3), "a leader after the second termination");
        report.aim(!stage.settings().defaults(), afterProof, Duration.ofSeconds(15), "a leader after the proof");
        report.aim(!stage.settings().defaults(), voters, Duration.ofSeconds(45), "three voters after the proof");
    }

    private static LocalAgent survivor(Stage stage, LocalAgent second, LocalAgent third) {
        return stage.servers().stream()
                .filter(agent -> agent != second && agent != third)
                .findFirst()
                .orElseThrow();
    }

    /// Two instances are terminated, and replaced as soon as there is no leader. No instance starts as fast as a
    /// leader that is left notices that nobody follows it, which takes it half a second; one that did would get
    /// its log, and then there are two holders of raft state, which is a person's case.
    ///
    /// @return when the second was terminated
    private static Instant lose(Stage stage, LocalAgent survivor, LocalAgent second, LocalAgent third) {
        stage.terminate(second);
        stage.terminate(third);
        Instant lost = Instant.now();
        stage.awaitNoLeader(survivor);
        stage.replace();
        stage.replace();
        return lost;
    }

    private static void recovered(Stage stage, Report report, LocalAgent survivor, Instant lost) {
        stage.awaitLeader(survivor, LONG);
        final Instant leader = Instant.now();
        report.seconds("leader after the loss", lost, leader);
        stage.awaitVoters(survivor, 3, LONG);
        final Instant voters = Instant.now();
        Instant proven = stage.proven(survivor).orElse(lost);
        report.seconds("proof complete after the loss", lost, proven);
        report.seconds("leader after the proof", proven, leader);
        report.seconds("three voters after the proof", proven, voters);
        int gone = stage.lost(survivor);
        report.put("writes acknowledged", Integer.toString(stage.writes().acknowledged()));
        report.put("writes lost", Integer.toString(gone));
        stage.until(
                "the recovery to be verified",
                LONG,
                () -> Stage.read(stage.launcherFile(survivor, "audit.log")).contains("verified"));
    }
}
