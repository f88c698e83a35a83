// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameStore;
import weir.core.port.Port;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.core.worker.Doorbell;

/**
 * A port that frames come from when they are due, made in their slots by the worker itself. It is no cable: nothing can
 * be sent to it.
 *
 * <p>Without {@code busy} the worker sleeps while nothing is due, and a thread of the port rings its bell, at most so
 * often: at a higher rate frames come some at a time.
 */
final class GeneratorPort implements Port {
    static final String SPEC = "gen:frames";

    /** After the target had no room: time for its reader, but not enough for a gap. */
    private static final long BACKOFF_NANOS = 20_000;

    private static final long SHORTEST_SLEEP_NANOS = 500_000;
    private static final long LONGEST_SLEEP_NANOS = 50_000_000;

    /** From this rate on the worker has no time to sleep. */
    private static final double BUSY_FROM_PPS = 1_000_000;

    private static final int MTU_BYTES = 65_521;

    private final FrameSource source;
    private final Pace pace;
    private final GenLimits limits;
    private final TargetPort target;
    private final boolean busy;
    private final Queue queue = new Queue();
    private volatile boolean started;
    private volatile boolean finished;
    private volatile long startNanos;
    private volatile long endNanos;

    GeneratorPort(FrameSource source, Pace pace, GenLimits limits, TargetPort target, boolean busy) {
        this.source = source;
        this.pace = pace;
        this.limits = limits;
        this.target = target;
        this.busy = busy || pace.isFasterThan(BUSY_FROM_PPS);
    }

    /** The first frames are due from now on. After the attach. */
    void start() {
        long now = System.nanoTime();
        pace.start(now);
        startNanos = now;
        endNanos = now;
        started = true;
        queue.begin();
    }

    /** Whether a limit was reached. */
    boolean isFinished() {
        return finished;
    }

    /** Sends nothing more. */
    void finish() {
        finished = true;
    }

    /** From the start to the end: the last frame, or when the time was over. */
    double seconds() {
        return (endNanos - startNanos) / 1e9;
    }

    /** Frames made so far; exact when the port was detached. */
    long generated() {
        return queue.generated;
    }

    /** Frames that were due too long ago, and were never made; exact when the port was detached. */
    long skipped() {
        return pace.skipped();
    }

    @Override
    public String spec() {
        return SPEC;
    }

    @Override
    public int mtuBytes() {
        return MTU_BYTES;
    }

    @Override
    public PortState state() {
        return PortState.UP;
    }

    @Override
    public List<? extends PortQueue> queues() {
        return List.of(queue);
    }

    @Override
    public void close() {
        finished = true;
    }

    private final class Queue implements PortQueue {
        private final Thread pacer =
                Thread.ofPlatform().name("weir-gen-pace").daemon(true).unstarted(this::ring);

        @SuppressWarnings("NullAway.Init") // set by attach(), which every use follows
        private FrameStore frames;

        @SuppressWarnings("NullAway.Init")
        private Doorbell doorbell;

        private int account;
        private long generated;
        private long fullSeen;
        private long pausedUntil;

        @Override
        public void attach(QueueContext context) {
            frames = context.frames();
            account = context.account();
            doorbell = context.doorbell();
        }

        void begin() {
            doorbell.ring();
            if (!busy) {
                pacer.start();
            }
        }

        /** A burst's interval or a fraction of it: the worker comes often enough to see that the time is over. */
        private long ringEveryNanos() {
            long wanted = pace.intervalNanos();
            long parts = (wanted + LONGEST_SLEEP_NANOS - 1) / LONGEST_SLEEP_NANOS;
            return Math.max(parts == 0 ? wanted : wanted / parts, SHORTEST_SLEEP_NANOS);
        }

        private void ring() {
            long interval = ringEveryNanos();
            for (long due = System.nanoTime() + interval; !finished; due += interval) {
                for (long left = due - System.nanoTime(); left > 0 && !finished; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(this, left);
                }
                doorbell.ring();
            }
        }

        @Override
        public int receive(FrameBatch batch, int from, int budgetFrames) {
            if (!started || finished) {
                return 0;
            }
            long now = System.nanoTime();
            if (limits.isOver(now - startNanos, generated)) {
                endNanos = limits.isReached(generated) ? endNanos : now;
                finished = true;
                return 0;
            }
            if (pace.isUnlimited() && targetIsFull(now)) {
                return 0;
            }
            int n = pace.take(now, limits.cap(budgetFrames, generated));
            int made = make(batch.frames(), from, n, now);
            pace.giveBack(n - made);
            if (made > 0) {
                generated += made;
                endNanos = now;
            }
            return made;
        }

        private boolean targetIsFull(long now) {
            long full = target.full();
            if (full != fullSeen) {
                fullSeen = full;
                pausedUntil = now + BACKOFF_NANOS;
            }
            return pausedUntil - now > 0;
        }

        private int make(long[] out, int from, int count, long now) {
            final FrameStore store = frames;
            final FrameSource maker = source;
            for (int i = 0; i < count; i++) {
                int length = maker.nextLength();
                long slot = store.allocateFor(account, length);
                if (slot < 0) {
                    return i;
                }
                maker.writeNext(store.pool().address(slot), now);
                out[from + i] = Frame.withLength(slot, length);
            }
            return count;
        }

        @Override
        public void transmit(long[] batch, int from, int count) {
            throw new IllegalStateException("frames were sent to the generator");
        }

        @Override
        public void flush() {
            // Nothing is sent here.
        }

        @Override
        public boolean hasInput() {
            return busy && started && !finished;
        }

        @Override
        public void detach() {
            finished = true;
        }
    }
}
