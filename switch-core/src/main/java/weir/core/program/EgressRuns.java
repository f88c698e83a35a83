// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameCopies;
import weir.core.frame.FrameStore;
import weir.core.frame.Verdict;
import weir.ebpf.xdp.XdpAction;
import weir.ebpf.xdp.XdpBatch;

/**
 * Programs in devmap entries ({@code xdp/devmap}): each frame that goes through such an entry is shown to its program
 * with {@code egress_ifindex} set, before it is enqueued. {@code XDP_PASS} sends it, everything else is a drop
 * ({@code dev_map_bpf_prog_run}, {@code kernel/bpf/devmap.c}). Frames are gathered while verdicts are made, and run
 * at the end, as many at a time as have the same program. One worker's thread.
 */
final class EgressRuns {
    /** The frame goes to one port: its verdict is in the batch, not among the copies. */
    static final int NO_COPY = -1;

    private static final int FIRST_PLACES = 64;

    private final ProgramRunner runner;
    private final FrameLoader loader;
    private final ProgramCells cells;
    private final FaultNotes faults;
    private final XdpBatch xdp = new XdpBatch(FrameBatch.MAX_CAPACITY);
    private final int[] running = new int[FrameBatch.MAX_CAPACITY];
    private @Nullable PreparedProgram[] programs = new PreparedProgram[FIRST_PLACES];
    private int[] batchIndices = new int[FIRST_PLACES];
    private int[] copyPlaces = new int[FIRST_PLACES];
    private int[] ports = new int[FIRST_PLACES];
    private int size;
    private final CpuMapRuns cpuMaps;

    EgressRuns(ProgramRunner runner, FrameLoader loader, ProgramCells cells, FaultNotes faults) {
        this.runner = runner;
        this.loader = loader;
        this.cells = cells;
        this.faults = faults;
        cpuMaps = new CpuMapRuns(runner, loader, cells, faults, this);
    }

    /** Those of cpumap entries, which run first and may send frames here. */
    CpuMapRuns cpuMaps() {
        return cpuMaps;
    }

    /**
     * A frame on its way to a port.
     *
     * @param copyPlace its place among the copies, or {@link #NO_COPY}
     * @param portIndex where it goes
     */
    void add(PreparedProgram program, int batchIndex, int copyPlace, int portIndex) {
        if (size == programs.length) {
            programs = Arrays.copyOf(programs, 2 * size);
            batchIndices = Arrays.copyOf(batchIndices, 2 * size);
            copyPlaces = Arrays.copyOf(copyPlaces, 2 * size);
            ports = Arrays.copyOf(ports, 2 * size);
        }
        programs[size] = program;
        batchIndices[size] = batchIndex;
        copyPlaces[size] = copyPlace;
        ports[size++] = portIndex;
    }

    boolean isAny() {
        return size > 0 || cpuMaps.isAny();
    }

    /** Runs all programs, and forgets the frames. */
    @SuppressWarnings("ReferenceEquality") // equal ones would run apart, which is as good
    void run(FrameBatch batch, Decision decision) {
        if (cpuMaps.isAny()) {
            cpuMaps.run(batch, decision);
        }
        int from = 0;
        while (from < size) {
            PreparedProgram program = programs[from];
            int to = from + 1;
            while (to < size && programs[to] == program && to - from < FrameBatch.MAX_CAPACITY) {
                to++;
            }
            if (program != null) {
                run(program, from, to, batch, decision);
            }
            from = to;
        }
        Arrays.fill(programs, 0, size, null);
        size = 0;
    }

    private void run(PreparedProgram program, int from, int to, FrameBatch batch, Decision decision) {
        int n = 0;
        for (int e = from; e < to; e++) {
            long frame = frame(e, batch);
            if (program.writes()) {
                frame = own(e, frame, batch, decision.frames());
            }
            if (frame >= 0) {
                load(program, e, frame, n, batch, decision);
                running[n++] = e;
            }
        }
        xdp.resize(n);
        runner.run(program, xdp, decision);
        cells.add(ProgramCells.EGRESS_FRAMES, n);
        for (int k = 0; k < n; k++) {
            decide(program, k, batch, decision);
        }
    }

