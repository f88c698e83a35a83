// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import weir.core.rate.TokenBucket;

/**
 * What the taps of a trace share: how many frames are still wanted, and those that wait for the reader. Without a lock, so
 * that no worker waits for the reader. Any thread.
 */
final class TraceRun {
    private static final long COST_NANOS = TimeUnit.SECONDS.toNanos(1) / TraceSettings.FRAMES_PER_SECOND;

    private final boolean dropsOnly;
    private final AtomicInteger wanted;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Queue<TracedFrame> frames = new ConcurrentLinkedQueue<>();
    private final TokenBucket rate;
    private final LongAdder seen = new LongAdder();
    private final LongAdder matched = new LongAdder();
    private final LongAdder traced = new LongAdder();
    private final LongAdder passed = new LongAdder();
    private final LongAdder skipped = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private volatile boolean isEnded;

    TraceRun(TraceSettings settings, long nowNanos) {
        dropsOnly = settings.dropsOnly();
        wanted = new AtomicInteger(settings.frames());
        rate = new TokenBucket(COST_NANOS * TraceSettings.MAX_WAITING, nowNanos);
    }

    /** Whether no more frames are wanted. */
    boolean isOver() {
        return isEnded || wanted.get() <= 0;
    }

    /** Nobody reads any more. */
    void end() {
        isEnded = true;
    }

    void see(int count) {
        seen.add(count);
    }

    /** Whether a frame that matches is to be traced; {@link #tell} or {@link #giveUp} follows then. */
    boolean claim(long nowNanos) {
        matched.increment();
        if (waiting.get() >= TraceSettings.MAX_WAITING) {
            lost.increment();
            return false;
        }
        if (isOver() || !rate.take(nowNanos, COST_NANOS) || (!dropsOnly && !takeOne())) {
            skipped.increment();
            return false;
        }
        return true;
    }

    private boolean takeOne() {
        if (wanted.getAndDecrement() > 0) {
            return true;
        }
        wanted.incrementAndGet();
        return false;
    }

    /** A frame that was claimed. */
    void tell(TracedFrame frame) {
        if (dropsOnly && !frame.isDroppedAnywhere()) {
            passed.increment();
        } else if (dropsOnly && !takeOne()) {
            skipped.increment();
        } else {
            traced.increment();
            waiting.incrementAndGet();
            frames.add(frame);
        }
    }

    /** A frame that was claimed, and of which nothing can be told, since its worker failed. */
    void giveUp() {
        lost.increment();
        if (!dropsOnly) {
            wanted.incrementAndGet();
        }
    }

    /** For the reader: the next frame; null without one. */
    @Nullable
    TracedFrame take() {
        TracedFrame frame = frames.poll();
        if (frame != null) {
            waiting.decrementAndGet();
        }
        return frame;
    }

    TraceCounters counters() {
        return new TraceCounters(seen.sum(), matched.sum(), traced.sum(), passed.sum(), skipped.sum(), lost.sum());
    }
}
