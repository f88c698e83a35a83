// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.fdb.LearningProgram;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameStore;
import weir.core.frame.Verdict;
import weir.core.port.PortNumbers;
import weir.core.program.Decision;
import weir.core.trace.FrameTrace;

/** What a worker lends to programs; writes their verdicts into the batch, checking what they chose. */
final class BatchDecision implements Decision {
    private final int worker;
    private final FrameBatch batch;
    private final FrameStore store;
    private final IngressCheck check;
    private final LearningProgram learning;
    private final TracePoint traces;
    private final long poolBase;
    private PortTable table;

    BatchDecision(
            int worker,
            FrameBatch batch,
            FrameStore store,
            IngressCheck check,
            LearningProgram learning,
            TracePoint traces,
            PortTable table) {
        this.worker = worker;
        this.batch = batch;
        this.store = store;
        this.check = check;
        this.learning = learning;
        this.traces = traces;
        this.table = table;
        poolBase = store.pool().baseAddress();
    }

    void adopt(PortTable newTable) {
        table = newTable;
    }

    @Override
    public boolean isOpen(int frame) {
        return batch.verdicts()[frame] == Verdict.UNDECIDED;
    }

    @Override
    public int ingressPort(int frame) {
        return table.numbers().numberOf(batch.ingress()[frame]);
    }

    @Override
    public long address(int frame) {
        return poolBase + Frame.position(batch.frames()[frame]);
    }

    @Override
    public void drop(int frame, DropReason reason) {
        decide(frame, Verdict.drop(reason));
    }

    @Override
    public void forward(int frame, int portNumber) {
        int index = table.numbers().indexOf(portNumber);
        decide(frame, index >= 0 ? index : Verdict.drop(DropReason.REDIRECT_INVALID));
    }

    @Override
    public void flood(int frame) {
        decide(frame, Verdict.FLOOD);
    }

    @Override
    public int worker() {
        return worker;
    }

    @Override
    public FrameStore frames() {
        return store;
    }

    @Override
    public PortNumbers ports() {
        return table.numbers();
    }

    @Override
    public void learn(int frame) {
        learning.learn(batch, frame);
    }

    @Override
    public @Nullable FrameTrace trace() {
        return traces.current();
    }

    @Override
    public boolean classifyAgain(int frame) {
        PortEntry port = table.at(batch.ingress()[frame]);
        if (port == null || !port.treatsVlans()) {
            return true;
        }
        int verdict = check.classifyAgain(batch, frame, port);
        if (verdict != Verdict.UNDECIDED) {
            batch.verdicts()[frame] = verdict;
        }
        return verdict == Verdict.UNDECIDED;
    }

    private void decide(int frame, int verdict) {
        if (isOpen(frame)) {
            batch.verdicts()[frame] = verdict;
        }
    }
}
