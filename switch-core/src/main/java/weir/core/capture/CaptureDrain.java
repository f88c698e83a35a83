// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.core.frame.CopyRing;

/**
 * The thread behind a capture: takes copies out of the workers' rings in the order of their times, and gives them to
 * the consumer. Workers do not wake it: it looks by itself, so that they need no fence.
 */
final class CaptureDrain {
    private static final int FRAMES_AT_A_TIME = 256;
    private static final long FLUSH_NANOS = 50_000_000;
    private static final long SHORTEST_NAP_NANOS = 50_000;
    private static final long LONGEST_NAP_NANOS = 5_000_000;

    private final Source[] sources;
    private final List<CaptureTap> taps;
    private final CaptureConsumer consumer;
    private final Runnable whenDone;
    private final CapturedFrame frame = new CapturedFrame();
    private final ConsumerThread thread;
    private long flushedAt;
    private boolean isDirty = true; // a stream's beginning is to be seen, too

    /** @param whenDone frees what the workers no longer use */
    CaptureDrain(String threadName, List<CaptureTap> taps, CaptureConsumer consumer, Runnable whenDone) {
        this.taps = taps;
        this.consumer = consumer;
        this.whenDone = whenDone;
        sources = taps.stream().map(Source::new).toArray(Source[]::new);
        thread = new ConsumerThread(threadName, this::run, () -> taps.forEach(CaptureTap::end));
    }

    /** One worker's ring, as far as it was looked at. */
    private static final class Source {
        final CaptureTap tap;
        final CopyRing.Reader ring;
        CapturedPort[] byNumber = {};
        int available;
        int taken;

        Source(CaptureTap tap) {
            this.tap = tap;
            ring = tap.reader();
        }

        CapturedPort port(int number) {
            if (number >= byNumber.length || byNumber[number] == null) {
                for (CapturedPort port : tap.ports()) {
                    if (port.number() >= byNumber.length) {
                        byNumber = Arrays.copyOf(byNumber, port.number() + 1);
                    }
                    byNumber[port.number()] = port;
                }
            }
            return byNumber[number];
        }
    }

    void start() {
        thread.start();
    }

    Optional<Throwable> failure() {
        return thread.failure();
    }

    private void run() {
        long nap = SHORTEST_NAP_NANOS;
        while (true) {
            boolean isLast = thread.isFinishing();
            int n = drain();
            if (n == 0 && isLast) {
                break;
            }
            flushInTime();
            nap = n > 0 ? SHORTEST_NAP_NANOS : Math.min(nap * 2, LONGEST_NAP_NANOS);
            if (n == 0) {
                thread.nap(nap);
            }
        }
        thread.attemptEnd(consumer::flush, () -> consumer.end(Capture.counters(taps)));
        whenDone.run();
    }

    /** Some frames of all rings; returns how many. */
    private int drain() {
        boolean isAny = false;
        for (Source source : sources) {
            source.taken = 0;
            source.available = Math.min(FRAMES_AT_A_TIME, source.ring.available(FRAMES_AT_A_TIME));
            isAny |= source.available > 0;
        }
        if (!isAny) {
            return 0;
        }
        int n = 0;
        for (Source next = earliest(); next != null; next = earliest()) {
            deliver(next);
            n++;
            if (next.taken == next.available) {
                break; // it may have more, which come before what the others have
            }
        }
        for (Source source : sources) {
            if (source.taken > 0) {
                source.ring.advance(source.taken);
            }
        }
        return n;
    }

    private @Nullable Source earliest() {
        Source first = null;
        long firstNanos = Long.MAX_VALUE;
        for (Source source : sources) {
            if (source.taken < source.available) {
                long nanos = source.ring.nanos(source.taken);
                if (first == null || nanos < firstNanos) {
                    first = source;
                    firstNanos = nanos;
                }
            }
        }
        return first;
    }

    private void deliver(Source source) {
        int i = source.taken++;
        if (thread.hasFailed()) {
            return;
        }
        MemorySegment record = source.ring.segment(i);
        CapturedPort port = source.port(RecordLayout.portNumber(RecordLayout.head(record)));
        frame.set(port, source.ring.nanos(i), record);
        isDirty = true;
        if (thread.attempt(() -> consumer.frame(frame))) {
            port.deliver();
        }
    }

    private void flushInTime() {
        long now = System.nanoTime();
        if (isDirty && now - flushedAt >= FLUSH_NANOS && !thread.hasFailed()) {
            flushedAt = now;
            isDirty = false;
            thread.attempt(consumer::flush);
        }
    }

    /** Delivers what is there and ends the thread; waits for that, but not for ever. The workers have let go. */
    void finish() {
        thread.finish();
    }
}
