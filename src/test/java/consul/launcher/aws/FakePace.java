package consul.launcher.aws;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A clock that only moves when somebody sleeps or a test says so, and chance without chance.
final class FakePace implements Pace {

    final List<Duration> slept = new ArrayList<>();
    double chance;
    boolean interrupts;
    private long now = Long.MAX_VALUE - 1_000_000_000L;

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        if (interrupts) {
            throw new InterruptedException();
        }
        slept.add(duration);
        pass(duration);
    }

    @Override
    public double chance() {
        return chance;
    }

    void pass(Duration duration) {
        now += duration.toNanos();
    }
}
