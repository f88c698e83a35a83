// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Tries again and again to reach a port's peer, on one thread for all ports of the process: looking up a path may wait
 * for a disk, which a worker must not.
 */
final class Dialer {
    private static final long FIRST_BACKOFF_MILLIS = 100;
    private static final long LONGEST_BACKOFF_MILLIS = 2_000;

    private static final ScheduledThreadPoolExecutor TIMER = newTimer();

    private final ReentrantLock attempting = new ReentrantLock();
    private final BooleanSupplier attempt;
    private final long watchMillis;
    private boolean scheduled;
    private boolean stopped;
    private long backoffMillis = FIRST_BACKOFF_MILLIS;

    /**
     * @param attempt whether the peer was reached; whoever serves it then calls {@link #succeeded}
     * @param watchMillis after how long to look again at a peer that was reached; 0 for not at all
     */
    Dialer(BooleanSupplier attempt, long watchMillis) {
        this.attempt = attempt;
        this.watchMillis = watchMillis;
    }

    private static ScheduledThreadPoolExecutor newTimer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1,
                task -> Thread.ofPlatform().name("weir-unix-dial").daemon(true).unstarted(task));
        timer.setKeepAliveTime(LONGEST_BACKOFF_MILLIS * 2, TimeUnit.MILLISECONDS);
        timer.allowCoreThreadTimeOut(true);
        return timer;
    }

    /** Begins to try, at once. Any thread; does not wait. */
    void begin() {
        schedule(0);
    }

    /** Begins to try after the next pause: the peer has just gone, or could not be served. Any thread. */
    void beginLater() {
        schedule(nextPause());
    }

    /** What was reached can be served: the next pause is the first one again. Any thread. */
    synchronized void succeeded() {
        backoffMillis = FIRST_BACKOFF_MILLIS;
    }

    private synchronized long nextPause() {
        long pause = backoffMillis;
        backoffMillis = Math.min(2 * pause, LONGEST_BACKOFF_MILLIS);
        return pause;
    }

    private synchronized void schedule(long delayMillis) {
        if (!scheduled && !stopped) {
            scheduled = true;
            var _ = TIMER.schedule(this::dial, delayMillis, TimeUnit.MILLISECONDS);
        }
    }

    private void dial() {
        boolean reached = false;
        attempting.lock();
        try {
            synchronized (this) {
                scheduled = false;
                if (stopped) {
                    return;
                }
            }
            reached = attempt.getAsBoolean();
        } finally {
            attempting.unlock();
            if (!reached) {
                beginLater();
            } else if (watchMillis > 0) {
                schedule(watchMillis);
            }
        }
    }

    /** No attempt begins after this. Does not wait. */
    synchronized void stop() {
        stopped = true;
    }

    /** As {@link #stop}, and none is going on when this returns: the attempt's descriptors may be closed. */
    void awaitEnd() {
        attempting.lock();
        try {
            stop();
        } finally {
            attempting.unlock();
        }
    }
}
