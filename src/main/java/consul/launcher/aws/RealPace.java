package consul.launcher.aws;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// The machine's clock and chance.
final class RealPace implements Pace {

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        Thread.sleep(duration);
    }

    @Override
    public double chance() {
        return ThreadLocalRandom.current().nextDouble();
    }
}
