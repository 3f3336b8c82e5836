package consul.launcher.aws;

import java.time.Duration;

/// Time and chance, given from outside so that tests neither wait nor guess.
public interface Pace {

    /// Nanoseconds on a clock that only moves forward; only differences mean something.
    long nanoTime();

    void sleep(Duration duration) throws InterruptedException;

    /// Evenly spread from 0 (included) to 1 (excluded).
    double chance();

    /// The real ones.
    static Pace real() {
        return new RealPace();
    }
}
