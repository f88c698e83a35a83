// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.core.capture.ConsumerThread;
import weir.core.capture.FilterException;
import weir.core.capture.FrameFilter;
import weir.core.capture.TapSite;
import weir.core.frame.FramePool;

/**
 * A trace of a running switch, from when it is made until {@link #close}; all frames may be there before. Any control
 * thread.
 *
 * <p>Frames are told by a thread of its own, which looks for them by itself, so that workers need neither a fence nor a
 * wake-up.
 */
public final class Trace implements AutoCloseable {
    private static final int ALIGNMENT = 64;
    private static final long NAP_NANOS = 2_000_000;

    private final TapSite<Trace, TraceTap> site;
    private final TraceSettings settings;
    private final TraceConsumer consumer;
    private final FrameFilter.@Nullable Live filter;
    private final Arena arena = Arena.ofShared(); // closed with the filter, when no worker uses them
    private final TraceRun run;
    private final List<TraceTap> taps = new ArrayList<>();
    private final ConsumerThread reader;
    private boolean isClosed;

    private Trace(
            TapSite<Trace, TraceTap> site,
            TraceSettings settings,
            TraceConsumer consumer,
            FrameFilter.@Nullable Live filter) {
        this.site = site;
        this.settings = settings;
        this.consumer = consumer;
        this.filter = filter;
        run = new TraceRun(settings, site.nanoClock().getAsLong());
        for (int worker = 0; worker < site.workers(); worker++) {
            MemorySegment aside = arena.allocate(FramePool.MAX_LARGE_FRAME_BYTES, ALIGNMENT);
            taps.add(new TraceTap(settings, run, worker, filter, aside));
        }
        reader = new ConsumerThread("weir-" + site.name() + "-trace", this::read, run::end);
    }

    /**
     * Begins a trace; {@link weir.core.Switch#trace} is the way to one.
     *
     * @throws FilterException when the filter cannot be used; nothing is left behind
     * @throws IllegalStateException when the switch is closed, or has as many traces as it may
     */
    public static Trace begin(TapSite<Trace, TraceTap> site, TraceSettings settings, TraceConsumer consumer)
            throws FilterException {
        FrameFilter.Live filter =
                settings.filter().isEmpty() ? null : settings.filter().get().load(site.workers(), site.pool());
        Trace trace = new Trace(site, settings, consumer, filter);
        boolean isBegun = false;
        try {
            site.begin(trace, trace.taps);
            isBegun = true;
        } finally {
            if (!isBegun) {
                trace.free();
            }
        }
        trace.reader.start();
        return trace;
    }

    public TraceSettings settings() {
        return settings;
    }

    public TraceCounters counters() {
        return run.counters();
    }

    /** What the consumer threw, if it ended the trace. */
    public Optional<Throwable> failure() {
        return reader.failure();
    }

    /** Whether the consumer was told the end. */
    public boolean isOver() {
        return !reader.isAlive();
    }

    private void read() {
        int number = 0;
        boolean isDirty = true; // a stream's beginning is to be seen, too
        while (!reader.hasFailed() && number < settings.frames()) {
            boolean isLast = reader.isFinishing();
            TracedFrame frame = run.take();
            if (frame != null) {
                int each = ++number;
                reader.attempt(() -> consumer.frame(each, frame));
                isDirty = true;
            } else if (isLast) {
                break;
            } else {
                if (isDirty) {
                    reader.attempt(consumer::flush);
                    isDirty = false;
                }
                reader.nap(NAP_NANOS);
            }
        }
        run.end();
        reader.attemptEnd(consumer::flush, () -> consumer.end(run.counters()));
    }

    /**
     * Ends it: when this returns no worker looks for frames, and all that were traced have been told, unless the consumer
     * takes longer than 10 s. Idempotent. Not on the trace's own thread.
     */
    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        site.end(this);
        reader.finish();
        free();
    }

    private void free() {
        if (filter != null) {
            filter.close();
        }
        arena.close();
    }
}