    private long frame(int e, FrameBatch batch) {
        return copyPlaces[e] == NO_COPY
                ? batch.frames()[batchIndices[e]]
                : batch.copies().frame(copyPlaces[e]);
    }

    private void set(int e, long frame, int verdict, FrameBatch batch) {
        int i = batchIndices[e];
        if (copyPlaces[e] == NO_COPY) {
            batch.frames()[i] = frame;
            batch.verdicts()[i] = verdict;
        } else {
            FrameCopies copies = batch.copies();
            copies.set(copyPlaces[e], frame, verdict, copies.vlan(copyPlaces[e]));
        }
    }

    /** The frame, or a copy of it, that the program may change; -1 when it is dropped for want of a slot. */
    private long own(int e, long frame, FrameBatch batch, FrameStore store) {
        long own = FrameLoader.owned(store, frame, batch, batchIndices[e]);
        if (own < 0) {
            set(e, frame, Verdict.drop(DropReason.NO_BUFFER), batch);
        } else {
            set(e, own, ports[e], batch);
        }
        return own;
    }

    private void load(PreparedProgram program, int e, long frame, int k, FrameBatch batch, Decision decision) {
        int i = batchIndices[e];
        loader.load(frame, k, xdp);
        if (program.moves()) {
            loader.loadSlot(frame, k, xdp);
        }
        xdp.metadataBytes()[k] = batch.metadataBytes()[i];
        xdp.ingressPorts()[k] = decision.ports().numberOf(batch.ingress()[i]);
        xdp.egressPorts()[k] = decision.ports().numberOf(ports[e]);
    }

    private void decide(PreparedProgram program, int k, FrameBatch batch, Decision decision) {
        int e = running[k];
        long before = frame(e, batch);
        long frame = program.moves() ? loader.frame(before, k, xdp) : before;
        int verdict = verdict(e, k, frame);
        set(e, frame, verdict, batch);
        if (verdict < 0) {
            cells.add(ProgramCells.EGRESS_DROPS, 1);
            return;
        }
        batch.noteLength(Frame.length(frame));
        if (program.writes() && batch.hasVlans()) {
            classifyAgain(e, frame, batch, decision);
        }
    }

    private int verdict(int e, int k, long frame) {
        int action = xdp.actions()[k];
        if (action == XdpAction.PASS) {
            return Frame.length(frame) < Frame.ETHERNET_HEADER_BYTES ? Verdict.drop(DropReason.RUNT) : ports[e];
        }
        if (action == XdpAction.DROP) {
            return Verdict.drop(DropReason.PROGRAM_DROP);
        }
        if (action != XdpAction.ABORTED) {
            return Verdict.drop(DropReason.PROGRAM_INVALID_ACTION);
        }
        return xdp.faults()[k] == XdpBatch.NO_FAULT ? Verdict.drop(DropReason.PROGRAM_ABORTED) : faults.drop(xdp, k);
    }

    /** The VLAN of a copy is found where the batch has its original. */
    private void classifyAgain(int e, long frame, FrameBatch batch, Decision decision) {
        int i = batchIndices[e];
        if (copyPlaces[e] == NO_COPY) {
            decision.classifyAgain(i);
            return;
        }
        long original = batch.frames()[i];
        int vlan = batch.vlans()[i];
        int verdict = batch.verdicts()[i];
        batch.frames()[i] = frame;
        boolean isTaken = decision.classifyAgain(i);
        batch.copies()
                .set(
                        copyPlaces[e],
                        batch.frames()[i],
                        isTaken ? ports[e] : Verdict.drop(Verdict.reason(batch.verdicts()[i])),
                        batch.vlans()[i]);
        batch.frames()[i] = original;
        batch.vlans()[i] = vlan;
        batch.verdicts()[i] = verdict;
    }
}
