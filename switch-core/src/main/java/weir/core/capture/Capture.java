// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import weir.core.frame.FramePool;

/**
 * A capture of a running switch, from when it is made until {@link #close}. Any control thread.
 *
 * <p>A consumer that fails ends it early, {@link #failure}: nothing more is copied, and workers are back at full speed
 * once it is closed.
 */
public final class Capture implements AutoCloseable {
    private static final int ALIGNMENT = 64;

    private final TapSite<Capture, CaptureTap> site;
    private final CaptureSettings settings;
    private final List<CaptureTap> taps = new ArrayList<>();
    private final Arena arena = Arena.ofShared(); // the drain closes it at its end
    private final CaptureDrain drain;
    private final Runnable free;
    private boolean isClosed;

    private Capture(
            TapSite<Capture, CaptureTap> site,
            CaptureSettings settings,
            CaptureConsumer consumer,
            FrameFilter.@Nullable Live filter) {
        this.site = site;
        this.settings = settings;
        LongSupplier clock = site.nanoClock();
        Instant now = Instant.now();
        long offset = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - clock.getAsLong();
        LongSupplier epochNanos = () -> clock.getAsLong() + offset;
        for (int worker = 0; worker < site.workers(); worker++) {
            MemorySegment memory = arena.allocate(settings.bufferBytes() & -ALIGNMENT, ALIGNMENT);
            MemorySegment aside = arena.allocate(FramePool.MAX_LARGE_FRAME_BYTES, ALIGNMENT);
            taps.add(new CaptureTap(settings, worker, site.pool(), filter, memory, aside, epochNanos));
        }
        free = () -> {
            if (filter != null) {
                filter.close();
            }
            arena.close();
        };
        drain = new CaptureDrain("weir-" + site.name() + "-capture", taps, consumer, free);
    }

    /**
     * Begins a capture; {@link weir.core.Switch#capture} is the way to one.
     *
     * @throws FilterException when the filter cannot be used; nothing is left behind
     */
    public static Capture begin(TapSite<Capture, CaptureTap> site, CaptureSettings settings, CaptureConsumer consumer)
            throws FilterException {
        FrameFilter.Live filter =
                settings.filter().isEmpty() ? null : settings.filter().get().load(site.workers(), site.pool());
        Capture capture = new Capture(site, settings, consumer, filter);
        capture.begin();
        return capture;
    }

    private synchronized void begin() {
        boolean isRunning = false;
        try {
            site.begin(this, taps);
            // Not before: what it flushes first tells a client that every frame from now on is captured.
            drain.start();
            isRunning = true;
        } finally {
            if (!isRunning) {
                isClosed = true;
                site.end(this);
                free.run();
            }
        }
    }

    public CaptureSettings settings() {
        return settings;
    }

    /** What was counted so far, by port number. */
    public List<CaptureCounters> counters() {
        return counters(taps);
    }

    /** The sum over all ports. */
    public CaptureCounters total() {
        return counters().stream().reduce(CaptureCounters.NONE, CaptureCounters::plus);
    }

    static List<CaptureCounters> counters(List<CaptureTap> taps) {
        TreeMap<Integer, CaptureCounters> byNumber = new TreeMap<>();
        for (CaptureTap tap : taps) {
            for (CapturedPort port : tap.ports()) {
                if (port.isWanted()) {
                    byNumber.merge(port.number(), port.counters(), CaptureCounters::plus);
                }
            }
        }
        return List.copyOf(byNumber.values());
    }

    /** What the consumer threw, if it ended the capture. */
    public Optional<Throwable> failure() {
        return drain.failure();
    }

    /**
     * Ends it: when this returns no worker copies frames, and everything captured has been delivered, unless the
     * consumer takes longer than 10 s. Idempotent.
     */
    @Override
    public synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            site.end(this);
            drain.finish();
        }
    }
}
