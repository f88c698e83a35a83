// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.frame.Verdict;
import weir.ebpf.program.Fault;
import weir.ebpf.program.FaultKind;
import weir.ebpf.xdp.XdpBatch;

/**
 * Counts faults of one worker and keeps the last one in words. A fault at the same place as the last is counted
 * only, so that a program that faults on every frame makes no garbage.
 */
final class FaultNotes {
    private static final int ABORTED = Verdict.drop(DropReason.PROGRAM_ABORTED);
    private static final int BUDGET = Verdict.drop(DropReason.PROGRAM_BUDGET);

    private final ProgramCells cells;
    private final OnFault onFault;
    private int lastSlot;
    private @Nullable FaultKind lastKind;

    FaultNotes(ProgramCells cells, OnFault onFault) {
        this.cells = cells;
        this.onFault = onFault;
    }

    /** Notes a frame's fault; returns the frame's verdict, {@link Verdict#UNDECIDED} where it goes on. */
    int verdict(XdpBatch xdp, int k) {
        int drop = drop(xdp, k);
        return onFault == OnFault.DROP ? drop : Verdict.UNDECIDED;
    }

    /** Notes a frame's fault; returns the verdict that drops the frame. */
    int drop(XdpBatch xdp, int k) {
        note(xdp, k);
        return xdp.faultKind(k) == FaultKind.BUDGET ? BUDGET : ABORTED;
    }

    private void note(XdpBatch xdp, int k) {
        if (xdp.faults()[k] != lastSlot || xdp.faultKind(k) != lastKind) {
            keep(xdp, k);
        }
        cells.add(ProgramCells.FAULTS, 1); // last: whoever sees the count finds the fault, too
    }

    private void keep(XdpBatch xdp, int k) {
        Fault fault = xdp.fault(k);
        if (fault != null) {
            lastSlot = xdp.faults()[k];
            lastKind = fault.kind();
            cells.lastFault(fault);
        }
    }
}
