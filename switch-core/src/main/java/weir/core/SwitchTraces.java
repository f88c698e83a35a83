// SPDX-License-Identifier: Apache-2.0
package weir.core;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import weir.core.frame.FramePool;
import weir.core.program.SwitchPrograms;
import weir.core.trace.Trace;
import weir.core.trace.TraceSettings;
import weir.core.trace.TraceSite;
import weir.core.trace.TraceTap;

/** The traces that run on a switch. */
final class SwitchTraces implements TraceSite {
    private final SwitchConfig config;
    private final FramePool pool;
    private final WorkerGroup workers;
    private final SwitchPrograms programs;
    private final Object lock;
    /** Taken before the locks of the programs and of the switch, which whoever loads a program takes in that order. */
    private final Object changing = new Object();

    private final Map<Trace, List<TraceTap>> running = new LinkedHashMap<>();
    private boolean closed;

    /** @param lock that of the switch, whose changes and those of traces are made one at a time */
    SwitchTraces(SwitchConfig config, FramePool pool, WorkerGroup workers, SwitchPrograms programs, Object lock) {
        this.config = config;
        this.pool = pool;
        this.workers = workers;
        this.programs = programs;
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
    public void begin(Trace trace, List<TraceTap> taps) {
        synchronized (changing) {
            programs.traceable(true);
            try {
                install(trace, taps);
            } finally {
                releaseWhenLast();
            }
        }
    }

    private void install(Trace trace, List<TraceTap> taps) {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("switch " + name() + " is closed");
            }
            if (running.size() >= TraceSettings.MAX_RUNNING) {
                throw new IllegalStateException(
                        "switch " + name() + " has " + TraceSettings.MAX_RUNNING + " traces, which is the limit");
            }
            running.put(trace, taps);
            publish();
        }
    }

    @Override
    public void end(Trace trace, List<TraceTap> taps) {
        synchronized (changing) {
            synchronized (lock) {
                if (running.remove(trace) != null && !closed) {
                    publish();
                }
            }
            releaseWhenLast();
        }
    }

    /** Programs that come when no trace runs need not be traceable. */
    private void releaseWhenLast() {
        boolean isAny;
        synchronized (lock) {
            isAny = !running.isEmpty();
        }
        programs.traceable(isAny);
    }

    private void publish() {
        workers.onAll(worker -> worker.trace(
                running.values().stream().map(taps -> taps.get(worker.index())).toList()));
    }

    /**
     * No worker runs any more. The caller holds the lock.
     *
     * @return those to be closed, without the lock: a consumer may ask the switch for something before it ends
     */
    List<Trace> close() {
        closed = true;
        return List.copyOf(running.keySet());
    }
}
