// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import weir.core.frame.FrameBatch;
import weir.core.frame.FramePool;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.Fault;
import weir.ebpf.trace.TracedPrograms;

/**
 * A program for XDP or VALE-BPF as what decides about frames. Ingress ports and targets of redirects are port numbers,
 * with VALE-BPF indices of {@link ValePorts}. Frames that
 * others hold, too, are copied before a program that may write them sees them; bounds that the program moved are the
 * frame's from then on, and metadata stays with the frame until it leaves the switch, never on the wire.
 *
 * <p>It does not own the loaded object.
 */
public final class EbpfForwardingProgram implements ForwardingProgram {
    private final ProgramRun[] runs;
    private final boolean takesOffloads;

    /**
     * @param takesOffloads whether it is shown frames whose senders left work to be done
     * @param workers that will run it, by {@link Decision#worker}
     * @param pool where the frames are
     * @param maps of the object, by the index that its code uses
     */
    EbpfForwardingProgram(
            PreparedProgram program,
            boolean takesOffloads,
            int workers,
            FramePool pool,
            OnFault onFault,
            List<MapSpec> maps) {
        this.takesOffloads = takesOffloads;
        runs = new ProgramRun[workers];
        Arrays.setAll(runs, worker -> new ProgramRun(program, worker, pool, onFault, maps));
    }

    @Override
    public void decide(FrameBatch batch, int from, int to, Decision decision) {
        runs[decision.worker()].decide(batch, from, to, decision);
    }

    @Override
    public boolean takesOffloads() {
        return takesOffloads;
    }

    /** What it did so far. Any thread. */
    public ProgramCounters counters() {
        return ProgramCounters.sum(Arrays.stream(runs).map(ProgramRun::cells).toList());
    }

    /** The last fault of each worker that had one. Any thread. */
    public List<Fault> lastFaults() {
        return Arrays.stream(runs)
                .map(run -> run.cells().lastFault())
                .filter(Objects::nonNull)
                .toList();
    }

    /** Frames that are traced run under these from now on; one set for each worker. */
    void trace(List<TracedPrograms> ofWorkers) {
        for (int worker = 0; worker < runs.length; worker++) {
            runs[worker].trace(ofWorkers.get(worker));
        }
    }

    /** Begins or, by null, ends copying of frames; one capture for each worker. */
    void capture(Function<Integer, @Nullable FrameCapture> ofWorker) {
        for (int worker = 0; worker < runs.length; worker++) {
            runs[worker].capture(ofWorker.apply(worker));
        }
    }
}
