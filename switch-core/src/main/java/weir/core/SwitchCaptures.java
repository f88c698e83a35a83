// SPDX-License-Identifier: Apache-2.0
package weir.core;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import weir.core.capture.Capture;
import weir.core.capture.CaptureSite;
import weir.core.capture.CaptureTap;
import weir.core.frame.FramePool;

/** The captures that run on a switch. */
final class SwitchCaptures implements CaptureSite {
    private final SwitchConfig config;
    private final FramePool pool;
    private final WorkerGroup workers;
    private final Object lock;
    private final Map<Capture, List<CaptureTap>> running = new LinkedHashMap<>();
    private boolean closed;

    /** @param lock that of the switch, whose changes and those of captures are made one at a time */
    SwitchCaptures(SwitchConfig config, FramePool pool, WorkerGroup workers, Object lock) {
        this.config = config;
        this.pool = pool;
        this.workers = workers;
        this.lock = lock;
    }

    @Override
    public String name() {
        return config.name();
    }

    @Override
    public int workers() {
        return config.workers();
    }

    @Override
    public FramePool pool() {
        return pool;
    }

    @Override
    public LongSupplier nanoClock() {
        return config.worker().nanoClock();
    }

    @Override
    public void begin(Capture capture, List<CaptureTap> taps) {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("switch " + name() + " is closed");
            }
            running.put(capture, taps);
            publish();
        }
    }

    @Override
    public void end(Capture capture, List<CaptureTap> taps) {
        synchronized (lock) {
            if (running.remove(capture) != null && !closed) {
                publish();
            }
        }
    }

    private void publish() {
        workers.onAll(worker -> worker.capture(
                running.values().stream().map(taps -> taps.get(worker.index())).toList()));
    }

    /**
     * No worker runs any more. The caller holds the lock.
     *
     * @return those to be closed, without the lock: a consumer may ask the switch for something before it ends
     */
    List<Capture> close() {
        closed = true;
        return List.copyOf(running.keySet());
    }
}
