// SPDX-License-Identifier: Apache-2.0
package weir.core;

import java.util.List;
import weir.core.frame.FramePool;
import weir.core.program.SwitchPrograms;
import weir.core.trace.Trace;
import weir.core.trace.TraceSettings;
import weir.core.trace.TraceTap;
import weir.core.worker.SwitchWorker;

/** The traces that run on a switch, whose programs are traceable meanwhile. */
final class SwitchTraces extends SwitchTaps<Trace, TraceTap> {
    private final SwitchPrograms programs;
    /** Taken before the locks of the programs and of the switch, which whoever loads a program takes in that order. */
    private final Object changing = new Object();

    SwitchTraces(SwitchConfig config, FramePool pool, WorkerGroup workers, SwitchPrograms programs, Object lock) {
        super(config, pool, workers, lock, "traces", TraceSettings.MAX_RUNNING, SwitchWorker::trace);
        this.programs = programs;
    }

    @Override
    public void begin(Trace trace, List<TraceTap> taps) {
        synchronized (changing) {
            programs.traceable(true);
            try {
                super.begin(trace, taps);
            } finally {
                programs.traceable(isAny());
            }
        }
    }

    /** Programs that come when no trace runs need not be traceable. */
    @Override
    public void end(Trace trace) {
        synchronized (changing) {
            super.end(trace);
            programs.traceable(isAny());
        }
    }
}
