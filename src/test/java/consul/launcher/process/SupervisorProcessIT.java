package consul.launcher.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.config.Log;
import consul.launcher.process.Companion.Way;
import consul.launcher.testkit.Eventually;
import consul.launcher.testkit.Recorder;
import consul.launcher.testkit.Recorder.Call;
import consul.launcher.testkit.Running;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sun.misc.Signal;

/// What a companion's decisions and failures come to for the child, and what happens at the same time. The child notes
/// its signals; the launcher is this test, to which it sends them.
///
/// Neither HUP nor INT is used: a test in the background, or under nohup, ignores them, and so does a launcher there.
///
/// A USR2 gives the child a QUIT whatever else is going on, so two of them, one after the other, show that all that was
/// sent before was dealt with.
final class SupervisorProcessIT {

    /// Nothing here waits for it, unless the test says so.
    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir
    private Path home;

    private Recorder programs;
    private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
    private final CompletableFuture<AgentControl> control = new CompletableFuture<>();
    private final CompletableFuture<Runnable> instanceEnds = new CompletableFuture<>();
    private final AtomicInteger decisions = new AtomicInteger();
    private volatile Runnable whenStopped = () -> {};
    private volatile Consumer<Consumer<Way>> decide = decided -> decided.accept(Way.SIGNAL);

    @BeforeEach
    void prepare() {
        programs = Recorder.in(home);
        programs.install("consul");
        programs.waitsForSignals("consul");
    }

    private CompletableFuture<Integer> supervise(Duration stopTimeout) {
        Supervisor supervisor = new Supervisor(
                new Log(new PrintStream(logged, true, StandardCharsets.UTF_8), InstantSource.system()),
                new Supervisor.Manner(stopTimeout, true, true),
                new Companion() {
                    @Override
                    public void controls(AgentControl given) {
                        control.complete(given);
                    }

                    @Override
                    public void started(Runnable whenInstanceEnds) {
                        instanceEnds.complete(whenInstanceEnds);
                    }

                    @Override
                    public void decide(Consumer<Way> decided) {
                        decisions.incrementAndGet();
                        decide.accept(decided);
                    }

                    @Override
                    public void stopped() {
                        whenStopped.run();
                    }
                });
        String consul = programs.bin().resolve("consul").toString();
        return CompletableFuture.supplyAsync(
                () -> supervisor.run(List.of("env", "--default-signal", consul), Map.of(), List.of()),
                work -> Thread.ofPlatform().daemon().start(work));
    }

    /// The child that was started as the nth, once it is ready for signals.
    private Call child(int nth) {
        return Eventually.value(
                "child " + nth,
                Running.PATIENCE,
                () -> Optional.of(programs.calls("consul"))
                        .filter(calls -> calls.size() == nth)
                        .map(List::getLast)
                        .filter(call -> Files.exists(call.record().resolve("ready"))));
    }

    /// As the JVM does with a signal that is handled.
    private static void raise(String signal) {
        Signal.raise(new Signal(signal));
    }

    private void assertGetsExactly(List<String> signals, Call child) {
        int count = signals.size();
        child.awaitSignals(count);
        raise("USR2");
        child.awaitSignals(count + 1);
        raise("USR2");
        List<String> all = child.awaitSignals(count + 2);
        assertEquals(signals, all.subList(0, count));
        assertEquals(List.of("QUIT", "QUIT"), all.subList(count, all.size()));
    }

