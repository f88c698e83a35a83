// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.frame.Verdict;
import weir.core.port.PortNumbers;
import weir.ebpf.map.MapSpec;
import weir.ebpf.trace.TracedPrograms;
import weir.ebpf.xdp.XdpBatch;

/**
 * A program on one worker: fills the engine's batch from frames, runs the program once a batch, makes verdicts of what
 * it said. Passes over the batch, each a plain loop:
 *
 * <pre>
 *  select     which frames are open                      verdicts -> at
 *  load       bounds, ingress port, queue                frames   -> XdpBatch
 *  run        the program                                XdpBatch -> XdpBatch
 *  takeBounds where it moved them, if it can             XdpBatch -> frames, metadata
 *  decide     what the return values mean, ReturnValues  XdpBatch -> verdicts, copies
 *  serve      clones and learning that the program asked for, if any
 *  egress     programs of cpumap entries, if any, then those of devmap entries
 * </pre>
 *
 * Nothing is allocated but what {@link weir.core.frame.FrameCopies} and the last fault's description take.
 */
final class ProgramRun {
    /** What stands for the action of a frame that has its verdict already; programs may return it, too. */
    static final int DECIDED = -1;

    private final PreparedProgram program;
    private final int worker;
    private final ProgramRunner runner;
    private final ProgramContract contract;
    private final XdpBatch xdp = new XdpBatch(FrameBatch.MAX_CAPACITY);
    private final int[] at = new int[FrameBatch.MAX_CAPACITY];
    private final ProgramCells cells = new ProgramCells();
    private final FrameLoader loader;
    private final EgressRuns egress;
    private final ReturnValues returnValues;
    private int batches;
    private boolean isDense;
    private boolean hasQueues;
    private boolean hasMetadata;
    private int listedFrom = -1;
    private int listed;

    @SuppressWarnings("unused") // keeps the reads of the frames alive
    private long touched;

    private volatile @Nullable FrameCapture capture;

    /** @param maps of the object, by the index that its code uses */
    ProgramRun(PreparedProgram program, int worker, FramePool pool, OnFault onFault, List<MapSpec> maps) {
        this.program = program;
        this.worker = worker;
        runner = new ProgramRunner(worker, maps);
        contract = ProgramContract.of(program.program().spec().type());
        loader = new FrameLoader(pool);
        FaultNotes faults = new FaultNotes(cells, onFault);
        egress = new EgressRuns(runner, loader, cells, faults);
        returnValues = contract.returnValues(xdp, at, cells, faults, egress);
    }

    ProgramCells cells() {
        return cells;
    }

    /** Frames that are traced run under these from now on. */
    void trace(TracedPrograms programs) {
        runner.trace(programs);
    }

    /** From now on frames are copied there before the program sees them, with what it says; null for no more. */
    void capture(@Nullable FrameCapture to) {
        capture = to;
    }

    void decide(FrameBatch batch, int from, int to, Decision decision) {
        int n = select(batch.verdicts(), from, to);
        if (program.writes()) {
            n = own(batch, n, decision.frames());
        }
        if (n == 0) {
            return;
        }
        FrameCapture frameCapture = capture;
        load(batch, from, n);
        if (program.readsPort() || frameCapture != null) {
            loadPorts(batch, from, n, decision.ports());
        }
        if (frameCapture == null) {
            run(n, decision);
        } else {
            frameCapture.before(xdp, n, at, decision);
            run(n, decision);
            frameCapture.after(xdp, n, contract);
        }
        if (program.moves()) {
            takeBounds(batch, n);
        }
        if (program.writes() && batch.hasVlans()) {
            classifyAgain(n, decision);
        }
        returnValues.decide(batch, n, decision);
        if (xdp.requests() > 0) {
            serveRequests(xdp, at, batch, decision);
        }
        if (egress.isAny()) {
            egress.run(batch, decision);
        }
    }

    // ---- in ------------------------------------------------------------------------------------------

    /** Indices of the frames that are open; returns how many. */
    private int select(int[] verdicts, int from, int to) {
        int[] selected = at;
        int all = Verdict.UNDECIDED; // all bits set
        for (int i = from; i < to; i++) {
            all &= verdicts[i];
        }
        isDense = all == Verdict.UNDECIDED;
        int n = to - from;
        if (isDense) {
            listRange(from, n);
            return n;
        }
        listed = 0;
        n = 0;
        for (int i = from; i < to; i++) {
            if (verdicts[i] == Verdict.UNDECIDED) {
                selected[n++] = i;
            }
        }
        return n;
    }

    /** Mostly they are listed already: the batch before was like this one. */
    private void listRange(int from, int n) {
        if (from != listedFrom || n > listed) {
            for (int k = 0; k < n; k++) {
                at[k] = from + k;
            }
            listedFrom = from;
            listed = n;
        }
    }

    /** Puts a copy in the place of each frame that others hold, too; returns how many frames are left. */
    private int own(FrameBatch batch, int n, FrameStore store) {
        long[] frames = batch.frames();
        int kept = 0;
        for (int k = 0; k < n; k++) {
            int i = at[k];
            long own = FrameLoader.owned(store, frames[i], batch, i);
            if (own < 0) {
                batch.verdicts()[i] = Verdict.drop(DropReason.NO_BUFFER);
            } else {
                frames[i] = own;
                at[kept++] = i;
            }
        }
        if (kept < n) {
            isDense = false;
            listed = 0;
        }
        return kept;
    }

