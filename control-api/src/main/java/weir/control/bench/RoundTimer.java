// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import weir.core.worker.WorkerHook;

/**
 * Times a worker's rounds, from one call of its hook to the next: commands of control threads, the hook's own work, and all
 * batches. A control thread opens and closes windows; the worker answers at its next round, so that a round that takes
 * long is in the window in which it began.
 *
 * <pre>
 *  control thread            worker
 *  IDLE    -> OPENING
 *                            OPENING -> OPEN     the window begins
 *  OPEN    -> CLOSING
 *                            CLOSING -> IDLE     the round that ends here is the last one
 * </pre>
 */
final class RoundTimer implements WorkerHook {
    private static final long LOOK_EVERY_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long LONGEST_STANDSTILL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private enum State {
        IDLE,
        OPENING,
        OPEN,
        CLOSING
    }

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final WorkerHook inner;
    private volatile State state = State.IDLE;

    // Of the worker; a control thread reads them when the window is closed.
    private long lastNanos = System.nanoTime();
    private long openedNanos;
    private long rounds;
    private long worstNanos;
    private long lastCpuNanos;
    private long worstCpuNanos;

    /** @param inner what the worker's hook does besides */
    RoundTimer(WorkerHook inner) {
        this.inner = inner;
    }

    /**
     * What was seen in a window.
     *
     * @param rounds that ended in it
     * @param nanos from its first round's beginning to its last one's end
     * @param worstNanos longest of them, by the clock
     * @param worstCpuNanos longest of them, by the worker's CPU time: without what others took from its CPU
     */
    record Window(long rounds, long nanos, long worstNanos, long worstCpuNanos) {}

    @Override
    public int run() {
        long now = System.nanoTime();
        long cpu = THREADS.getCurrentThreadCpuTime();
        State seen = state;
        if (seen == State.OPENING) {
            rounds = 0;
            worstNanos = 0;
            worstCpuNanos = 0;
            openedNanos = now;
            state = State.OPEN;
        } else if (seen != State.IDLE) {
            rounds++;
            worstNanos = Math.max(worstNanos, now - lastNanos);
            worstCpuNanos = Math.max(worstCpuNanos, cpu - lastCpuNanos);
            lastNanos = now; // before the state, which publishes it
            if (seen == State.CLOSING) {
                state = State.IDLE;
            }
        }
        lastNanos = now;
        lastCpuNanos = cpu;
        return inner.run();
    }

    /** Begins a window. */
    void open() {
        state = State.OPENING;
        await(State.OPEN);
    }

    /** Ends the window that is open. */
    Window close() {
        state = State.CLOSING;
        await(State.IDLE);
        return new Window(rounds, lastNanos - openedNanos, worstNanos, worstCpuNanos);
    }

    private void await(State expected) {
        long start = System.nanoTime();
        while (state != expected) {
            if (System.nanoTime() - start > LONGEST_STANDSTILL_NANOS) {
                throw new IllegalStateException("the worker made no round for "
                        + TimeUnit.NANOSECONDS.toSeconds(LONGEST_STANDSTILL_NANOS) + " s");
            }
            LockSupport.parkNanos(this, LOOK_EVERY_NANOS);
        }
    }
}