    private static int code(CompletableFuture<Integer> end) throws Exception {
        return end.get(Running.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private String log() {
        return logged.toString(StandardCharsets.UTF_8);
    }

    private void awaitDecision(int nth) {
        Eventually.until("decision " + nth, Running.PATIENCE, () -> decisions.get() == nth);
    }

    /// A thrown error, which a lambda can't throw without saying so.
    private static void fail(String kind) {
        switch (kind) {
            case "memory" -> throw new OutOfMemoryError("as if");
            case "stack" -> throw new StackOverflowError("as if");
            default -> throw new IllegalStateException("as if");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "stack", "bug"})
    void tellsTheChildOfItsStopThoughTheCompanionFails(String kind) throws Exception {
        decide = _ -> fail(kind);
        CompletableFuture<Integer> end = supervise(LONG);
        Call child = child(1);

        raise("TERM");

        assertGetsExactly(List.of("TERM"), child);
        child.end(7);
        assertEquals(7, code(end));
        assertTrue(log().contains("a bug in deciding whether to leave, please report it: "), log());
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "stack", "bug"})
    void endsAsTheChildDidThoughTheCompanionFailsThen(String kind) throws Exception {
        whenStopped = () -> fail(kind);
        CompletableFuture<Integer> end = supervise(LONG);

        child(1).end(7);

        assertEquals(7, code(end));
        assertTrue(log().contains("a bug in what stands beside Consul, please report it: "), log());
    }

    @Test
    void tellsTheChildOfItsStopOnceThoughTheCompanionSaysItTwiceAndFails() throws Exception {
        decide = decided -> {
            decided.accept(Way.SIGNAL);
            decided.accept(Way.SIGNAL);
            fail("memory");
        };
        CompletableFuture<Integer> end = supervise(LONG);
        Call child = child(1);

        raise("TERM");

        assertGetsExactly(List.of("TERM"), child);
        child.end(0);
        assertEquals(0, code(end));
    }

    @Test
    void tellsTheChildOfItsStopIfItCouldNotBeToldToLeave() throws Exception {
        decide = decided -> {
            decided.accept(Way.LEAVE);
            decided.accept(Way.SIGNAL);
        };
        CompletableFuture<Integer> end = supervise(LONG);
        Call child = child(1);

        raise("TERM");

        assertGetsExactly(List.of("TERM"), child);
        child.end(1);
        assertEquals(1, code(end));
    }

    @Test
    void sendsNothingToAChildThatLeaves() throws Exception {
        decide = decided -> decided.accept(Way.LEAVE);
        CompletableFuture<Integer> end = supervise(LONG);
        Call child = child(1);

        raise("TERM");
        awaitDecision(1);
        raise("USR1");
        raise("TERM");

        assertGetsExactly(List.of(), child);
        child.end(0);
        assertEquals(0, code(end));
    }

    @Test
    void killsAChildThatDoesNotEndByItsLeave() throws Exception {
        decide = decided -> decided.accept(Way.LEAVE);
        CompletableFuture<Integer> end = supervise(Duration.ofSeconds(1));
        Call child = child(1);

        raise("TERM");

        assertEquals(137, code(end));
        assertEquals(List.of(), child.signals());
        assertTrue(log().contains("Consul didn't end within 1 s of the stop (CONSUL_STOP_TIMEOUT): killed"), log());
    }

    /// Whoever ends the instance may never stop the launcher, so the time is limited from the leave on.
    @Test
    void killsAChildThatDoesNotEndByItsLeaveAtANoticeAndThenWaitsForItsStop() throws Exception {
        decide = decided -> decided.accept(Way.LEAVE);
        CompletableFuture<Integer> end = supervise(Duration.ofSeconds(1));
        Call child = child(1);

        instanceEnds.join().run();
        Eventually.until("the launcher to wait", Running.PATIENCE, () -> log().contains("waiting for the end"));
        raise("TERM");

        assertEquals(137, code(end));
        assertEquals(List.of(), child.signals());
    }

    @Test
    void goesOnAtANoticeAtWhichItCannotLeaveAndDecidesAnewAtTheStop() throws Exception {
        CompletableFuture<Integer> end = supervise(LONG);
        Call child = child(1);

        instanceEnds.join().run();
        awaitDecision(1);
        raise("USR1");
        assertGetsExactly(List.of("USR1"), child);
        raise("TERM");
        child.awaitSignals(4);

        assertEquals(2, decisions.get());
        assertEquals("TERM", child.signals().getLast());
        child.end(1);
        assertEquals(1, code(end));
    }

    /// Whoever wanted the child stopped for a moment, and is tired of waiting for that.
    private Thread asks(CompletableFuture<IOException> answer) {
        Thread asking = Thread.ofPlatform().daemon().start(() -> {
            try {
                control.join().stop();
                throw new AssertionError("was stopped");
            } catch (IOException e) {
                answer.complete(e);
            }
        });
        Eventually.until("the question", Running.PATIENCE, () -> asking.getState() == Thread.State.TIMED_WAITING);
        return asking;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(Running.PATIENCE.toSeconds(), TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void stopsNoChildForWhoHasGivenUpWaiting() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        decide = decided -> {
            decided.accept(Way.SIGNAL);
            await(busy);
        };
        CompletableFuture<Integer> end = supervise(LONG);
        Call child = child(1);
        instanceEnds.join().run();
        awaitDecision(1);
        CompletableFuture<IOException> answer = new CompletableFuture<>();

        asks(answer).interrupt();
        assertEquals("interrupted", answer.get(60, TimeUnit.SECONDS).getMessage());
        busy.countDown();

        assertGetsExactly(List.of(), child);
        assertEquals(1, programs.calls("consul").size());
        child.end(4);
        assertEquals(4, code(end));
    }

    /// Nobody would ever let it be started again.
    @Test
    void startsAChildAgainThatWasStoppedForWhoHasGivenUpWaitingMeanwhile() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        decide = decided -> {
            decided.accept(Way.SIGNAL);
            await(decisions.get() == 1 ? first : second);
        };
        CompletableFuture<Integer> end = supervise(LONG);
        Call child = child(1);
        instanceEnds.join().run();
        awaitDecision(1);
        CompletableFuture<IOException> answer = new CompletableFuture<>();
        Thread asking = asks(answer);
        // Comes when the child was killed and before its end is noticed.
        instanceEnds.join().run();
        first.countDown();
        awaitDecision(2);
        Eventually.until("the child to be killed", Running.PATIENCE, () -> !isAlive(child));
        asking.interrupt();
        answer.get(60, TimeUnit.SECONDS);
        second.countDown();

        Call again = child(2);
        raise("TERM");
        assertGetsExactly(List.of("TERM"), again);
        again.end(5);
        assertEquals(5, code(end));
    }

    private static boolean isAlive(Call call) {
        return ProcessHandle.of(call.pid()).map(ProcessHandle::isAlive).orElse(false);
    }

    @Test
    void stopsNothingTwiceAtOnce() throws Exception {
        CompletableFuture<Integer> end = supervise(LONG);
        child(1);
        AgentControl given = control.join();
        given.stop();

        // It is stopped, which is what was asked for.
        given.stop();
        assertTrue(given.start());
        Call again = child(2);
        raise("TERM");
        again.awaitSignals(1);
        assertThrows(IOException.class, given::stop);
        again.end(6);
        assertEquals(6, code(end));
    }

    /// A decision that comes while nothing runs is nobody's, and the next child's stop is decided anew.
    @Test
    void tellsTheNextChildOfItsStopThoughADecisionCameWhileNothingRan() throws Exception {
        CompletableFuture<Consumer<Way>> open = new CompletableFuture<>();
        CountDownLatch busy = new CountDownLatch(1);
        decide = decided -> {
            if (decisions.get() == 1) {
                decided.accept(Way.SIGNAL);
                await(busy);
            } else if (decisions.get() == 2) {
                open.complete(decided);
            } else {
                decided.accept(Way.SIGNAL);
            }
        };
        CompletableFuture<Integer> end = supervise(LONG);
        child(1);
        instanceEnds.join().run();
        awaitDecision(1);
        CompletableFuture<Boolean> stopped = new CompletableFuture<>();
        Thread asking = Thread.ofPlatform().daemon().start(() -> {
            try {
                control.join().stop();
                stopped.complete(true);
                // A decision that is older than the next child.
                open.join().accept(Way.SIGNAL);
                control.join().start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        Eventually.until("the question", Running.PATIENCE, () -> asking.getState() == Thread.State.TIMED_WAITING);
        instanceEnds.join().run();
        busy.countDown();
        assertTrue(stopped.get(60, TimeUnit.SECONDS));

        Call again = child(2);
        raise("TERM");
        assertGetsExactly(List.of("TERM"), again);
        again.end(5);
        assertEquals(5, code(end));
    }
}