    private void load(FrameBatch batch, int from, int n) {
        xdp.resize(n);
        if (isDense) {
            loader.loadRange(batch.frames(), from, n, xdp);
        } else {
            loader.loadListed(batch.frames(), at, n, xdp);
        }
        if (program.readsFrame()) {
            touched = FrameLoader.touch(xdp);
        }
        if (program.moves()) {
            for (int k = 0; k < n; k++) {
                loader.loadSlot(batch.frames()[at[k]], k, xdp);
            }
        }
        if (batch.hasMetadata() || hasMetadata) {
            loadMetadata(batch, n);
        }
    }

    private void loadMetadata(FrameBatch batch, int n) {
        int[] bytes = xdp.metadataBytes();
        Arrays.fill(bytes, 0);
        hasMetadata = batch.hasMetadata();
        for (int k = 0; hasMetadata && k < n; k++) {
            bytes[k] = batch.metadataBytes()[at[k]];
        }
    }

    /** Ingress port and queue are the same for a run of frames. */
    private void loadPorts(FrameBatch batch, int from, int n, PortNumbers ports) {
        int[] seen = xdp.ingressPorts();
        if (hasQueues) {
            Arrays.fill(xdp.queues(), 0);
            hasQueues = false;
        }
        int k = 0;
        for (int run = 0; k < n; run++) {
            int end = batch.runEnd(run);
            if (end <= from) {
                continue;
            }
            int first = k;
            if (isDense) {
                k = Math.min(end - from, n);
            } else {
                while (k < n && at[k] < end) {
                    k++;
                }
            }
            Arrays.fill(seen, first, k, contract.ingressPort(ports.numberOf(batch.runIngress(run))));
            if (batch.runQueue(run) != 0) {
                Arrays.fill(xdp.queues(), first, k, batch.runQueue(run));
                hasQueues = true;
            }
        }
        hasQueues |= contract.changesQueues();
    }

    private void run(int n, Decision decision) {
        if (decision.trace() != null) {
            runner.run(program, xdp, decision); // takes longer than it would, so it is no sample
            return;
        }
        if (++batches % ProgramCounters.BATCHES_PER_SAMPLE != 0) {
            program.program().run(xdp, worker);
            return;
        }
        long start = System.nanoTime();
        program.program().run(xdp, worker);
        cells.add(ProgramCells.SAMPLED_NANOS, System.nanoTime() - start);
        cells.add(ProgramCells.SAMPLED_FRAMES, n);
    }

    // ---- out -----------------------------------------------------------------------------------------

    private void takeBounds(FrameBatch batch, int n) {
        long[] frames = batch.frames();
        int[] metadata = batch.metadataBytes();
        int longest = 0;
        int shortest = Integer.MAX_VALUE;
        int anyMetadata = 0;
        for (int k = 0; k < n; k++) {
            int i = at[k];
            long frame = loader.frame(frames[i], k, xdp);
            int length = Frame.length(frame);
            int metadataBytes = xdp.metadataBytes()[k];
            frames[i] = frame;
            metadata[i] = metadataBytes;
            longest = Math.max(longest, length);
            shortest = Math.min(shortest, length);
            anyMetadata |= metadataBytes;
        }
        batch.noteLength(longest);
        if (anyMetadata != 0) {
            hasMetadata = true;
            batch.noteMetadata();
        }
        if (shortest < Frame.ETHERNET_HEADER_BYTES) {
            dropRunts(batch, n);
        }
    }

    private void dropRunts(FrameBatch batch, int n) {
        for (int k = 0; k < n; k++) {
            if (Frame.length(batch.frames()[at[k]]) < Frame.ETHERNET_HEADER_BYTES) {
                batch.verdicts()[at[k]] = Verdict.drop(DropReason.RUNT);
                xdp.actions()[k] = DECIDED;
            }
        }
    }

    private void classifyAgain(int n, Decision decision) {
        int[] actions = xdp.actions();
        int first = contract.firstGoingOn();
        int last = contract.lastGoingOn();
        for (int k = 0; k < n; k++) {
            boolean goesOn = actions[k] >= first && actions[k] <= last;
            if (goesOn && !decision.classifyAgain(at[k])) {
                actions[k] = DECIDED;
            }
        }
    }

    /**
     * What a program asked for beside its verdicts, for frames without a fault.
     *
     * @param at index in the switch's batch of each frame of the engine's
     */
    static void serveRequests(XdpBatch xdp, int[] at, FrameBatch batch, Decision decision) {
        for (int r = 0; r < xdp.requests(); r++) {
            int k = xdp.requestFrame(r);
            int port = xdp.requestPort(r);
            if (xdp.faults()[k] != XdpBatch.NO_FAULT) {
                continue;
            }
            if (port == XdpBatch.LEARN) {
                decision.learn(at[k]);
            } else {
                int index = decision.ports().indexOf(port);
                long frame = batch.frames()[at[k]];
                decision.frames().share(frame, 1);
                batch.copies().addClone(at[k], frame, index >= 0 ? index : Verdict.drop(DropReason.REDIRECT_INVALID));
            }
        }
    }
}
