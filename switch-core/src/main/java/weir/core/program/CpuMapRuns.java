// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.Verdict;
import weir.ebpf.xdp.XdpAction;
import weir.ebpf.xdp.XdpBatch;

/**
 * Programs in cpumap entries ({@code xdp/cpumap}). On Linux the entry's CPU takes the frame over, shows it to the entry's
 * program, and brings it up to the host's stack ({@code cpu_map_bpf_prog_run_xdp}, {@code kernel/bpf/cpumap.c}). Here the
 * frame stays with its worker, which runs the program when all verdicts of the redirecting one are made, and
 * {@code XDP_PASS} goes on as it does there: to the switch's program, then to learning. {@code XDP_REDIRECT} redirects,
 * everything else is a drop, {@code XDP_TX} as an action that cannot be. There is one hop: a redirect from an entry's
 * program into an entry that has one, too, is a drop {@code redirect_invalid}. One worker's thread.
 */
final class CpuMapRuns {
    private static final int NOWHERE = Verdict.drop(DropReason.REDIRECT_INVALID);

    /** Stands for an action that is none. */
    private static final int INVALID = XdpAction.REDIRECT + 1;

    private final ProgramRunner runner;
    private final FrameLoader loader;
    private final ProgramCells cells;
    private final XdpBatch xdp = new XdpBatch(FrameBatch.MAX_CAPACITY);
    private final int[] at = new int[FrameBatch.MAX_CAPACITY];
    private final ReturnValues returnValues;
    private final @Nullable PreparedProgram[] programs = new PreparedProgram[FrameBatch.MAX_CAPACITY];
    private final int[] waiting = new int[FrameBatch.MAX_CAPACITY];
    private int size;
    private boolean isRunning;

    /** @param egress takes frames that entries' programs redirect into devmaps */
    CpuMapRuns(ProgramRunner runner, FrameLoader loader, ProgramCells cells, FaultNotes faults, EgressRuns egress) {
        this.runner = runner;
        this.loader = loader;
        this.cells = cells;
        ProgramCells byAction = new ProgramCells(); // those of the redirecting program count each frame once
        returnValues = new XdpReturnValues(xdp, at, byAction, faults, egress);
    }

    /** Verdict of a frame that is redirected to an entry; a frame comes here once a batch at most. */
    int throughEntry(@Nullable Object entryProgram, int batchIndex) {
        if (!(entryProgram instanceof PreparedProgram program)) {
            return Verdict.UNDECIDED;
        }
        if (isRunning) {
            return NOWHERE;
        }
        programs[size] = program;
        waiting[size++] = batchIndex;
        return Verdict.UNDECIDED;
    }

    boolean isAny() {
        return size > 0;
    }

    /** Runs all programs, and forgets the frames. */
    @SuppressWarnings("ReferenceEquality") // equal ones would run apart, which is as good
    void run(FrameBatch batch, Decision decision) {
        isRunning = true;
        int from = 0;
        while (from < size) {
            PreparedProgram program = programs[from];
            int to = from + 1;
            while (to < size && programs[to] == program) {
                to++;
            }
            if (program != null) {
                run(program, from, to, batch, decision);
            }
            from = to;
        }
        Arrays.fill(programs, 0, size, null);
        size = 0;
        isRunning = false;
    }

    private void run(PreparedProgram program, int from, int to, FrameBatch batch, Decision decision) {
        int n = 0;
        for (int e = from; e < to; e++) {
            int i = waiting[e];
            if (program.writes() && !own(batch, i, decision)) {
                continue;
            }
            load(program, batch, i, n, decision);
            at[n++] = i;
        }
        xdp.resize(n);
        runner.run(program, xdp, decision);
        for (int k = 0; k < n; k++) {
            take(program, k, batch, decision);
        }
        returnValues.decide(batch, n, decision);
        if (xdp.requests() > 0) {
            ProgramRun.serveRequests(xdp, at, batch, decision);
        }
        count(batch, n);
    }

    /** Puts a copy in the place of a frame that others hold, too; false when it is dropped for want of a slot. */
    private static boolean own(FrameBatch batch, int i, Decision decision) {
        long own = FrameLoader.owned(decision.frames(), batch.frames()[i], batch, i);
        if (own < 0) {
            batch.verdicts()[i] = Verdict.drop(DropReason.NO_BUFFER);
            return false;
        }
        batch.frames()[i] = own;
        return true;
    }

    /** As on Linux the queue is not known any more. */
    private void load(PreparedProgram program, FrameBatch batch, int i, int k, Decision decision) {
        long frame = batch.frames()[i];
        loader.load(frame, k, xdp);
        if (program.moves()) {
            loader.loadSlot(frame, k, xdp);
        }
        xdp.metadataBytes()[k] = batch.metadataBytes()[i];
        xdp.ingressPorts()[k] = decision.ports().numberOf(batch.ingress()[i]);
    }

    /** What the program did to a frame, and which actions it may not return. */
    private void take(PreparedProgram program, int k, FrameBatch batch, Decision decision) {
        int i = at[k];
        int[] actions = xdp.actions();
        if (actions[k] == XdpAction.TX) {
            actions[k] = INVALID;
        }
        if (program.moves()) {
            takeBounds(batch, i, k);
        }
        boolean goesOn = actions[k] == XdpAction.PASS || actions[k] == XdpAction.REDIRECT;
        if (program.writes() && batch.hasVlans() && goesOn && !decision.classifyAgain(i)) {
            actions[k] = ProgramRun.DECIDED;
        }
    }

    private void takeBounds(FrameBatch batch, int i, int k) {
        long frame = loader.frame(batch.frames()[i], k, xdp);
        int metadataBytes = xdp.metadataBytes()[k];
        batch.frames()[i] = frame;
        batch.metadataBytes()[i] = metadataBytes;
        batch.noteLength(Frame.length(frame));
        if (metadataBytes != 0) {
            batch.noteMetadata();
        }
        if (Frame.length(frame) < Frame.ETHERNET_HEADER_BYTES) {
            batch.verdicts()[i] = Verdict.drop(DropReason.RUNT);
            xdp.actions()[k] = ProgramRun.DECIDED;
        }
    }

    private void count(FrameBatch batch, int n) {
        int dropped = 0;
        for (int k = 0; k < n; k++) {
            dropped += Verdict.isDrop(batch.verdicts()[at[k]]) ? 1 : 0;
        }
        cells.add(ProgramCells.CPUMAP_FRAMES, n);
        cells.add(ProgramCells.CPUMAP_DROPS, dropped);
    }
}
