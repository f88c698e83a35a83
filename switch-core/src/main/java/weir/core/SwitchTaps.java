// SPDX-License-Identifier: Apache-2.0
package weir.core;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import weir.core.capture.TapSite;
import weir.core.frame.FramePool;
import weir.core.worker.SwitchWorker;

/**
 * All of one kind that look at a switch's frames.
 *
 * @param <L> who looks: a capture, a trace
 * @param <T> its taps
 */
class SwitchTaps<L, T> implements TapSite<L, T> {
    private final SwitchConfig config;
    private final FramePool pool;
    private final WorkerGroup workers;
    private final Object lock;
    private final String many;
    private final int max;
    private final BiConsumer<SwitchWorker, List<T>> take;
    private final Map<L, List<T>> running = new LinkedHashMap<>();
    private boolean closed;

    /**
     * For one switch.
     *
     * @param lock that of the switch, whose changes and those of taps are made one at a time
     * @param many what several of them are called
     * @param max how many may look at once
     * @param take gives a worker its taps, on its thread, in place of those that it had
     */
    SwitchTaps(
            SwitchConfig config,
            FramePool pool,
            WorkerGroup workers,
            Object lock,
            String many,
            int max,
            BiConsumer<SwitchWorker, List<T>> take) {
        this.config = config;
        this.pool = pool;
        this.workers = workers;
        this.lock = lock;
        this.many = many;
        this.max = max;
        this.take = take;
    }

    @Override
    public final String name() {
        return config.name();
    }

    @Override
    public final int workers() {
        return config.workers();
    }

    @Override
    public final FramePool pool() {
        return pool;
    }

    @Override
    public final LongSupplier nanoClock() {
        return config.worker().nanoClock();
    }

    @Override
    public void begin(L looker, List<T> taps) {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("switch " + name() + " is closed");
            }
            if (running.size() >= max) {
                throw new IllegalStateException(
                        "switch " + name() + " has " + max + " " + many + ", which is the limit");
            }
            running.put(looker, taps);
            publish();
        }
    }

    @Override
    public void end(L looker) {
        synchronized (lock) {
            if (running.remove(looker) != null && !closed) {
                publish();
            }
        }
    }

    /** Whether somebody looks. */
    final boolean isAny() {
        synchronized (lock) {
            return !running.isEmpty();
        }
    }

    private void publish() {
        workers.onAll(worker -> take.accept(
                worker,
                running.values().stream().map(taps -> taps.get(worker.index())).toList()));
    }

    /**
     * No worker runs any more. The caller holds the lock.
     *
     * @return those to be closed, without the lock: a consumer may ask the switch for something before it ends
     */
    final List<L> close() {
        closed = true;
        return List.copyOf(running.keySet());
    }
}
