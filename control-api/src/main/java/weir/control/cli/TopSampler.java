// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import weir.control.client.DaemonClient;

/**
 * Asks the daemon again and again, on a thread of its own, so that keys work while one does not answer. One other thread
 * reads.
 */
final class TopSampler implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final double NANOS = 1e9;

    private final DaemonClient client;
    private final Thread thread =
            Thread.ofPlatform().name("weir-top").daemon(true).unstarted(this::run);
    private final Semaphore wishes = new Semaphore(0);
    private volatile @Nullable String shown;
    private volatile double interval;
    private final AtomicReference<@Nullable Look> last = new AtomicReference<>();

    /**
     * What came of asking.
     *
     * @param sample null when there was no answer
     * @param trouble what went wrong; empty when nothing did
     */
    record Look(@Nullable TopSample sample, String trouble) {}

    TopSampler(DaemonClient client, @Nullable String shown, double interval) {
        this.client = client.withPatience(PATIENCE);
        this.shown = shown;
        this.interval = interval;
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (pause()) {
            try {
                last.set(new Look(TopSample.ask(client, shown), ""));
            } catch (RuntimeException e) { // DaemonException, or an answer of another version
                last.set(new Look(null, String.valueOf(e.getMessage())));
            }
        }
    }

    /** Waits for the next look, or for a wish. False when it is over. */
    private boolean pause() {
        try {
            if (wishes.tryAcquire((long) (interval * NANOS), TimeUnit.NANOSECONDS)) {
                wishes.drainPermits();
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** The newest; null when there was none since the last call. */
    @Nullable
    Look next() {
        return last.getAndSet(null);
    }

    /** Asks at once for what is wished for, and then at that interval in seconds. */
    void wish(@Nullable String changedSwitch, double changedInterval) {
        shown = changedSwitch;
        interval = changedInterval;
        wishes.release();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
