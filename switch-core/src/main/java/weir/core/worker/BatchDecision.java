// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import weir.core.counter.DropReason;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.Verdict;
import weir.core.program.Decision;

/** Writes a program's verdicts into the batch, checking what the program chose. */
final class BatchDecision implements Decision {
    private final FrameBatch batch;
    private final long poolBase;
    private PortTable table;

    BatchDecision(FrameBatch batch, long poolBase, PortTable table) {
        this.batch = batch;
        this.poolBase = poolBase;
        this.table = table;
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
        PortEntry port = table.at(batch.ingress()[frame]);
        return port == null ? 0 : port.number();
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
        int index = table.indexOf(portNumber);
        decide(frame, index >= 0 ? index : Verdict.drop(DropReason.REDIRECT_INVALID));
    }

    @Override
    public void flood(int frame) {
        decide(frame, Verdict.FLOOD);
    }

    private void decide(int frame, int verdict) {
        if (isOpen(frame)) {
            batch.verdicts()[frame] = verdict;
        }
    }
}
